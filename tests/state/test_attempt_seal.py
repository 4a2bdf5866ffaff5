"""The sealed half of a ticket: for its own state, under the cookie keys, for some minutes."""

import secrets
from base64 import urlsafe_b64decode
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.attempt import Ticket
from bridge.domain.secret import Secret
from bridge.state.attempt_seal import AttemptSeal
from tests.contracts.people import attempt
from tests.contracts.world import NOON

OLD, NEW = Secret("o" * 32), Secret("n" * 32)
PORTAL = {"organization": "org_1", "invitation": 'a"b'}


def seal(*keys: Secret, now: float = NOON) -> AttemptSeal:
    return AttemptSeal(keys or (NEW,), 300, lambda: now)


def ticket(by: AttemptSeal, **changes: object) -> Ticket:
    made = attempt(**changes)
    return replace(made.ticket, sealed=by.close(made))


def test_it_opens_to_the_attempt_it_was() -> None:
    made = attempt(portal_parameters=PORTAL)
    assert seal().open(replace(made.ticket, sealed=seal().close(made))) == made


def test_it_shows_nothing_and_never_looks_the_same() -> None:
    made = attempt()
    one, other = seal().close(made), seal().close(made)
    assert one != other
    raw = urlsafe_b64decode(one + "==")
    assert made.nonce.encode() not in raw
    assert made.code_verifier.encode() not in raw


def test_cut_out_and_put_into_another_ticket_it_stays_shut() -> None:
    one, other = ticket(seal()), ticket(seal())
    assert seal().open(replace(one, sealed=other.sealed)) is None
    assert seal().open(replace(one, state=one.state.replace(".us", ".eu"))) is None


@pytest.mark.parametrize(
    ("age", "opens"), [(0, True), (300, True), (301, False), (90_000, False), (-60, True), (-61, False)]
)
def test_it_opens_for_some_minutes(age: int, opens: bool) -> None:
    """A little before its time as well: another bridge's clock made it."""
    assert (seal(now=NOON + age).open(ticket(seal())) is not None) is opens


def test_a_taken_attempt_is_known_for_as_long_as_any_bridge_would_open_it() -> None:
    assert seal().known >= 300 + 60


def test_after_a_change_of_keys_the_older_one_still_opens() -> None:
    held = ticket(seal(OLD))
    assert seal(NEW, OLD).open(held) is not None
    assert seal(NEW).open(held) is None


@pytest.mark.parametrize("sealed", ["", "A", "AAAA", "é", "=", "A" * 5000, "\ud800"])
def test_what_is_none_opens_nothing(sealed: str) -> None:
    assert seal().open(replace(ticket(seal()), sealed=sealed)) is None


@given(st.text(max_size=300), st.integers(0, 160))
def test_whatever_is_changed_it_stays_shut(put_in: str, at: int) -> None:
    held = ticket(seal())
    changed = held.sealed[:at] + put_in + held.sealed[at + 1 :]
    opened = seal().open(replace(held, sealed=changed))
    assert opened is None or opened == seal().open(held)


def test_each_attempt_has_a_seal_of_its_own() -> None:
    made = [ticket(seal(), nonce=secrets.token_urlsafe(32)) for _ in range(20)]
    assert len({one.sealed for one in made}) == 20
