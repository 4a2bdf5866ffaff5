"""Redis forgets its scripts, restarts, is away, is silent, or loses an answer on the way."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bridge.demo.redis_server import RedisServer as DemoServer
from bridge.demo.redis_server import start_redis
from bridge.demo.redis_wire import free_port
from bridge.domain.attempt import Attempt
from bridge.domain.deadline import Deadline
from bridge.domain.finding import Finding
from bridge.domain.limits import LOCK_LIFE
from bridge.domain.outcome import Outcome
from bridge.domain.refusal import Reason, Refused
from bridge.state.redis_check import RedisCheck
from bridge.state.server import RedisServer
from tests.contracts.people import ADA, CUSTOMER, attempt, link, session
from tests.contracts.state import all_at_once

from .conftest import Adapters
from .proxy import LossyWay, lossy_way


@pytest.fixture
def way(redis_server: DemoServer) -> Iterator[LossyWay]:
    with lossy_way(redis_server.url) as made:
        yield made


@pytest.fixture
def far(way: LossyWay) -> Iterator[Adapters]:
    """The adapters behind the lossy way; all scripts are known to the server."""
    made = Adapters.at(way.url)
    one, other = attempt(), attempt()
    made.attempts.put(one)
    made.attempts.take(one.state)
    with made.sign_ins.creating("warm", ADA, "up", Deadline(5, time.monotonic)):
        made.sign_ins.link(link(store="warm"))
        made.sign_ins.record(other, session(store="warm"))
    yield made
    made.server.close()


def deadline(seconds: float = 5) -> Deadline:
    return Deadline(seconds, time.monotonic)


class TestLostAnswers:
    def test_an_attempt_whose_answer_was_lost_is_still_ours(self, way: LossyWay, far: Adapters) -> None:
        put = attempt()
        far.attempts.put(put)
        way.lose_answer_to(b"EVALSHA")
        assert far.attempts.take(put.state) == put
        assert way.lost == 1
        assert not isinstance(far.attempts.take(put.state), Attempt)

    def test_an_attempt_whose_answer_was_lost_was_put(self, way: LossyWay, far: Adapters) -> None:
        put = attempt()
        way.lose_answer_to(b"SET")
        far.attempts.put(put)
        assert way.lost == 1
        assert far.attempts.take(put.state) == put

    def test_a_link_whose_answer_was_lost_is_made_once(self, way: LossyWay, far: Adapters) -> None:
        way.lose_answer_to(b"EVALSHA")
        assert far.sign_ins.link(link())
        assert way.lost == 1

    def test_a_sign_in_whose_answer_was_lost_is_recorded_with_one_session(
        self, way: LossyWay, far: Adapters, raw: Any
    ) -> None:
        far.sign_ins.link(link())
        way.lose_answer_to(b"EVALSHA")
        assert far.sign_ins.record(attempt(), session()) == CUSTOMER
        assert way.lost == 1
        assert raw.zcard(far.keys.sessions(session().identity)) == 2  # this one, and the one that warmed up

    def test_a_lock_whose_answer_was_lost_is_ours_and_nobody_waits_for_it(
        self, way: LossyWay, far: Adapters, raw: Any
    ) -> None:
        way.lose_answer_to(b"EVALSHA")
        with far.sign_ins.creating("us", ADA, "ada@acme.com", deadline(1.5)):
            assert way.lost == 1
            assert raw.exists(far.keys.lock("us", "ada@acme.com"))
        assert not raw.exists(far.keys.lock("us", "ada@acme.com"))

    def test_a_refusal_whose_answer_was_lost_is_recorded(self, way: LossyWay, far: Adapters) -> None:
        put = attempt()
        outcome = Outcome(store="us", return_to="", reason=Reason.CODE_REJECTED)
        way.lose_answer_to(b"XADD")
        far.attempts.refuse(put.ticket, outcome, Refused(Reason.CODE_REJECTED))
        assert way.lost == 1
        assert far.attempts.peek(put.state) == outcome


def test_a_server_that_forgot_the_scripts_is_told_them_again(adapters: Adapters, raw: Any) -> None:
    put = attempt()
    adapters.attempts.put(put)
    raw.script_flush()
    assert adapters.attempts.take(put.state) == put
    raw.script_flush()
    assert adapters.sign_ins.link(link())
    raw.script_flush()
    assert adapters.sign_ins.record(put, session()) == CUSTOMER
    raw.script_flush()
    with adapters.sign_ins.creating("us", ADA, "ada@acme.com", deadline()):
        raw.script_flush()
    assert not raw.exists(adapters.keys.lock("us", "ada@acme.com"))


def test_a_server_that_was_restarted_is_used_at_once_and_has_lost_nothing(tmp_path: Path) -> None:
    with start_redis(tmp_path) as server:
        adapters = Adapters.at(server.url)
        put = attempt()
        adapters.attempts.put(put)
        adapters.sign_ins.link(link())
        server.restart()
        assert adapters.attempts.take(put.state) == put
        assert adapters.sign_ins.record(put, session()) == CUSTOMER
        adapters.server.close()


def test_after_a_crash_of_the_server_no_dead_connection_of_the_pool_is_in_anybodys_way(
    tmp_path: Path,
) -> None:
    with start_redis(tmp_path) as server:
        adapters = Adapters.at(server.url)
        all_at_once(8, lambda _: adapters.attempts.put(attempt()))
        server.kill()
        server.restart()
        later = [attempt() for _ in range(8)]
        all_at_once(8, lambda number: adapters.attempts.put(later[number]))
        assert all_at_once(8, lambda number: adapters.attempts.take(later[number].state)) == later
        adapters.server.close()


class TestAway:
    def refused_within(self, seconds: float, server: RedisServer) -> None:
        began = time.monotonic()
        for act in (lambda: server.command("GET", "x"), lambda: server.each(("GET", "x"))):
            with pytest.raises(Refused) as caught:
                act()
            assert caught.value.reason is Reason.STATE_UNAVAILABLE
            assert caught.value.detail
        assert time.monotonic() - began < 2 * seconds
        server.close()

    def test_a_closed_port_refuses_at_once(self) -> None:
        self.refused_within(0.5, RedisServer(f"redis://127.0.0.1:{free_port()}/0"))

    def test_a_socket_that_is_gone_refuses_at_once(self, tmp_path: Path) -> None:
        self.refused_within(0.5, RedisServer(f"unix://{tmp_path}/none.sock"))

    @pytest.mark.slow
    def test_a_server_that_never_answers_refuses_within_a_second_and_a_half(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            self.refused_within(1.5, RedisServer(f"redis://127.0.0.1:{silent.getsockname()[1]}/0"))

    def test_the_audit_of_a_server_that_is_away_breaks_nothing(self) -> None:
        adapters = Adapters.at(f"redis://127.0.0.1:{free_port()}/0")
        adapters.audit.refused("abcdefgh", Refused(Reason.COOKIE_MISSING), "us", "acme")
        adapters.server.close()

    def test_a_lock_that_cannot_be_let_go_does_not_spoil_the_sign_in(self, tmp_path: Path) -> None:
        with start_redis(tmp_path) as server:
            adapters = Adapters.at(server.url)
            with adapters.sign_ins.creating("us", ADA, "ada@acme.com", deadline()):
                server.kill()
            adapters.server.close()


class TestLocks:
    def test_a_lock_ends_by_itself(self, adapters: Adapters, raw: Any) -> None:
        with adapters.sign_ins.creating("us", ADA, "ada@acme.com", deadline()):
            left = raw.pttl(adapters.keys.lock("us", "ada@acme.com"))
            assert (LOCK_LIFE - 2) * 1000 < left <= LOCK_LIFE * 1000

    def test_a_lock_that_ran_out_and_is_somebody_elses_is_left_alone(
        self, adapters: Adapters, raw: Any
    ) -> None:
        key = adapters.keys.lock("us", "ada@acme.com")
        with adapters.sign_ins.creating("us", ADA, "ada@acme.com", deadline()):
            raw.set(key, "somebody else")
        assert raw.get(key) == "somebody else"


class TestCheckUp:
    def findings(self, adapters: Adapters) -> list[Finding]:
        return list(RedisCheck(adapters.server, adapters.keys, time.time).check(deadline()))

    def test_a_good_server_is_good(self, adapters: Adapters) -> None:
        assert [finding.level for finding in self.findings(adapters)] == ["ok"]

    def test_a_server_that_would_drop_links_under_memory_pressure_fails(
        self, adapters: Adapters, raw: Any
    ) -> None:
        raw.config_set("maxmemory-policy", "allkeys-lru")
        try:
            assert "failed" in [finding.level for finding in self.findings(adapters)]
        finally:
            raw.config_set("maxmemory-policy", "noeviction")

    def test_a_server_that_keeps_nothing_on_disk_is_warned_of(self, tmp_path: Path) -> None:
        with start_redis(tmp_path) as server:
            adapters = Adapters.at(server.url)
            adapters.server.command("CONFIG", "SET", "appendonly", "no")
            assert [finding.level for finding in self.findings(adapters)] == ["ok", "warning"]
            adapters.server.close()
