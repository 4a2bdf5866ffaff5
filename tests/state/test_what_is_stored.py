"""What lies in Redis: as the table of keys says, and nothing that Redis must not know."""

import itertools
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

from bridge.domain.audit_chain import AuditKeys
from bridge.domain.deadline import Deadline
from bridge.domain.limits import SESSION_LIFE
from bridge.domain.link_rows import EmailRow, LinkRow
from bridge.domain.outcome import Outcome
from bridge.domain.refusal import Reason, Refused
from bridge.domain.secret import Secret
from bridge.domain.session import Session
from bridge.domain.story import Story
from bridge.state import keys as table
from bridge.state.audit_seals import RedisAuditSeals
from bridge.state.codes import RedisCodes
from bridge.state.dry_sign_ins import RedisDrySignIns
from bridge.state.endings import RedisEndings
from bridge.state.growing import FULL, tag_of
from bridge.state.import_marks import RedisImportMarks
from bridge.state.keys import AUDIT_NET, MAX_HINT, Keys, digest, links_of
from bridge.state.link_records import email_digest
from bridge.state.renewals import RedisRenewals
from bridge.state.sign_out_notices import RedisSignOutNotices
from bridge.state.throttle import RedisThrottle
from tests.contracts.attempts import LIFETIME
from tests.contracts.documents import published_once
from tests.contracts.dry_sign_ins import answer
from tests.contracts.endings import ending
from tests.contracts.lost_attempts import FALLBACK
from tests.contracts.pending import case
from tests.contracts.people import ADA, EVE, ID_TOKEN, attempt, link, session
from tests.contracts.tokens import grant, handle
from tests.contracts.world import NOON

from .conftest import Adapters

_UNITS = {"s": 1, "h": 3600}
_PARTS = {
    "<prefix>": r"[a-z0-9]+",
    "<state>": r"[A-Za-z0-9_-]{43}\.[a-z0-9_-]+",
    "<identity>": r"[A-Za-z0-9_-]{22}",
    "{<tag>}": r"\{[0-9a-f]{3}\}",
    "{<store>}": r"\{[a-z0-9_-]+\}",
    "[:<number>]": r"(?::\d+)?",
    "<store>": r"[a-z0-9_-]+",
    "<id>": r"[0-9a-f]{32}",
    "<e-mail digest>": r"[0-9a-f]{32}",
    "<connection>": r"[a-z0-9_-]+",
    "<kind>": r"(?:metadata|keys)",
    "<code digest>": r"[0-9a-f]{32}",
    "<sid digest>": r"[0-9a-f]{32}",
    "<jti digest>": r"[0-9a-f]{32}",
    "<state digest>": r"[0-9a-f]{32}",
    "<file digest>": r"[0-9a-f]{32}",
    "<digest>": r"[0-9a-f]{32}",
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
    life = life.replace("attempt_fallback` + 60 s", f"{FALLBACK + 60} s")
    named = life.replace("attempt_lifetime", f"{LIFETIME} s").replace("session_lifetime", f"{SESSION_LIFE} s")
    return [int(number) * _UNITS[unit] for number, unit in re.findall(r"(\d+) ([sh])", named)]


@pytest.fixture
def lived_in(adapters: Adapters) -> Iterator[Adapters]:
    """A state in which everything happened once."""
    pending, underway, signed_in, refused = attempt(), attempt(), attempt(), attempt()
    for one in (pending, underway, signed_in, refused):
        adapters.attempts.put(one, story())
    for one in (underway, signed_in, refused):
        adapters.attempts.take(one.state)
    adapters.sign_ins.link(link())
    made = session()
    adapters.sign_ins.record(signed_in, made, story=story())
    redeem(adapters, made)
    grow(adapters)
    adapters.pending.add(case())
    RedisImportMarks(adapters.server, adapters.keys).put("us", digest("a file"), 4096, 30)
    outcome = Outcome(store="us", return_to="/cart", reason=Reason.CODE_REJECTED)
    adapters.attempts.refuse(
        refused.ticket, outcome, Refused(Reason.CODE_REJECTED, "400 'invalid_grant'"), story()
    )
    adapters.audit.refused("abcdefgh", Refused(Reason.COOKIE_MISSING), "us", "acme")
    adapters.audit.stray("abcdefgh", Refused(Reason.OTHER_BROWSER), "us", "acme")
    keys = AuditKeys([Secret("k" * 32)])
    assert RedisAuditSeals(adapters.server, adapters.keys, keys, time.time).seal() == 4
    for kind, published in published_once().items():
        adapters.documents.write("acme", kind, published[0], published[1])
    assert adapters.documents.begin("acme", "keys")
    assert adapters.documents.spend("acme")
    adapters.documents.forget("globex")
    try_connection(adapters)
    RedisSignOutNotices(adapters.server, adapters.keys).use("acme", "a-logout-token")
    end_sessions(adapters)
    adapters.server.command("SET", adapters.keys.probe, "1", "EX", 10)  # as the bridge itself does it
    with adapters.sign_ins.creating("us", ADA, "ada@acme.com", Deadline(5, time.monotonic)):
        yield adapters


def story() -> Story:
    """Of somebody."""
    told = Story(time.monotonic)
    told.tell("identity", identity=ADA.digest, claims="email", domain="inside")
    return told


def try_connection(adapters: Adapters) -> None:
    """A test of a connection whose answer came."""
    dry, came = RedisDrySignIns(adapters.server, adapters.keys, adapters.seal), answer(code="planted-code-3")
    dry.expect(came.state, "acme", 60)
    assert dry.answer(came)


def end_sessions(adapters: Adapters) -> None:
    """One of which the store is still to hear, and one that was given up."""
    endings = RedisEndings(adapters.server, adapters.keys, head_start=0)
    endings.announce(ending(1))
    (work,) = endings.take(1)
    endings.give_up(work)
    endings.announce(ending(2))
    endings.add("dead")


def grow(adapters: Adapters) -> None:
    """A part that was split, and customers known by e-mail."""
    words = (str(number) for number in itertools.count())
    same_part = itertools.islice((word for word in words if tag_of(word) == "abc"), FULL + 2)
    rows = [LinkRow(digest(word)[:22], "acme", word) for word in same_part]
    assert set(adapters.links.import_links("us", rows)) == {"new"}
    emails = [EmailRow(email_digest("ada@acme.com"), "101")]
    assert adapters.links.import_emails("us", emails) == ["new"]


def redeem(adapters: Adapters, made: Session) -> None:
    """A code that is under way, one that was redeemed, and what it gave."""
    codes = RedisCodes(adapters.server, adapters.keys)
    for code in ("planted-code-1", "planted-code-2"):
        codes.put(code, grant(made))
    codes.take("us", "planted-code-2")
    sessions = RedisRenewals(
        adapters.server, adapters.keys, adapters.seal, lambda: NOON, lambda: "planted" * 6
    )
    lent = sessions.lend(grant(made), "planted-code-2", "public")
    sessions.keep_refresh_token(handle(lent), Secret("planted-refresh-token"))
    RedisThrottle(adapters.server, adapters.keys).count("us 192.0.2.1", 1)


def names(adapters: Adapters, raw: Any) -> list[str]:
    return sorted(raw.scan_iter(f"{adapters.keys.prefix}:*"))


def dump(adapters: Adapters, raw: Any) -> str:
    """Everything stored, names and values."""
    read = {
        "string": raw.get,
        "hash": raw.hgetall,
        "set": raw.smembers,
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
        if life.startswith(("for ever", "newest", "until done")):
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


@pytest.mark.slow
def test_an_audit_that_nobody_seals_keeps_the_newest_events(adapters: Adapters, raw: Any) -> None:
    assert AUDIT_NET >= 10_000
    with raw.pipeline() as pipeline:
        for number in range(AUDIT_NET + 1000):
            pipeline.xadd(adapters.keys.audit, {"n": number})
        pipeline.execute()
    adapters.audit.refused("abcdefgh", Refused(Reason.COOKIE_MISSING), "us", "acme")
    assert AUDIT_NET <= raw.xlen(adapters.keys.audit) < AUDIT_NET + 500
    assert raw.xrevrange(adapters.keys.audit, count=1)[0][1]["reference"] == "abcdefgh"
    raw.delete(adapters.keys.audit)


def test_sessions_that_ended_leave_the_list_at_the_next_sign_in(adapters: Adapters, raw: Any) -> None:
    adapters.sign_ins.link(link())
    old = session()
    adapters.sign_ins.record(attempt(), old)
    later = session(created_at=old.ends_at, ends_at=old.ends_at + SESSION_LIFE)
    adapters.sign_ins.record(attempt(), later)
    assert raw.zrange(adapters.keys.sessions(ADA), 0, -1) == [table.digest(later.id)]


def test_the_list_of_sessions_ends_with_the_last_of_them(adapters: Adapters, raw: Any) -> None:
    """Also where all before it are over: the one that was to last longest was signed out."""
    adapters.sign_ins.link(link())
    key, now = adapters.keys.sessions(ADA), session().created_at
    long, short = (session(ends_at=now + life) for life in (1000, 100))
    for made in (long, short):
        assert adapters.sign_ins.record(attempt(), made)
    raw.zrem(key, table.digest(long.id))
    for life in (50, 5000):
        made = session(created_at=now + 200, ends_at=now + 200 + life)
        assert adapters.sign_ins.record(attempt(), made)
        assert life - 2 <= raw.ttl(key) <= max(life, 1000)


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
        tag(links_of(keys, ADA, "us")),
        tag(links_of(keys, ADA, "eu")),
        tag(keys.creating(ADA, "us")),
        tag(keys.sessions(ADA)),
        tag(keys.session(ADA, "x")),
    }
    assert together == {tag_of(ADA.digest)}
    assert tag(links_of(keys, EVE, "us")) not in together
