"""`/metrics`: whom it answers, what it tells, and that no stranger can make it grow."""

import threading
import time
from typing import Any

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from bridge.domain.refusal import Reason
from bridge.domain.story import STEPS, Story
from bridge.settings import read_settings
from bridge.web.app import create_app
from bridge.web.metrics.counting import CountedCalls, Requests
from bridge.web.metrics.declared import CALLS, METRICS, REFUSALS, SIGN_INS
from bridge.web.metrics.exposition import SILENCE, exposition, together
from bridge.web.metrics.memory import Memory
from bridge.web.metrics.numbers import Numbers
from bridge.web.metrics.page import Metrics
from bridge.wiring.bridge import wire
from tests.journeys.stage import Stage
from tests.journeys.told import read
from tests.web.apps import MakeApp

TOKEN = "t" * 40


def ask(app: Flask, address: str, **headers: str) -> int:
    environ = {"REMOTE_ADDR": address}
    return app.test_client().get("/metrics", headers=headers, environ_overrides=environ).status_code


@pytest.mark.parametrize(
    ("server", "near", "inside", "outside", "forwarded"),
    [
        ({}, 200, 200, 404, 404),
        ({"metrics": "loopback"}, 200, 404, 404, 404),
        ({"metrics": "public"}, 200, 200, 200, 200),
        ({"metrics": "off"}, 404, 404, 404, 404),
        ({"metrics_token": TOKEN}, 404, 404, 404, 404),
    ],
    ids=["default", "loopback", "public", "off", "token"],
)
def test_it_answers_those_it_is_for(
    make_app: MakeApp, server: dict[str, Any], near: int, inside: int, outside: int, forwarded: int
) -> None:
    app = make_app(**server)
    assert ask(app, "127.0.0.1") == ask(app, "::1") == ask(app, "::ffff:127.0.0.1") == near
    assert ask(app, "10.1.2.3") == ask(app, "100.64.0.9") == ask(app, "fd00::1") == inside
    assert ask(app, "8.8.8.8") == ask(app, "2001:4860:4860::8888") == ask(app, "") == outside
    headers = ({"X-Forwarded-For": "10.0.0.1"}, {"Forwarded": "for=10.0.0.1"}, {"Via": "1.1 edge"})
    assert {ask(app, "10.1.2.3", **one) for one in headers} == {forwarded}


def test_attack_by_the_way_of_shoppers_through_a_proxy_that_adds_no_header(make_app: MakeApp) -> None:
    app = make_app(public_url="https://sso.example.com")
    for host in ("sso.example.com", "SSO.example.com:443", "sso.example.com.", "[odd"):
        assert ask(app, "127.0.0.1", Host=host) == 404, host
    for host in ("127.0.0.1:8000", "bridge.internal", "10.1.2.3", ""):
        assert ask(app, "127.0.0.1", Host=host) == 200, host
    app = make_app(public_url="https://sso.example.com", metrics_token=TOKEN)
    assert ask(app, "127.0.0.1", Host="sso.example.com", Authorization=f"Bearer {TOKEN}") == 200


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (f"Bearer {TOKEN}", 200),
        (f"bearer {TOKEN}", 200),
        (f"Bearer {TOKEN}x", 404),
        (f"Basic {TOKEN}", 404),
        ("Bearer \xe9", 404),
        ("", 404),
    ],
)
def test_a_token_alone_decides(make_app: MakeApp, given: str, status: int) -> None:
    assert ask(make_app(metrics_token=TOKEN), "8.8.8.8", Authorization=given) == status


def test_a_token_that_came_through_a_proxy_is_enough(make_app: MakeApp) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "X-Forwarded-For": "203.0.113.9"}
    assert ask(make_app(metrics_token=TOKEN), "10.0.0.1", **headers) == 200


def test_it_is_what_prometheus_reads_and_holds_every_metric(app: Flask) -> None:
    answer = app.test_client().get("/metrics")
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    families = {one.name: one for one in text_string_to_metric_families(answer.text)}
    for metric in METRICS.values():
        family = families[metric.name.removesuffix("_total")]
        assert (family.type, family.documentation) == (metric.kind, metric.help)


def test_names_follow_the_conventions() -> None:
    for metric in METRICS.values():
        assert metric.name.startswith("bridge_")
        assert metric.name.endswith("_total") == (metric.kind == "counter"), metric.name
        assert metric.kind != "histogram" or metric.name.endswith("_seconds")
        assert metric.help.endswith("."), metric.name
        assert list(metric.bounds) == sorted(metric.bounds)


def test_a_store_that_a_stranger_made_up_is_no_label(app: Flask, stage: Stage) -> None:
    client = app.test_client()
    for number in range(20):
        client.get(f"/login/strange-{number}")
        client.get(f"/callback/strange-{number}?state=x&code=y")
        client.get(f"/strange/{number}")
        client.get("/login/us", query_string={"connection": f"strange-{number}"})
    text = client.get("/metrics").text
    assert "strange" not in text
    refusals = read(text)["bridge_refusals_total"]
    assert refusals[Reason.STORE_UNKNOWN.value, "other", ""] >= 20
    assert refusals[Reason.CONNECTION_UNKNOWN.value, "", "other"] >= 20
    assert {code for code, _, _ in refusals} <= {reason.value for reason in Reason}


def test_redis_that_is_down_is_told_and_not_an_error(stage: Stage) -> None:
    before = stage.tables["redis"]
    stage.tables["redis"] = {**before, "url": "redis://127.0.0.1:1/0"}
    try:
        settings = read_settings(stage.write_configuration("down.toml"), {})
    finally:
        stage.tables["redis"] = before
    bridge = wire(settings, now=time.time, monotonic=time.monotonic, pause=time.sleep)
    found = read(create_app(bridge).test_client().get("/metrics").text)
    assert found["bridge_redis_up"][()] == 0
    assert "bridge_redis_round_trip_seconds" not in found
    bridge.redis.close()


def test_when_a_secret_ends_is_told(stage: Stage) -> None:
    from datetime import UTC, datetime

    path = stage.write_configuration("secrets.toml")
    text = path.read_text().replace(
        "[connections.acme]\n", "[connections.acme]\nclient_secret_expires = 2027-01-31\n", 1
    )
    path.write_text(text)
    bridge = wire(read_settings(path, {}), now=time.time, monotonic=time.monotonic, pause=time.sleep)
    found = read(create_app(bridge).test_client().get("/metrics").text)
    end = found["bridge_expiry_timestamp_seconds"]["connections.acme", "client_secret"]
    assert datetime.fromtimestamp(end, UTC) == datetime(2027, 2, 1, tzinfo=UTC)  # the whole last day
    bridge.redis.close()


# -- counting ---------------------------------------------------------------------------------


def sums(memory: Memory) -> dict[str, dict[tuple[str, ...], float]]:
    return read(exposition(together(memory, time.monotonic())))


def test_nothing_is_lost_between_threads() -> None:
    metrics = Metrics()
    calls, threads, each = CountedCalls(metrics.numbers), 16, 500

    def work() -> None:
        for _ in range(each):
            calls.called("connections.acme", "token", 200, 0.02)

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    count = sums(metrics.memory)["bridge_call_seconds_count"]
    assert count["connections.acme", "token", "2xx"] == threads * each


def test_whoever_takes_a_dead_workers_place_goes_on_with_its_counters() -> None:
    memory = Memory(2)
    first, other = Numbers(memory.slot(0)), Numbers(memory.slot(1))
    key = (REFUSALS.name, "idp_timeout", "us", "acme")
    for numbers in (first, other):
        numbers.note(numbers.add, key)
        numbers.note(numbers.put, ("bridge_workers",), 1.0)
        numbers.slot.alive_at = time.monotonic()
    assert sums(memory)["bridge_workers"][()] == 2
    second = Numbers(memory.slot(0))  # after a crash
    found = sums(memory)
    assert found["bridge_refusals_total"]["idp_timeout", "us", "acme"] == 2
    assert found["bridge_workers"][()] == 1, "a state of the dead one is nobody's"
    second.note(second.add, key)
    assert sums(memory)["bridge_refusals_total"]["idp_timeout", "us", "acme"] == 3


def test_what_a_silent_worker_held_is_not_told_and_what_it_counted_is() -> None:
    memory = Memory(1)
    numbers = Numbers(memory.slot(0))
    numbers.note(numbers.put, ("bridge_workers",), 1.0)
    numbers.note(numbers.add, ("bridge_worker_starts_total",))
    numbers.slot.alive_at = time.monotonic() - SILENCE - 1
    found = sums(memory)
    assert "bridge_workers" not in found
    assert found["bridge_worker_starts_total"][()] == 1


def test_a_value_at_a_bound_is_within_it() -> None:
    metrics = Metrics()
    for seconds in (0.005, 0.0051, 11.0):
        metrics.calls.called("stores.us", "api", "timeout", seconds)
    found = sums(metrics.memory)["bridge_call_seconds_bucket"]
    key = ("stores.us", "api", "timeout")
    assert [found[(*key, bound)] for bound in ("0.005", "0.01", "10", "+Inf")] == [1, 2, 2, 3]
    assert len(CALLS.bounds) + 1 == len([one for one in found if one[:3] == key])


def test_without_room_for_another_series_the_loss_is_counted() -> None:
    metrics = Metrics()
    numbers = metrics.numbers
    numbers.slot.room = 2  # those of worker starts and of the loss itself
    numbers.note(numbers.add, (REFUSALS.name, "idp_timeout", "us", "acme"))
    assert sums(metrics.memory)["bridge_series_lost_total"][()] == 1


def test_a_fault_in_counting_ends_no_request(caplog: pytest.LogCaptureFixture) -> None:
    numbers = Metrics().numbers

    def broken() -> None:
        raise ValueError

    numbers.note(broken)
    numbers.note(numbers.add, ("bridge_worker_starts_total",))
    assert [record.message for record in caplog.records] == ["fault"]


def told(*steps: tuple[str, dict[str, Any]], refusal: str | None = None) -> dict[tuple[str, ...], float]:
    """The sign-ins counted of one request with such a story."""
    memory = Memory()
    story = Story(time.monotonic)
    for name, facts in steps:
        story.tell(name, **facts)
    requests = Requests(Numbers(memory.slot(0)), ["us"], ["acme"])
    requests.ended("/callback/<connection>", 303, 0.01, 0.0, "us", "acme", refusal, story, time.time())
    return {key[2:]: value for key, value in sums(memory).get(SIGN_INS.name, {}).items()}


FRESH = (("returned", {"answer": "code"}), ("taken", {"how": "fresh"}))
VERIFIED = (*FRESH, ("id_token_verified", {"alg": "RS256"}))


@pytest.mark.parametrize(
    ("steps", "refusal", "counted"),
    [
        ((("sent", {"restarts": 0}),), None, {"started"}),
        ((("sent", {"restarts": 1}),), None, {"restarted"}),
        ((("asked_shopper", {"connections": 2}),), None, {"asked"}),
        (FRESH, "id_token_invalid", {"returned"}),
        ((("returned", {}), ("taken", {"how": "repeated"})), None, {"repeated"}),
        ((("returned", {}), ("taken", {"how": "expired"})), "attempt_expired", set()),
        ((*VERIFIED, ("tried", {"rule": "link", "outcome": "none"})), "customer_unknown",
         {"returned", "verified"}),
        ((*VERIFIED, ("tried", {"rule": "link", "outcome": "found"})), "store_unavailable",
         {"returned", "verified", "resolved"}),
        ((*VERIFIED, ("tried", {"rule": "link", "outcome": "found"}), ("handed_over", {})), None,
         {"returned", "verified", "resolved", "minted"}),
        ((("token_asked", {"grant": "code"}), ("token_given", {})), None, {"landed"}),
        ((("token_asked", {"grant": "renewal"}), ("token_given", {})), None, set()),
        ((("a step of another version", {}),), None, set()),
    ],
)  # fmt: skip
def test_a_story_is_counted_as_far_as_it_came(
    steps: tuple[tuple[str, dict[str, Any]], ...], refusal: str | None, counted: set[str]
) -> None:
    assert told(*steps, refusal=refusal) == {(step,): 1 for step in counted}


def test_every_step_that_is_counted_is_one_of_the_stories() -> None:
    from bridge.web.metrics.counting import _COUNTED

    assert _COUNTED.keys() <= STEPS.keys()
