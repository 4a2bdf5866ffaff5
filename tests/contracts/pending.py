"""What every implementation of the port `PendingCases` promises."""

from dataclasses import replace

from bridge.domain.customer import Customer
from bridge.domain.link_ports import PendingCases
from bridge.domain.pending import MOST_CANDIDATES, PendingCase
from bridge.domain.refusal import Reason
from bridge.state.pending import MOST, PENDING_LIFE, REJECTED_LIFE

from .people import ADA, CUSTOMER, EVE
from .world import NOON


def case(**changes: object) -> PendingCase:
    made = PendingCase(
        store="us",
        connection="acme",
        identity=ADA,
        reason=Reason.CUSTOMER_AMBIGUOUS,
        candidates=(CUSTOMER, Customer("102")),
        first=int(NOON),
        last=int(NOON),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


class PendingContract:
    """The class that inherits this has a fixture `pending`."""

    def test_a_case_comes_back_as_it_was(self, pending: PendingCases) -> None:
        odd = replace(EVE, subject='o\'d "d" /\\ ü \U0001f600')
        for put in (case(), case(identity=odd, candidates=(), reason=Reason.CUSTOMER_ALREADY_LINKED)):
            pending.add(put)
            assert pending.find("us", put.identity.digest) == put

    def test_a_case_that_comes_again_is_counted_and_brought_up_to_date(self, pending: PendingCases) -> None:
        pending.add(case())
        pending.add(case(first=int(NOON) + 60, last=int(NOON) + 60, candidates=(CUSTOMER,)))
        assert pending.all("us") == [case(last=int(NOON) + 60, candidates=(CUSTOMER,), times=2)]

    def test_the_newest_come_first_and_each_store_has_its_own(self, pending: PendingCases) -> None:
        pending.add(case())
        pending.add(case(identity=EVE, last=int(NOON) + 5))
        pending.add(case(store="eu"))
        assert [one.identity for one in pending.all("us")] == [EVE, ADA]
        assert [one.identity for one in pending.all("eu")] == [ADA]
        assert pending.all("post") == []
        assert pending.find("eu", EVE.digest) is None

    def test_what_was_rejected_stays_so_when_it_comes_again(self, pending: PendingCases) -> None:
        pending.add(case())
        assert pending.reject("us", ADA.digest)
        pending.add(case(last=int(NOON) + 60))
        (found,) = pending.all("us")
        assert (found.rejected, found.times) == (True, 2)
        assert not pending.reject("us", EVE.digest)

    def test_what_was_dropped_is_gone(self, pending: PendingCases) -> None:
        pending.add(case())
        assert pending.drop("us", ADA.digest)
        assert not pending.drop("us", ADA.digest)
        assert pending.all("us") == []

    def test_cases_are_forgotten_after_thirty_days_and_rejected_ones_after_a_year(
        self, pending: PendingCases
    ) -> None:
        pending.add(case())
        pending.add(case(identity=EVE))
        pending.reject("us", EVE.digest)
        someone = replace(ADA, subject="someone")
        pending.add(case(identity=someone, last=int(NOON) + PENDING_LIFE))
        assert {one.identity for one in pending.all("us")} == {EVE, someone}
        pending.add(case(identity=someone, last=int(NOON) + REJECTED_LIFE))
        assert [one.identity for one in pending.all("us")] == [someone]

    def test_a_flood_of_cases_drops_the_oldest(self, pending: PendingCases) -> None:
        for number in range(MOST + 3):
            pending.add(case(identity=replace(ADA, subject=f"{number}"), last=int(NOON) + number))
        kept = pending.all("us")
        assert len(kept) == MOST
        assert kept[-1].identity.subject == "3"

    def test_no_more_candidates_are_kept_than_anybody_would_choose_from(self, pending: PendingCases) -> None:
        pending.add(case(candidates=tuple(Customer(str(number)) for number in range(50))))
        found = pending.find("us", ADA.digest)
        assert found is not None
        assert len(found.candidates) == MOST_CANDIDATES
