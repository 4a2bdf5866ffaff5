"""The ports `Codes`, `Renewals` and `Throttle`: a code once, a renewal while the session lives."""

from abc import ABC, abstractmethod
from dataclasses import replace

import pytest

from bridge.domain.customer import Customer
from bridge.domain.grant import Grant, Renewable, RenewalHandle, Spent
from bridge.domain.identity import IdentityKey
from bridge.domain.limits import CODE_LIFE, RENEWAL_GRACE
from bridge.domain.ports import SignIns
from bridge.domain.secret import Secret
from bridge.domain.session import Session, SessionRef, session_digest
from bridge.domain.token_ports import Codes, Renewals, Throttle

from .people import ADA, CUSTOMER, EVE, attempt, link, session
from .state import all_at_once

CODE = "c" * 43


class TokensUnderTest(ABC):
    """Each implementation says how time passes in it, and how a session ends."""

    codes: Codes
    renewals: Renewals
    throttle: Throttle
    sign_ins: SignIns

    @abstractmethod
    def pass_time(self, seconds: float) -> None:
        """For codes, counters, and the grace of handles."""

    @abstractmethod
    def end_session(self, session: Session) -> None:
        """As a sign-out does."""

    @abstractmethod
    def unlink(self, identity: IdentityKey, store: str) -> None:
        """As an operator does."""

    def signed_in(
        self, identity: IdentityKey = ADA, customer: Customer = CUSTOMER, **changes: object
    ) -> Session:
        self.sign_ins.link(link(identity, customer))
        made = session(identity, **changes)
        assert self.sign_ins.record(attempt(), made) == customer
        return made


def grant(made: Session, **changes: object) -> Grant:
    granted = Grant(
        store="us",
        identity=made.identity,
        session=session_digest(made.handle),
        return_to="/a b?c=d",
        reference="abcdefgh",
        code_challenge="x" * 43,
        client_address="2001:db8::1",
    )
    return replace(granted, **changes)  # type: ignore[arg-type]


def handle(renewable: Renewable | None) -> RenewalHandle:
    assert renewable is not None
    parsed = RenewalHandle.parse(renewable.handle)
    assert parsed is not None
    return parsed


class CodesContract:
    """The class that inherits this has a fixture `tokens`."""

    def test_a_code_stands_for_what_it_was_put_for_once(self, tokens: TokensUnderTest) -> None:
        granted = grant(session())
        tokens.codes.put(CODE, granted)
        assert tokens.codes.take("us", CODE) == granted
        assert tokens.codes.take("us", CODE) == Spent(granted)
        assert tokens.codes.take("us", CODE) == Spent(granted)

    def test_of_fifty_who_redeem_at_once_exactly_one_does(self, tokens: TokensUnderTest) -> None:
        granted = grant(session())
        tokens.codes.put(CODE, granted)
        taken = all_at_once(50, lambda _: tokens.codes.take("us", CODE))
        assert taken.count(granted) == 1
        assert taken.count(Spent(granted)) == 49

    def test_an_unknown_code_is_nothing(self, tokens: TokensUnderTest) -> None:
        assert tokens.codes.take("us", CODE) is None

    def test_a_code_of_another_store_is_nothing_and_stays_good(self, tokens: TokensUnderTest) -> None:
        tokens.codes.put(CODE, grant(session()))
        assert tokens.codes.take("eu", CODE) is None
        assert isinstance(tokens.codes.take("us", CODE), Grant)

    def test_a_code_lives_for_a_minute(self, tokens: TokensUnderTest) -> None:
        tokens.codes.put(CODE, grant(session()))
        tokens.pass_time(CODE_LIFE)
        assert tokens.codes.take("us", CODE) is None

    @pytest.mark.parametrize("subject", ["ada", "a b", 'q"uote', "ü", "x" * 255])
    def test_whoever_it_is_comes_back_as_they_were(self, tokens: TokensUnderTest, subject: str) -> None:
        granted = grant(session(IdentityKey(ADA.issuer, subject)))
        tokens.codes.put(CODE, granted)
        assert tokens.codes.take("us", CODE) == granted


class SessionsContract:
    """The class that inherits this has a fixture `tokens`."""

    def test_a_handle_renews_as_often_as_the_session_lives(self, tokens: TokensUnderTest) -> None:
        made = tokens.signed_in()
        lent = tokens.renewals.lend(grant(made), CODE, "confidential")
        for _ in range(3):
            renewed = tokens.renewals.renew("us", handle(lent), "confidential")
            assert renewed == lent
        assert lent is not None
        assert (lent.customer, lent.identity, lent.reference) == (CUSTOMER, ADA, "abcdefgh")

    def test_a_handle_tells_nothing_of_the_browsers_own(self, tokens: TokensUnderTest) -> None:
        made = tokens.signed_in()
        lent = tokens.renewals.lend(grant(made), CODE, "public")
        assert lent is not None
        assert made.id not in lent.handle + lent.session
        assert CODE not in lent.handle
        assert repr(handle(lent)).count(handle(lent).secret) == 0

    def test_two_codes_of_one_session_have_handles_of_their_own(self, tokens: TokensUnderTest) -> None:
        made = tokens.signed_in()
        one = tokens.renewals.lend(grant(made), CODE, "public")
        other = tokens.renewals.lend(grant(made), "d" * 43, "public")
        assert handle(one).secret != handle(other).secret
        assert tokens.renewals.renew("us", handle(one), "public") is not None
        assert tokens.renewals.renew("us", handle(other), "public") is not None

    def test_without_a_session_or_a_link_nothing_is_lent(self, tokens: TokensUnderTest) -> None:
        assert tokens.renewals.lend(grant(session(EVE)), CODE, "public") is None
        made = tokens.signed_in()
        tokens.end_session(made)
        assert tokens.renewals.lend(grant(made), CODE, "public") is None

    def test_a_sign_out_ends_the_renewal(self, tokens: TokensUnderTest) -> None:
        made = tokens.signed_in()
        lent = tokens.renewals.lend(grant(made), CODE, "confidential")
        tokens.end_session(made)
        assert tokens.renewals.renew("us", handle(lent), "confidential") is None

    def test_the_customer_is_whom_the_link_names_now(self, tokens: TokensUnderTest) -> None:
        made = tokens.signed_in()
        lent = tokens.renewals.lend(grant(made), CODE, "confidential")
        tokens.unlink(ADA, "us")
        assert tokens.renewals.renew("us", handle(lent), "confidential") is None
        tokens.sign_ins.link(link(customer=Customer("202"), connection="another"))
        renewed = tokens.renewals.renew("us", handle(lent), "confidential")
        assert renewed is not None
        assert renewed.customer == Customer("202")

    def test_what_was_lent_to_one_store_or_kind_is_of_no_use_to_another(
        self, tokens: TokensUnderTest
    ) -> None:
        made = tokens.signed_in()
        tokens.sign_ins.link(link(store="eu"))
        lent = tokens.renewals.lend(grant(made), CODE, "confidential")
        assert tokens.renewals.renew("eu", handle(lent), "confidential") is None
        assert tokens.renewals.renew("us", handle(lent), "public") is None
        assert tokens.renewals.renew("us", handle(lent), "confidential") is not None

    @pytest.mark.parametrize("part", ["identity", "session", "grant", "secret"])
    def test_a_handle_changed_anywhere_renews_nothing(self, tokens: TokensUnderTest, part: str) -> None:
        lent = handle(tokens.renewals.lend(grant(tokens.signed_in()), CODE, "confidential"))
        other = "".join("ab"[letter == "a"] for letter in getattr(lent, part))
        assert tokens.renewals.renew("us", replace(lent, **{part: other}), "confidential") is None

    def test_a_pages_handle_changes_each_time_and_an_old_one_ends_the_renewal(
        self, tokens: TokensUnderTest
    ) -> None:
        first = handle(tokens.renewals.lend(grant(tokens.signed_in()), CODE, "public"))
        second = handle(tokens.renewals.renew("us", first, "public"))
        third = handle(tokens.renewals.renew("us", second, "public"))
        assert len({first.secret, second.secret, third.secret}) == 3
        assert tokens.renewals.renew("us", first, "public") is None, "replayed"
        assert tokens.renewals.renew("us", third, "public") is None, "and so the newest is no good either"

    def test_the_last_handle_but_one_serves_for_a_minute(self, tokens: TokensUnderTest) -> None:
        first = handle(tokens.renewals.lend(grant(tokens.signed_in()), CODE, "public"))
        tokens.renewals.renew("us", first, "public")  # whose answer got lost
        again = handle(tokens.renewals.renew("us", first, "public"))
        tokens.renewals.renew("us", again, "public")
        tokens.pass_time(RENEWAL_GRACE)
        assert tokens.renewals.renew("us", again, "public") is None

    def test_a_refresh_token_is_kept_as_long_as_the_renewal(self, tokens: TokensUnderTest) -> None:
        made = tokens.signed_in()
        lent = handle(tokens.renewals.lend(grant(made), CODE, "confidential"))
        tokens.renewals.keep_refresh_token(lent, Secret("platform-refresh"))
        renewed = tokens.renewals.renew("us", lent, "confidential")
        assert renewed is not None
        assert renewed.refresh_token == Secret("platform-refresh")
        tokens.renewals.keep_refresh_token(lent, Secret("the next one"))
        assert tokens.renewals.end(grant(made), CODE) == Secret("the next one")
        assert tokens.renewals.renew("us", lent, "confidential") is None
        assert tokens.renewals.end(grant(made), CODE) is None

    def test_a_refresh_token_that_comes_after_the_end_is_not_kept(self, tokens: TokensUnderTest) -> None:
        """The code was used twice while the platform made the token: nobody would ever revoke it."""
        made = tokens.signed_in()
        lent = handle(tokens.renewals.lend(grant(made), CODE, "confidential"))
        assert tokens.renewals.end(grant(made), CODE) is None
        assert not tokens.renewals.keep_refresh_token(lent, Secret("too late"))
        assert tokens.renewals.end(grant(made), CODE) is None

    def test_what_a_session_that_ended_leaves_can_be_taken_back_one_by_one(
        self, tokens: TokensUnderTest
    ) -> None:
        made = tokens.signed_in()
        ref = SessionRef.of(made.handle)
        assert ref is not None
        lent = [handle(tokens.renewals.lend(grant(made), code, "confidential")) for code in ("a", "b", "c")]
        for one in lent[:2]:
            assert tokens.renewals.keep_refresh_token(one, Secret(f"for {one.grant}"))
        tokens.end_session(made)
        assert not tokens.renewals.keep_refresh_token(lent[2], Secret("too late"))
        kept = {one.grant: Secret(f"for {one.grant}") for one in lent[:2]}
        assert tokens.renewals.refresh_tokens(ref) == kept
        tokens.renewals.taken_back(ref, lent[0].grant)
        assert list(tokens.renewals.refresh_tokens(ref)) == [lent[1].grant]
        tokens.renewals.forget(ref)
        assert not tokens.renewals.refresh_tokens(ref)

    def test_nothing_is_lent_for_a_code_of_a_session_that_ended(self, tokens: TokensUnderTest) -> None:
        """Codes need not be taken back: they die with their session."""
        made = tokens.signed_in()
        tokens.codes.put(CODE, grant(made))
        tokens.end_session(made)
        taken = tokens.codes.take("us", CODE)
        assert isinstance(taken, Grant)
        assert tokens.renewals.lend(taken, CODE, "confidential") is None

    def test_an_end_before_the_beginning_leaves_the_token_and_no_handle(
        self, tokens: TokensUnderTest
    ) -> None:
        made = tokens.signed_in()
        assert tokens.renewals.end(grant(made), CODE) is None
        lent = tokens.renewals.lend(grant(made), CODE, "public")
        assert lent is not None
        assert lent.handle == ""


class ThrottleContract:
    """The class that inherits this has a fixture `tokens`."""

    def test_who_was_counted_too_often_waits_for_the_rest_of_the_minute(
        self, tokens: TokensUnderTest
    ) -> None:
        waits = [tokens.throttle.count("us 192.0.2.1", 3) for _ in range(5)]
        assert waits[:3] == [0, 0, 0]
        assert all(0 < wait <= 60 for wait in waits[3:])
        assert tokens.throttle.wait("us 192.0.2.1", 3) > 0
        assert tokens.throttle.wait("us 192.0.2.2", 3) == 0
        assert tokens.throttle.count("eu 192.0.2.1", 3) == 0
        tokens.pass_time(60)
        assert tokens.throttle.wait("us 192.0.2.1", 3) == 0
        assert tokens.throttle.count("us 192.0.2.1", 3) == 0
