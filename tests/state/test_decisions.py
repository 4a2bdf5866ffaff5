"""Decision records on real Redis, on one server and where no two keys share a slot."""

import secrets
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bridge.demo.redis_server import RedisServer as DemoServer
from bridge.domain.customer import Customer
from bridge.domain.outcome import Outcome
from bridge.domain.refusal import Reason, Refused
from bridge.domain.story import Story
from bridge.state.codes import RedisCodes
from bridge.state.decision_reading import RedisDecisionRecords
from bridge.state.decisions import Decisions
from bridge.state.erasure import RedisErasure
from bridge.state.server import RedisServer
from tests.contracts.people import ADA, attempt, link, session
from tests.contracts.tokens import grant
from tests.state.conftest import Adapters
from tests.state.one_slot import OneSlotServer


@pytest.fixture(params=[RedisServer, OneSlotServer], ids=["one server", "a slot each"])
def state(request: pytest.FixtureRequest, redis_server: DemoServer) -> Iterator[Adapters]:
    server: RedisServer = request.param(redis_server.url)
    yield Adapters.on(server)
    server.close()


def told(identity: str = "") -> Story:
    story = Story(time.monotonic)
    story.tell("identity", identity=identity or secrets.token_hex(11), claims="email", domain="inside")
    return story


def kinds(state: Adapters, reference: str) -> list[str]:
    account, _ = RedisDecisionRecords(state.server, state.keys).find(reference)
    return [record.kind for record in account.records] if account else []


def test_a_sign_in_is_told_from_its_beginning_to_its_code(state: Adapters) -> None:
    one, made = attempt(), session()
    state.sign_ins.link(link())
    state.attempts.put(one, told())
    assert state.sign_ins.record(one, made, story=told())
    codes = RedisCodes(state.server, state.keys, Decisions(state.keys, 1000))
    codes.put("a-code", replace(grant(made), reference=one.reference))
    assert codes.take("us", "a-code")
    codes.take("us", "a-code")  # a second use is no second redemption
    assert kinds(state, one.reference) == ["begun", "signed_in", "token"]
    account, _ = RedisDecisionRecords(state.server, state.keys).find(one.reference)
    assert account is not None
    assert account.customer == "101"


def test_who_has_no_link_yet_is_not_told_as_signed_in(state: Adapters) -> None:
    one = attempt()
    assert state.sign_ins.record(one, session(), story=told()) is None
    assert kinds(state, one.reference) == []


def test_a_refusal_is_told_with_its_story(state: Adapters) -> None:
    one = attempt()
    outcome = Outcome(store="us", return_to="/", reason=Reason.CODE_REJECTED)
    state.attempts.refuse(one.ticket, outcome, Refused(Reason.CODE_REJECTED, "400"), told())
    state.attempts.refuse(one.ticket, outcome, Refused(Reason.CODE_REJECTED, "400"), told())
    assert kinds(state, one.reference)[0] == "refused"


def test_a_record_that_was_written_twice_is_told_once(state: Adapters) -> None:
    one, story = attempt(), told()
    state.attempts.put(one, story)
    state.attempts.put(one, story)
    assert kinds(state, one.reference) == ["begun"]


def test_a_customer_whose_id_is_an_address_is_named_by_a_digest(state: Adapters) -> None:
    one = attempt()
    state.sign_ins.link(link(customer=Customer("ada@acme.com")))
    assert state.sign_ins.record(one, session(), story=told())
    account, _ = RedisDecisionRecords(state.server, state.keys).find(one.reference)
    assert account is not None
    assert account.customer.startswith("address:")
    for stream in (state.keys.decisions, state.keys.audit):
        assert "ada@" not in str(state.server.command("XRANGE", stream, "-", "+"))
    gone = RedisErasure(state.server, state.keys).forget_events([], [("us", "ada@acme.com")])
    assert gone == 2
    assert kinds(state, one.reference) == []


def test_who_is_erased_is_in_no_record(state: Adapters) -> None:
    one, other = attempt(), attempt()
    state.attempts.put(one, told(ADA.digest))
    state.attempts.put(other, told())
    RedisErasure(state.server, state.keys).forget_events([ADA.digest], [])
    assert kinds(state, one.reference) == []
    assert kinds(state, other.reference) == ["begun"]


def test_with_no_records_wanted_none_are_written(state: Adapters) -> None:
    none = Decisions(state.keys, 0)
    state.sign_ins._decisions = state.attempts._decisions = none
    one = attempt()
    state.sign_ins.link(link())
    state.attempts.put(one, told())
    assert state.sign_ins.record(one, session(), story=told())
    assert kinds(state, one.reference) == []


def test_old_records_are_dropped_and_no_more_are_kept_than_wanted(state: Adapters) -> None:
    wanted = Decisions(state.keys, 100)
    for _ in range(400):
        state.server.command(*wanted.command(*wanted.words("begun", "abcdefgh", "us", "acme", told())))
    assert 100 <= state.server.command("XLEN", state.keys.decisions) < 300
    wanted.forget(state.server, int(time.time()) + 10)
    assert state.server.command("XLEN", state.keys.decisions) < 100
