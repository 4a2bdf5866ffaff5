"""The port `SignIns`: who is linked to whom, and what a sign-in leaves behind."""

import pytest

from bridge.domain.attempt import Attempt
from bridge.domain.customer import Customer
from bridge.domain.identity import IdentityKey
from bridge.domain.outcome import Outcome

from .people import ADA, CUSTOMER, EVE, attempt, link, session
from .state import StateUnderTest, all_at_once


class SignInsContract:
    """The class that inherits this has a fixture `state`."""

    def test_an_identity_without_a_link_signs_nobody_in_and_leaves_nothing(
        self, state: StateUnderTest
    ) -> None:
        put = attempt()
        state.attempts.put(put)
        assert state.sign_ins.record(put, session()) is None
        assert isinstance(state.attempts.peek(put.state), Attempt)
        assert state.sessions() == 0
        assert state.events() == []

    def test_a_known_identity_signs_its_customer_in(self, state: StateUnderTest) -> None:
        put = attempt()
        state.sign_ins.link(link())
        assert state.sign_ins.record(put, session()) == CUSTOMER
        assert state.sessions() == 1
        assert state.events() == [("signed_in", put.reference)]

    def test_each_sign_in_has_a_session_of_its_own(self, state: StateUnderTest) -> None:
        state.sign_ins.link(link())
        for _ in range(3):
            state.sign_ins.record(attempt(), session())
        assert state.sessions() == 3

    def test_a_link_holds_for_its_store_and_its_identity_only(self, state: StateUnderTest) -> None:
        state.sign_ins.link(link())
        assert state.sign_ins.record(attempt(), session(EVE)) is None
        assert state.sign_ins.record(attempt(), session(store="eu")) is None
        other_issuer = IdentityKey("https://idp.other.example", ADA.subject)
        assert state.sign_ins.record(attempt(), session(other_issuer)) is None
        other_case = IdentityKey(ADA.issuer, ADA.subject.upper())
        assert state.sign_ins.record(attempt(), session(other_case)) is None

    def test_linking_twice_is_no_harm(self, state: StateUnderTest) -> None:
        assert state.sign_ins.link(link())
        assert state.sign_ins.link(link())
        assert state.sign_ins.record(attempt(), session()) == CUSTOMER

    def test_a_link_that_stands_is_not_moved_to_another_customer(self, state: StateUnderTest) -> None:
        state.sign_ins.link(link())
        assert state.sign_ins.link(link(customer=Customer("202")))
        assert state.sign_ins.record(attempt(), session()) == CUSTOMER
        # And the other customer is free for somebody else.
        assert state.sign_ins.link(link(EVE, Customer("202")))

    def test_a_customer_whom_another_identity_of_the_connection_holds_is_refused(
        self, state: StateUnderTest
    ) -> None:
        state.sign_ins.link(link(ADA))
        assert not state.sign_ins.link(link(EVE))
        assert state.sign_ins.record(attempt(), session(EVE)) is None
        assert state.sign_ins.record(attempt(), session(ADA)) == CUSTOMER

    def test_the_same_person_may_come_through_two_connections(self, state: StateUnderTest) -> None:
        elsewhere = IdentityKey("https://login.other.example", "ada@other")
        assert state.sign_ins.link(link(ADA))
        assert state.sign_ins.link(link(elsewhere, connection="other"))
        assert state.sign_ins.record(attempt(), session(elsewhere, connection="other")) == CUSTOMER

    def test_the_same_number_in_another_store_is_another_customer(self, state: StateUnderTest) -> None:
        assert state.sign_ins.link(link(ADA))
        assert state.sign_ins.link(link(EVE, store="eu"))
        assert state.sign_ins.record(attempt(store="eu"), session(EVE, store="eu")) == CUSTOMER
        assert state.sign_ins.record(attempt(), session(EVE)) is None

    def test_of_many_who_claim_one_customer_at_once_exactly_one_gets_it(self, state: StateUnderTest) -> None:
        people = [IdentityKey(ADA.issuer, f"person-{number}") for number in range(20)]
        won = all_at_once(20, lambda number: state.sign_ins.link(link(people[number])))
        assert won.count(True) == 1
        customers = [state.sign_ins.record(attempt(), session(person)) for person in people]
        assert customers == [CUSTOMER if one else None for one in won]

    @pytest.mark.parametrize("customer", ["7", "nPRZaBcDeF", "a-b_c:d.e{f}|g", '"quoted"', "x" * 128])
    def test_a_customer_id_comes_back_as_it_was(self, state: StateUnderTest, customer: str) -> None:
        put = attempt(return_to="/with space")
        state.sign_ins.link(link(customer=Customer(customer)))
        assert state.sign_ins.record(put, session()) == Customer(customer)
        outcome = state.attempts.peek(put.state)
        assert isinstance(outcome, Outcome)
        assert outcome.customer == Customer(customer)
        assert outcome.return_to == "/with space"
