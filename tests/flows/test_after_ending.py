"""A session that ended: the store hears of it once, the platform takes back what it gave, sooner or later."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from bridge.domain.deadline import Deadline
from bridge.domain.ending_work import PATIENCE, EndingWork
from bridge.domain.http import HttpFailure, HttpReply, HttpRequest
from bridge.domain.refusal import Reason
from bridge.domain.secret import Secret
from bridge.domain.session import SessionRef
from bridge.domain.webhook import Webhook
from bridge.flows.after_ending import WAITS, AfterEnding, Receiver
from bridge.flows.blocking import Blocking
from bridge.flows.ending import SessionEnder
from bridge.flows.session_status import QUESTIONS, SessionStatus
from bridge.flows.token import FAILURES, Asker
from bridge.state.memory_blocks import MemoryBlocks
from bridge.state.memory_sessions import MemoryEndings, MemorySessions
from tests.contracts.people import ADA, CUSTOMER
from tests.contracts.world import FakeClock

from .storefronts import CHALLENGE, VERIFIER, Scene, page, refusal, server

URL = "https://shop.example.eu/hooks/bridge"


@dataclass
class Hook:
    """A store's receiver, which says what it is told to say."""

    says: list[HttpReply | HttpFailure] = field(default_factory=list)
    heard: list[HttpRequest] = field(default_factory=list)
    then: Callable[[], object] = lambda: None

    def send(self, request: HttpRequest, deadline: Deadline) -> HttpReply:
        assert request.url == URL
        self.heard.append(request)
        self.then()
        said = self.says.pop(0) if self.says else HttpReply(204, {}, b"")
        if isinstance(said, HttpFailure):
            raise said
        return said


def status(code: int, **headers: str) -> HttpReply:
    return HttpReply(code, {name.replace("_", "-"): value for name, value in headers.items()}, b"")


class Aftermath(Scene):
    """The scene of storefronts, with what ends sessions and what is done about it."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock)
        self.hook = Hook()
        self.sessions = MemorySessions(self.state, clock.now)
        self.queue = MemoryEndings(clock.now)
        self.ender = SessionEnder(
            sessions=self.sessions, endings=self.queue, links=self.state.links, now=clock.now
        )
        self.work = AfterEnding(
            queue=self.queue,
            sessions=self.sessions,
            renewals=self.memory,
            issuers={"server": self.issuer, "page": self.issuer},
            receivers={"server": Receiver(Webhook(URL, (Secret("whsec_" + "A" * 32),)), self.hook)},
            now=clock.now,
            monotonic=clock.monotonic,
            random=lambda: 0.5,
        )
        self.status = SessionStatus(
            stores=self.stores,
            sessions=self.sessions,
            links=self.state.links,
            throttle=self.memory,
            now=clock.now,
        )

    def end(self, store: str = "server") -> None:
        assert self.ender.end_of(ADA, store, "operator")

    def look(self) -> int:
        """One look of one process; how much was to do."""
        taken = self.queue.take(9)
        for one in taken:
            self.work.do(one)
        return len(taken)

    def left(self) -> list[EndingWork]:
        return [one.work for one in self.queue.waiting()]


@pytest.fixture
def scene(clock: FakeClock) -> Aftermath:
    return Aftermath(clock)


class TestTelling:
    def test_the_store_hears_of_it_and_the_platform_takes_its_token_back(self, scene: Aftermath) -> None:
        given = scene.redeem("server", server(), scene.code())
        scene.end()
        assert scene.look() == 1
        (request,) = scene.hook.heard
        assert request.body is not None
        event = json.loads(request.body)
        assert (event["type"], event["sid"]) == ("session.ended", given.renewable.session)
        assert (event["customer_id"], event["reason"]) == (CUSTOMER.id, "operator")
        assert request.headers["webhook-id"] == event["id"]
        assert scene.issuer.revoked == ["refresh-1"]
        assert scene.queue.counts() == {"delivered": 1, "failed": 0, "dead": 0, "waiting": 0, "buried": 0}
        assert refusal(lambda: scene.renew("server", server(), given.renewable.handle)) is (
            Reason.INVALID_GRANT
        )

    def test_a_store_without_a_webhook_costs_its_platform_call_only(self, scene: Aftermath) -> None:
        scene.redeem("page", page(), scene.code("page", CHALLENGE), code_verifier=VERIFIER)
        scene.end("page")
        scene.look()
        assert not scene.hook.heard
        assert scene.issuer.revoked == ["refresh-1"]
        assert not scene.left()

    def test_what_the_announcer_did_not_live_to_end_ends_now(self, scene: Aftermath) -> None:
        code = scene.code()
        (held,) = scene.sessions.of_identity(ADA)
        dead = replace(scene.ender, sessions=NeverEnding(scene.state, scene.clock.now))
        dead.end(held, "storefront")
        assert scene.sessions.get(held.ref)
        scene.look()
        assert scene.sessions.get(held.ref) is None
        assert refusal(lambda: scene.redeem("server", server(), code)) is Reason.INVALID_GRANT

    def test_the_id_stays_and_the_time_is_of_the_attempt(self, scene: Aftermath) -> None:
        scene.hook.says = [status(500), status(302, location="https://elsewhere.example/")]
        scene.code()
        scene.end()
        for wait in (0, *WAITS[:2]):
            scene.clock.advance(wait)
            assert scene.look() == 1
        first, second, third = scene.hook.heard
        assert len({(one.headers["webhook-id"], one.body) for one in scene.hook.heard}) == 1
        times = [int(one.headers["webhook-timestamp"]) for one in (first, second, third)]
        assert times == [times[0], times[0] + 1, times[0] + 6]
        assert scene.queue.counts()["failed"] == 2
        assert not scene.left()

    def test_a_receiver_may_ask_for_time(self, scene: Aftermath) -> None:
        scene.hook.says = [status(503, retry_after="90")]
        scene.code()
        scene.end()
        scene.look()
        scene.clock.advance(89)
        assert not scene.look()
        scene.clock.advance(2)
        assert scene.look() == 1

    def test_one_that_says_gone_is_not_asked_again(self, scene: Aftermath) -> None:
        scene.hook.says = [status(410)]
        scene.redeem("server", server(), scene.code())
        scene.end()
        scene.look()
        assert not scene.left()
        assert [work.fault for work in scene.queue.dead()] == [
            "webhook: status 410, the receiver wants no more of it"
        ]
        assert scene.issuer.revoked == ["refresh-1"]
        scene.queue.revive([work.id for work in scene.queue.dead()])
        scene.look()
        assert len(scene.hook.heard) == 2
        assert scene.queue.counts()["buried"] == 0

    def test_after_a_day_it_is_given_up_and_can_be_begun_anew(self, scene: Aftermath) -> None:
        scene.hook.says = [HttpFailure("unreachable", "refused")] * 99
        scene.code()
        scene.end()
        began, tries = scene.clock.now(), 0
        while scene.left():
            tries += scene.look()
            scene.clock.advance(0.5 if tries < 4 else 600)
        assert PATIENCE - 3600 <= scene.clock.now() - began <= PATIENCE + 600
        assert tries > 25
        (dead,) = scene.queue.dead()
        assert dead.attempts == tries
        assert dead.fault == "webhook: unreachable: refused"
        assert scene.queue.counts()["dead"] == 1
        scene.hook.says = []
        assert scene.queue.revive([dead.id]) == 1
        assert scene.look() == 1
        assert len({one.headers["webhook-id"] for one in scene.hook.heard}) == 1

    def test_a_receiver_that_holds_its_threads_costs_no_attempt(self, scene: Aftermath) -> None:
        scene.hook.says = [HttpFailure("busy", "8 requests are waiting for it already")] * 3
        scene.code()
        scene.end()
        for _ in range(4):
            assert scene.look() == 1
            scene.clock.advance(1)
        assert scene.queue.counts() == {"delivered": 1, "failed": 0, "dead": 0, "waiting": 0, "buried": 0}


class NeverEnding(MemorySessions):
    """Dies before it ends anything."""

    def end(self, ref: SessionRef) -> bool:
        return False


class TestTakingBack:
    def test_a_platform_that_refuses_is_asked_again_and_the_store_hears_once(self, scene: Aftermath) -> None:
        scene.redeem("server", server(), scene.code())
        scene.issuer.revokes = False
        scene.end()
        scene.look()
        (left,) = scene.left()
        assert (left.told, left.attempts) == (True, 1)
        assert left.fault == "revocation: store_unavailable (down)"
        scene.issuer.revokes = True
        scene.clock.advance(2)
        scene.look()
        assert not scene.left()
        assert len(scene.hook.heard) == 1
        assert scene.issuer.revoked == ["refresh-1"]

    def test_the_store_hears_though_the_platform_is_away_and_the_other_way_round(
        self, scene: Aftermath
    ) -> None:
        scene.redeem("server", server(), scene.code())
        scene.hook.says = [status(500)]
        scene.end()
        scene.look()
        assert scene.issuer.revoked == ["refresh-1"]
        assert [(work.told, work.fault) for work in scene.left()] == [(False, "webhook: status 500")]

    def test_who_dies_while_revoking_told_the_store_once(self, scene: Aftermath) -> None:
        scene.redeem("server", server(), scene.code())
        scene.end()

        def dies(token: Secret, deadline: Deadline) -> None:
            raise KeyboardInterrupt

        revoke, scene.issuer.revoke = scene.issuer.revoke, dies  # type: ignore[method-assign, assignment]
        with pytest.raises(KeyboardInterrupt):
            scene.look()
        scene.issuer.revoke = revoke  # type: ignore[method-assign]
        scene.clock.advance(30)
        assert scene.look() == 1
        assert len(scene.hook.heard) == 1
        assert scene.issuer.revoked == ["refresh-1"]


class TestEnding:
    def test_a_block_ends_sessions_and_says_so(self, scene: Aftermath) -> None:
        scene.code()
        blocking = Blocking(blocks=MemoryBlocks(scene.state), links=scene.state.links, ender=scene.ender)
        assert blocking.block_customer(CUSTOMER, "server") == 1
        assert [(work.ending.reason, work.ending.customer) for work in scene.left()] == [
            ("blocked", CUSTOMER.id)
        ]


class TestStatus:
    def test_a_living_session_is_told_and_used(self, scene: Aftermath) -> None:
        scene.code()
        scene.state.sessions[-1] = replace(scene.state.sessions[-1], idle=600)
        (held,) = scene.sessions.of_identity(ADA)
        for _ in range(3):
            scene.clock.advance(500)
            alive = scene.status.ask("server", server(), str(held.ref))
            assert alive is not None
            assert (alive.ref, alive.customer, alive.expires_in) == (held.ref, CUSTOMER, 600)
        scene.clock.advance(700)
        assert scene.status.ask("server", server(), str(held.ref)) is None

    def test_all_others_are_alike(self, scene: Aftermath) -> None:
        given = scene.redeem("server", server(), scene.code())
        sid = given.renewable.session
        other = Asker(address="198.51.100.1", basic=("other", "another store's secret"))
        assert scene.status.ask("other", other, sid) is None
        for odd in ("x", sid + "x", sid[:-1] + "g", "." * 55, "é"):
            assert scene.status.ask("server", server(), odd) is None
        assert scene.state.links.unlink(ADA, "server")
        assert scene.status.ask("server", server(), sid) is None

    def test_a_renewal_handle_belongs_in_no_address(self, scene: Aftermath) -> None:
        given = scene.redeem("server", server(), scene.code())
        handle = given.renewable.handle
        assert refusal(lambda: scene.status.ask("server", server(), handle)) is Reason.INVALID_REQUEST
        assert refusal(lambda: scene.status.ask("server", server(), "")) is Reason.INVALID_REQUEST
        assert refusal(lambda: scene.status.ask("nowhere", server(), "")) is Reason.STORE_UNKNOWN

    def test_only_the_stores_server_is_told_and_who_guesses_is_slowed_down(self, scene: Aftermath) -> None:
        sid = scene.redeem("server", server(), scene.code()).renewable.session
        for who in (
            server(secret="wrong"),
            server("other"),
            Asker(address="192.0.2.7"),
            Asker(address="192.0.2.8", basic=("page", "")),
        ):
            assert refusal(lambda who=who: scene.status.ask("server", who, sid)) is Reason.INVALID_CLIENT  # type: ignore[misc]
        assert refusal(lambda: scene.status.ask("page", server("page", ""), sid)) is Reason.INVALID_CLIENT
        for _ in range(FAILURES):
            refusal(lambda: scene.status.ask("server", server(secret="wrong"), sid))
        guessing = refusal(lambda: scene.status.ask("server", server(secret="wrong"), sid))
        assert guessing is Reason.TOO_MANY_REQUESTS
        assert scene.status.ask("server", server(), sid)  # from the same address

    def test_one_session_is_asked_for_so_often_a_minute(self, scene: Aftermath) -> None:
        sid = scene.redeem("server", server(), scene.code()).renewable.session
        for _ in range(QUESTIONS):
            assert scene.status.ask("server", server(), sid)
        asking = refusal(lambda: scene.status.ask("server", server(), sid))
        assert asking is Reason.TOO_MANY_REQUESTS
