"""What lies in Redis: as the table of keys says, and nothing that Redis must not know."""

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

from bridge.domain.deadline import Deadline
from bridge.domain.limits import SESSION_LIFE
from bridge.domain.outcome import Outcome
from bridge.domain.refusal import Reason, Refused
from bridge.domain.secret import Secret
from bridge.state import keys as table
from bridge.state.keys import AUDIT_LENGTH, MAX_HINT, Keys
from tests.contracts.attempts import LIFETIME
from tests.contracts.people import ADA, CUSTOMER, EVE, ID_TOKEN, attempt, link, session

from .conftest import Adapters

_UNITS = {"s": 1, "h": 3600}
_PARTS = {
    "<state>": r"[A-Za-z0-9_-]{43}\.[a-z0-9_-]+",
    "{<identity>}": r"\{[A-Za-z0-9_-]{22}\}",
    "<store>": r"[a-z0-9_-]+",
    "<customer>": r"\S+",
    "<id>": r"[0-9a-f]{32}",
    "<e-mail digest>": r"[0-9a-f]{32}",
}


def rows() -> list[tuple[str, str, str]]:
    """Name, type and life of each row of the table of keys, as its docstring has it."""
    lines = [line for line in (table.__doc__ or "").splitlines() if line.startswith("| `")]
    return [tuple(cell.strip(" `") for cell in line.strip("|").split("|")[:3]) for line in lines]  # type: ignore[misc]


def row_of(name: str) -> tuple[str, str]:
    """Type and life that the table promises to a key."""
    found = []
    for key, kind, life in rows():
        pattern = re.escape(key)
        for part, meaning in _PARTS.items():
            pattern = pattern.replace(re.escape(part), meaning)
        if re.fullmatch(pattern, name):
            found.append((kind, life))
    assert len(found) == 1, f"{name} stands in {len(found)} rows of the table"
    return found[0]


def seconds(life: str) -> list[int]:
    """The lives that a key may have, one after the other."""
    named = life.replace("attempt_lifetime`", f"{LIFETIME} s")
    return [int(number) * _UNITS[unit] for number, unit in re.findall(r"(\d+) ([sh])", named)]


@pytest.fixture
def lived_in(adapters: Adapters) -> Iterator[Adapters]:
    """A state in which everything happened once."""
    pending, underway, signed_in, refused = attempt(), attempt(), attempt(), attempt()
    for one in (pending, underway, signed_in, refused):
        adapters.attempts.put(one)
    for one in (underway, signed_in, refused):
        adapters.attempts.take(one.state)
    adapters.sign_ins.link(link())
    adapters.sign_ins.record(signed_in, session())
    outcome = Outcome(store="us", return_to="/cart", reason=Reason.CODE_REJECTED)
    adapters.attempts.refuse(refused.ticket, outcome, Refused(Reason.CODE_REJECTED, "400 'invalid_grant'"))
    adapters.audit.refused("abcdefgh", Refused(Reason.COOKIE_MISSING), "us", "acme")
    adapters.server.command("SET", adapters.keys.probe, "1", "EX", 10)  # as the bridge itself does it
    with adapters.sign_ins.creating("us", "ada@acme.com", Deadline(5, time.monotonic)):
        yield adapters


def names(adapters: Adapters, raw: Any) -> list[str]:
    return sorted(raw.scan_iter(f"{adapters.keys.prefix}:*"))


def dump(adapters: Adapters, raw: Any) -> str:
    """Everything stored, names and values."""
    read = {
        "string": raw.get,
        "hash": raw.hgetall,
        "zset": lambda name: raw.zrange(name, 0, -1),
        "stream": raw.xrange,
    }
    return "\n".join(f"{name} {read[raw.type(name)](name)}" for name in names(adapters, raw))


def test_every_key_is_as_the_table_says(lived_in: Adapters, raw: Any) -> None:
    kinds = {"sorted set": "zset"}
    seen = set()
    for name in names(lived_in, raw):
        kind, life = row_of(name.removeprefix(lived_in.keys.prefix + ":"))
        seen.add((kind, life))
        assert raw.type(name) == kinds.get(kind, kind), name
        left = raw.ttl(name)
        if life.startswith(("for ever", "newest")):
            assert left == -1, name
        else:
            assert any(most - 5 < left <= most for most in seconds(life)), name
    assert seen == {row[1:] for row in rows()}


def test_an_id_token_lies_there_sealed_and_no_other_way(lived_in: Adapters, raw: Any) -> None:
    everything = dump(lived_in, raw)
    for part in ID_TOKEN.split("."):
        assert part not in everything
    assert "planted" not in everything
    (sealed,) = raw.scan_iter(f"{lived_in.keys.prefix}:session:*")
    assert lived_in.server.command("GET", sealed)


def test_neither_addresses_nor_session_handles_can_be_read(lived_in: Adapters, raw: Any) -> None:
    made = session()
    lived_in.sign_ins.record(attempt(), made)
    everything = dump(lived_in, raw)
    assert "ada@acme.com" not in everything
    assert made.id not in everything.replace(made.handle, "")  # the outcome repeats the cookie for a minute


def test_the_audit_names_references_and_digests_and_no_person(lived_in: Adapters, raw: Any) -> None:
    events = [fields for _, fields in raw.xrange(lived_in.keys.audit)]
    assert [event["event"] for event in events] == ["linked", "signed_in", "refused", "refused"]
    for event in events:
        assert ADA.subject not in [value for name, value in event.items() if name != "connection"]
        assert "@" not in "".join(event.values())
    assert {event.get("identity") for event in events} == {ADA.digest, None}


def test_an_id_token_too_large_for_a_hint_is_not_kept(adapters: Adapters, raw: Any) -> None:
    adapters.sign_ins.link(link())
    adapters.sign_ins.link(link(EVE, connection="other"))
    adapters.sign_ins.record(attempt(), session(ADA, id_token=Secret("x" * MAX_HINT)))
    adapters.sign_ins.record(attempt(), session(EVE, id_token=Secret("x" * (MAX_HINT + 1))))
    sizes = sorted(raw.strlen(name) for name in raw.scan_iter(f"{adapters.keys.prefix}:session:*"))
    assert sizes[0] < 500
    assert sizes[1] > MAX_HINT


def test_the_audit_keeps_the_newest_events(adapters: Adapters, raw: Any) -> None:
    assert AUDIT_LENGTH >= 10_000
    with raw.pipeline() as pipeline:
        for number in range(AUDIT_LENGTH + 1000):
            pipeline.xadd(adapters.keys.audit, {"n": number})
        pipeline.execute()
    adapters.audit.refused("abcdefgh", Refused(Reason.COOKIE_MISSING), "us", "acme")
    assert AUDIT_LENGTH <= raw.xlen(adapters.keys.audit) < AUDIT_LENGTH + 500
    assert raw.xrevrange(adapters.keys.audit, count=1)[0][1]["reference"] == "abcdefgh"
    raw.delete(adapters.keys.audit)


def test_sessions_that_ended_leave_the_list_at_the_next_sign_in(adapters: Adapters, raw: Any) -> None:
    adapters.sign_ins.link(link())
    old = session()
    adapters.sign_ins.record(attempt(), old)
    later = session(created_at=old.created_at + SESSION_LIFE)
    adapters.sign_ins.record(attempt(), later)
    assert raw.zrange(adapters.keys.sessions(ADA), 0, -1) == [table.digest(later.id)]


def test_two_bridges_in_one_server_do_not_see_each_other(adapters: Adapters) -> None:
    put = attempt()
    adapters.attempts.put(put)
    keys = Keys("another")
    assert keys.attempt(put.state) != adapters.keys.attempt(put.state)
    assert adapters.server.command("GET", keys.attempt(put.state)) is None


def test_keys_of_one_identity_share_a_hash_tag_and_those_of_a_store_do_not() -> None:
    keys = Keys("bridge")

    def tag(key: str) -> str | None:
        found = re.search(r"\{(.+?)\}", key)
        return found[1] if found else None

    together = {
        tag(keys.link(ADA, "us")),
        tag(keys.link(ADA, "eu")),
        tag(keys.sessions(ADA)),
        tag(keys.session(ADA, "x")),
    }
    assert together == {ADA.digest}
    assert tag(keys.link(EVE, "us")) != tag(keys.link(ADA, "us"))
    assert tag(keys.held("us", CUSTOMER)) is None
