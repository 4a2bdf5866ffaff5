"""All dependencies are asked at once, and none of them can hold the command or hide what others say."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bridge.cli.check_running import run
from bridge.domain.deadline import Deadline
from bridge.domain.finding import Finding
from bridge.flows.clock_check import clock_finding
from bridge.net.client import HttpClient, Trust
from tests.contracts.world import NOON
from tests.doctor.tls import TlsServer, certificate


@dataclass
class Slow:
    """Says one thing at once, and another after a while."""

    subject: str
    seconds: float
    begun: threading.Event

    def check(self, _deadline: Deadline) -> Iterator[Finding]:
        yield Finding("ok", self.subject, "at once")
        self.begun.set()
        time.sleep(self.seconds)
        yield Finding("ok", self.subject, "late")


class Broken:
    subject = "stores.broken"

    def check(self, _deadline: Deadline) -> Iterator[Finding]:
        yield Finding("ok", self.subject, "at once")
        raise ValueError("planted-secret")


def test_they_are_asked_at_the_same_time_and_told_in_their_order() -> None:
    checks = [Slow(f"stores.s{number}", 0.2, threading.Event()) for number in range(10)]
    began = time.monotonic()
    found = run(checks)
    assert time.monotonic() - began < 1
    assert [one.subject for one in found] == [one.subject for one in checks for _ in "12"]


def test_what_hangs_is_named_and_what_it_said_by_then_is_kept() -> None:
    found = run([Slow("stores.slow", 5, threading.Event()), Slow("stores.quick", 0, threading.Event())], 0.3)
    assert [(one.level, one.subject) for one in found] == [
        ("ok", "stores.slow"),
        ("failed", "stores.slow"),
        ("ok", "stores.quick"),
        ("ok", "stores.quick"),
    ]
    assert "did not end within" in found[1].message


def test_a_check_that_crashes_is_told_by_its_kind_alone() -> None:
    found = run([Broken()])
    assert [one.level for one in found] == ["ok", "failed"]
    assert "ValueError" in found[1].message
    assert "planted" not in str(found)


@pytest.mark.parametrize(
    ("readings", "level"),
    [
        ({}, "note"),
        ({"a": 0.4, "b": -1.0}, "ok"),
        ({"a": 0.4, "b": -1.0, "c": 300.0}, "note"),
        ({"a": 300.0}, "warning"),
        ({"a": 300.0, "b": 299.0, "c": 0.0}, "failed"),
    ],
)
def test_the_majority_of_clocks_is_believed(readings: dict[str, float], level: str) -> None:
    assert clock_finding(NOON, readings).level == level


def test_a_clock_of_years_ago_needs_no_others() -> None:
    assert clock_finding(0, {}).level == "failed"


def test_the_end_of_a_server_s_certificate_is_told(tmp_path: Path) -> None:
    file = certificate(tmp_path, days=9)
    client = HttpClient(Trust(loopback=True, ca_file=str(file)))
    with TlsServer(file) as server:
        end = client.certificate_end(server.url, Deadline(5, time.monotonic))
        assert end is not None
        assert 8 < (end - time.time()) / 86400 < 10
        unknown = HttpClient(Trust(loopback=True))
        assert unknown.certificate_end(server.url, Deadline(5, time.monotonic)) is None, "not trusted"
    assert client.certificate_end("http://localhost:1", Deadline(1, time.monotonic)) is None
