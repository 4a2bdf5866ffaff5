"""Stores hear of sessions that ended: from bridges as processes, with a real Redis and a real receiver."""

import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner

from bridge.cli.main import main
from bridge.domain.ending_work import ending_id
from bridge.domain.session import SessionRef
from bridge.flows.ending import SessionEnder
from bridge.settings import read_settings
from bridge.state.keys import Keys
from bridge.wiring.bridge import Bridge, wire
from tests.journeys.browser import Browser
from tests.journeys.process import quiet_port
from tests.journeys.receiver import Receiver
from tests.journeys.stage import Stage, until
from tests.journeys.storefronts import (
    NEW,
    OLD,
    add_storefronts,
    arrive,
    ask,
    basic,
    redeem,
    secret_of,
)

pytestmark = pytest.mark.slow

_OTHER, _SECRET = "whsec_" + "B" * 44, "whsec_" + "A" * 44


class Play:
    """A stage whose store `server` has a receiver; sessions are ended from outside of the bridges."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        add_storefronts(stage)
        self.receiver = Receiver(_SECRET)
        stage.tables["stores.server.webhook"] = {"url": self.receiver.url, "secret": [_OTHER, _SECRET]}
        self._outside: Bridge | None = None

    @property
    def outside(self) -> Bridge:
        """The bridge's parts in this process, without its background work: as a command has them."""
        if self._outside is None:
            settings = read_settings(self.stage.write_configuration("outside.toml"), {})
            self._outside = wire(settings, now=time.time, monotonic=time.monotonic, pause=time.sleep)
        return self._outside

    @property
    def ender(self) -> SessionEnder:
        return self.outside.ender

    def sign_in(self) -> str:
        """The sid."""
        answer, given = redeem(self.stage, "server", arrive(self.stage)["code"])
        assert answer.status == 200
        return str(given["sid"])

    def end(self, sid: str) -> None:
        ref = SessionRef.parse(sid)
        assert ref
        (held,) = [one for one in self.outside.sessions.of_identity(ref.identity) if one.ref == ref]
        assert self.ender.end(held, "operator")

    def make_due(self) -> None:
        """As if time had passed: what was claimed by one that died, or waits, is due."""
        due = Keys("bridge").endings[1]
        for name in self.stage.redis.zrange(due, 0, -1):
            self.stage.redis.zadd(due, {str(name): 1})

    def is_done(self) -> bool:
        return self.stage.redis.zcard(Keys("bridge").endings[1]) == 0

    def close(self) -> None:
        self.receiver.stop()
        if self._outside is not None:
            self._outside.redis.close()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    with Stage(tmp_path_factory.mktemp("webhooks")) as stage:
        play = Play(stage)
        stage.serve(workers=2)
        yield play
        play.close()


@pytest.fixture
def play(own_stage: Stage) -> Iterator[Play]:
    """To break as you like, without a bridge."""
    made = Play(own_stage)
    yield made
    made.close()


def status(play: Play, sid: str, headers: dict[str, str] | None = None) -> tuple[Any, dict[str, Any]]:
    url = f"{play.stage.bridge_url}/session/server?{urlencode({'sid': sid})}"
    answer = Browser().fetch(url, headers=basic("server", NEW) if headers is None else headers)
    return answer, json.loads(answer.body)


def test_a_store_hears_of_an_end_within_a_second_and_everything_ended(running: Play) -> None:
    answer, given = redeem(running.stage, "server", arrive(running.stage)["code"])
    assert answer.status == 200
    late = arrive(running.stage)["code"]
    sid = given["sid"]
    alive, told = status(running, sid, basic("server", OLD))
    assert alive.headers["Cache-Control"] == "no-store"
    assert 43_000 < told.pop("expires_in") <= 43_200
    assert abs(told.pop("created_at") - time.time()) < 60
    assert told == {"active": True, "sid": sid, "customer_id": "101", "connection": "acme"}

    began = time.time()
    identity = sid.partition(".")[0]
    assert running.ender.end_of(identity, "server", "blocked") >= 2
    until(lambda: bool(running.receiver.ids_of(sid)))
    (event,) = [one for one in running.receiver.events if one.said["sid"] == sid]
    assert event.at - began < 1
    assert event.id == event.said["id"] == ending_id(SessionRef(*sid.split(".")))
    assert {name: event.said[name] for name in ("type", "store", "customer_id", "reason", "connection")} == {
        "type": "session.ended",
        "store": "server",
        "customer_id": "101",
        "reason": "blocked",
        "connection": "acme",
    }
    assert not running.receiver.forged
    assert status(running, sid)[1] == {"active": False}
    form = {"grant_type": "refresh_token", "refresh_token": given["session"]}
    assert ask(running.stage, "server", form, basic("server", NEW))[1]["error"] == "invalid_grant"
    assert redeem(running.stage, "server", late)[1]["error"] == "invalid_grant"
    until(running.is_done)


def test_who_is_not_the_store_learns_nothing_of_a_session(running: Play) -> None:
    sid = running.sign_in()
    for headers in ({}, basic("server", "wrong"), basic("other", NEW), {"Authorization": "Bearer x"}):
        answer, told = status(running, sid, headers)
        assert (answer.status, told["error"]) == (401, "invalid_client")
        assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    url = f"{running.stage.bridge_url}/session/other?{urlencode({'sid': sid})}"
    secret = secret_of(running.stage, "other")
    assert json.loads(Browser().fetch(url, headers=basic("other", secret)).body) == {"active": False}
    assert status(running, sid)[1]["active"]
    answer, told = status(running, "")
    assert (answer.status, told["error"]) == (400, "invalid_request")


def test_of_two_bridges_at_once_one_tells_each_end(running: Play) -> None:
    running.stage.serve(port=quiet_port())
    sids = [running.sign_in() for _ in range(12)]
    for sid in sids:
        running.end(sid)
    until(lambda: all(running.receiver.ids_of(sid) for sid in sids))
    until(running.is_done)
    assert [len(running.receiver.ids_of(sid)) for sid in sids] == [1] * len(sids)


def test_a_bridge_that_is_killed_while_it_tells_loses_nothing(play: Play) -> None:
    bridge = play.stage.serve()
    sids = [play.sign_in() for _ in range(3)]
    play.receiver.hold()
    for sid in sids:
        play.end(sid)
    until(lambda: all(play.receiver.ids_of(sid) for sid in sids))
    bridge.kill()
    play.receiver.goes_on.set()
    assert not play.is_done()
    play.make_due()
    play.stage.serve(expect_ready=True)
    until(play.is_done)
    for sid in sids:
        ids = play.receiver.ids_of(sid)
        assert len(ids) == 2
        assert len(set(ids)) == 1
    assert not play.receiver.forged


def test_a_bridge_that_died_between_announcement_and_end_ended_nothing_but_another_does(play: Play) -> None:
    play.stage.serve()
    sid = play.sign_in()
    ref = SessionRef.parse(sid)
    assert ref
    (held,) = play.outside.sessions.of_identity(ref.identity)

    def dies(_: object) -> bool:
        raise KeyboardInterrupt

    sessions = type("Dying", (), {"end": staticmethod(dies)})()
    dying = SessionEnder(
        sessions=sessions, endings=play.outside.endings, links=play.ender.links, now=time.time
    )
    with pytest.raises(KeyboardInterrupt):
        dying.end(held, "storefront")
    until(lambda: bool(play.receiver.ids_of(sid)))
    assert status(play, sid)[1] == {"active": False}


def test_a_receiver_that_is_down_for_a_while_hears_it_later(play: Play) -> None:
    play.stage.serve()
    sid, other = play.sign_in(), play.sign_in()
    play.receiver.go_away()
    play.end(sid)
    until(lambda: any(one.work.attempts for one in play.outside.endings.waiting()))
    play.receiver.come_back()
    play.receiver.status = "500 Internal Server Error"
    play.end(other)
    until(lambda: bool(play.receiver.ids_of(other)))
    play.receiver.status = "200 OK"
    until(play.is_done, seconds=15)
    assert set(play.receiver.ids_of(other)) == {ending_id(SessionRef(*other.split(".")))}
    assert len(set(play.receiver.ids_of(sid))) == 1
    assert play.outside.endings.counts()["delivered"] == 2


def test_what_was_announced_outlives_a_restart_of_redis(play: Play) -> None:
    play.stage.serve()
    sid = play.sign_in()
    play.receiver.hold()
    play.end(sid)
    until(play.receiver.held.is_set)
    play.stage.redis_server.kill()
    play.receiver.goes_on.set()
    time.sleep(0.5)
    play.stage.redis_server.restart()
    play.make_due()
    until(play.is_done, seconds=15)
    assert len(set(play.receiver.ids_of(sid))) == 1
    assert status(play, sid)[1] == {"active": False}


def test_an_operator_sees_what_was_given_up_and_tries_again(play: Play) -> None:
    play.stage.serve()
    sid = play.sign_in()
    play.receiver.status = "410 Gone"
    play.end(sid)
    until(lambda: len(play.outside.endings.dead()) == 1)
    config = str(play.stage.write_configuration())
    listed = json.loads(command("webhooks", "list", "--dead", "--json", "--config", config)[1])
    assert [row["sid"] for row in listed["dead"]] == [sid]
    assert "given up" in command("webhooks", "list", "--dead", "--config", config)[1]
    _, said = command("check", "--config", config)
    assert "sessions that ended and were given up: 1" in " ".join(said.split())
    assert command("webhooks", "test", "server", "--config", config)[0] == 1
    play.receiver.status = "200 OK"
    assert command("webhooks", "test", "server", "--config", config)[0] == 0
    assert play.receiver.events[-1].said["type"] == "ping"
    assert command("webhooks", "retry", "--all", "--config", config)[0] == 0
    until(lambda: len(play.receiver.ids_of(sid)) == 2)
    until(play.is_done)
    assert not play.outside.endings.dead()
    assert command("webhooks", "retry", "end_unknown", "--config", config)[0] == 1
    assert command("webhooks", "test", "us", "--config", config)[0] == 2


def command(*words: str) -> tuple[int, str]:
    """Exit status and what `bridge` printed."""
    ran = CliRunner().invoke(main, words)
    return ran.exit_code, ran.output
