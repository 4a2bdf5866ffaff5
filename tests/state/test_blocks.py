"""Memory and Redis keep the contracts of blocks and of notes; Redis as for a Cluster, too."""

from collections.abc import Iterator

import pytest

from bridge.demo.redis_server import RedisServer as DemoServer
from bridge.domain.customer import Customer
from bridge.domain.identity import IdentityKey
from bridge.domain.link_ports import Blocks, Links
from bridge.domain.ports import SignIns
from bridge.domain.session_ports import Endings, Sessions
from bridge.flows.blocking import Blocking
from bridge.flows.ending import SessionEnder
from bridge.state.blocks import RedisBlocks
from bridge.state.endings import RedisEndings
from bridge.state.link_notes import note_read
from bridge.state.memory import MemoryState
from bridge.state.memory_blocks import MemoryBlocks
from bridge.state.memory_sessions import MemoryEndings, MemorySessions
from bridge.state.sessions import RedisSessions
from tests.contracts.blocks import BlocksContract, NotesContract, is_out
from tests.contracts.people import ADA, CUSTOMER, attempt, link
from tests.contracts.state import all_at_once
from tests.contracts.world import NOON, FakeClock

from .conftest import Adapters
from .one_slot import OneSlotServer


@pytest.fixture
def slots(redis_server: DemoServer) -> Iterator[Adapters]:
    """The adapters on a server that refuses what a Cluster would."""
    made = Adapters.on(OneSlotServer(redis_server.url))
    yield made
    made.server.close()


@pytest.fixture(params=["memory", "redis", "slots"])
def state(request: pytest.FixtureRequest, clock: FakeClock) -> MemoryState | Adapters:
    name = {"redis": "adapters", "slots": "slots"}.get(request.param)
    if name is None:
        return MemoryState(clock.now, clock.advance)
    found: Adapters = request.getfixturevalue(name)
    return found


@pytest.fixture
def sign_ins(state: MemoryState | Adapters) -> SignIns:
    return state if isinstance(state, MemoryState) else state.sign_ins


@pytest.fixture
def links(state: MemoryState | Adapters) -> Links:
    return state.links


@pytest.fixture
def blocks(state: MemoryState | Adapters) -> Blocks:
    return MemoryBlocks(state) if isinstance(state, MemoryState) else blocks_of(state)


@pytest.fixture
def blocking(state: MemoryState | Adapters, blocks: Blocks, clock: FakeClock) -> Blocking:
    if isinstance(state, MemoryState):
        sessions: Sessions = MemorySessions(state, clock.now)
        endings: Endings = MemoryEndings(clock.now)
    else:
        sessions = RedisSessions(state.server, state.keys, state.seal, clock.now)
        endings = RedisEndings(state.server, state.keys)
    ender = SessionEnder(sessions=sessions, endings=endings, links=state.links, now=clock.now)
    return Blocking(blocks=blocks, links=state.links, ender=ender)


def blocks_of(adapters: Adapters) -> RedisBlocks:
    return RedisBlocks(adapters.server, adapters.keys, adapters.links)


def blocking_of(adapters: Adapters) -> Blocking:
    sessions = RedisSessions(adapters.server, adapters.keys, adapters.seal, lambda: NOON)
    endings = RedisEndings(adapters.server, adapters.keys)
    ender = SessionEnder(sessions=sessions, endings=endings, links=adapters.links, now=lambda: NOON)
    return Blocking(blocks=blocks_of(adapters), links=adapters.links, ender=ender)


class TestBlocks(BlocksContract):
    pass


class TestNotes(NotesContract):
    pass


def test_a_customer_blocked_while_it_is_linked_is_blocked_for_whoever_got_it(adapters: Adapters) -> None:
    """Of a block and a link at the same moment one sees the other."""
    blocking = blocking_of(adapters)
    for number in range(30):
        who, customer = IdentityKey(ADA.issuer, f"person-{number}"), Customer(f"c{number}")

        def act(place: int, who: IdentityKey = who, customer: Customer = customer) -> object:
            if place:
                return adapters.links.link(link(who, customer))
            return blocking.block_customer(customer, "us")

        all_at_once(2, act)
        assert is_out(adapters.sign_ins, who)


def test_a_block_and_its_end_stand_in_the_audit_without_names(adapters: Adapters) -> None:
    blocks = blocks_of(adapters)
    blocks.block_identity(ADA, "us")
    blocks.unblock_identity(ADA, "us")
    blocks.block_customer(CUSTOMER, "us")
    told = [dict(event) for _, event in adapters.server.command("XRANGE", adapters.keys.audit, "-", "+")]
    assert [(one["event"], one["identity"], one["customer"]) for one in told] == [
        ("blocked", ADA.digest, ""),
        ("unblocked", ADA.digest, ""),
        ("blocked", "", CUSTOMER.id),
    ]


def test_a_note_is_read_with_and_without_its_customer() -> None:
    assert note_read("abcdefghijk" * 2 + "0000000007") == note_read("abcdefghijk" * 2 + "0000000007customer")


def test_no_sign_in_slips_through_beside_a_block(adapters: Adapters) -> None:
    """Twenty sign-ins and a block at once: whoever came first is signed out, whoever came later stays out."""
    blocking = blocking_of(adapters)
    for number in range(10):
        who = IdentityKey(ADA.issuer, f"person-{number}")
        adapters.links.link(link(who, Customer(f"c{number}")))

        def act(place: int, who: IdentityKey = who) -> object:
            return blocking.block_identity(who, "us") if place == 10 else is_out(adapters.sign_ins, who)

        all_at_once(21, act)
        assert adapters.server.command("EXISTS", adapters.keys.sessions(who)) == 0
        begun = f"{adapters.keys.prefix}:session:*{who.digest}*"
        assert adapters.server.command("KEYS", begun) == []


def test_what_a_sign_in_found_out_stands_in_the_audit(adapters: Adapters) -> None:
    put = attempt()
    adapters.sign_ins.remark(put, ADA, "customer_gone", "101", "relinked" * 100)
    ((_, told),) = adapters.server.command("XRANGE", adapters.keys.audit, "-", "+")
    event = dict(zip(told[::2], told[1::2], strict=True)) if isinstance(told, list) else dict(told)
    assert event["reference"] == put.reference
    assert (event["event"], event["identity"], event["customer"]) == ("customer_gone", ADA.digest, "101")
    assert len(event["detail"]) == 300
