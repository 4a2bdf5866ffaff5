"""`bridge serve`: starts or says why not, and stops when it is told to."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.command import COMMAND, alive, bridge, end, family, said, start
from tests.journeys.process import quiet_port
from tests.journeys.stage import Stage, until

linux = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc")


@pytest.fixture
def taken() -> Iterator[int]:
    """A port where somebody else listens."""
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        yield somebody.getsockname()[1]


def test_a_taken_port_is_named_and_exits_1(config: Path, taken: int) -> None:
    ended = bridge("serve", "--config", config, "--port", str(taken))
    assert ended.status == 1
    assert str(taken) in ended.err
    assert "--port" in ended.err
    assert "Traceback" not in ended.said
    assert len(ended.err.splitlines()) == 1


@pytest.mark.slow
def test_a_port_of_a_running_bridge_is_taken_too(config: Path, tmp_path: Path) -> None:
    port = str(quiet_port())
    first = start("serve", "--config", config, "--port", port, output=tmp_path / "log")
    try:
        until(lambda: _answers(int(port)))
        ended = bridge("serve", "--config", config, "--port", port)
        assert ended.status == 1
        assert port in ended.err
    finally:
        end(first)


@pytest.mark.parametrize("host", ["192.0.2.1", "256.1.1.1", "no such host"])
def test_an_address_that_is_not_this_machines_is_named_and_exits_1(config: Path, host: str) -> None:
    ended = bridge("serve", "--config", config, "--host", host, "--port", str(quiet_port()))
    assert ended.status == 1
    assert host in ended.err
    assert "Traceback" not in ended.said


@pytest.mark.slow
def test_it_is_ready_soon_after_its_start(stage: Stage) -> None:
    """Half a second on an idle machine. What it imports is counted elsewhere: this finds what waits."""

    def seconds() -> float:
        began = time.monotonic()
        started = stage.serve(port=quiet_port(), workers=2)
        took = time.monotonic() - began
        started.kill()
        return took

    assert any(seconds() < 5 for _ in range(3))


@pytest.mark.slow
def test_a_worker_may_be_a_process_that_is_no_copy(config: Path, tmp_path: Path) -> None:
    """As on macOS, and everywhere by default from Python 3.14: what it gets is handed over as bytes."""
    program = (
        "import multiprocessing, sys; multiprocessing.set_start_method('spawn');"
        "from bridge.cli import main; main(sys.argv[1:])"
    )
    port, log = quiet_port(), tmp_path / "log"
    command = [sys.executable, "-c", program, "serve", "--config", str(config), "--port", str(port)]
    with log.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        until(lambda: _answers(port))
    finally:
        end(process)
    assert "worker_died" not in log.read_text(encoding="utf-8")


@linux
@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_exits_0_and_leaves_nothing_behind(
    config: Path, tmp_path: Path, how: signal.Signals
) -> None:
    port, log = quiet_port(), tmp_path / "log"
    process = start("serve", "--config", config, "--port", str(port), "--workers", "2", output=log)
    try:
        until(lambda: _answers(port) and len(family(process.pid)) == 3)
        time.sleep(0.5)  # the second worker may still be starting
        members = family(process.pid)
        process.send_signal(how)
        assert process.wait(15) == 0
        assert [command for pid, command in members.items() if alive(pid)] == []
    finally:
        end(process)
    assert all(isinstance(json.loads(line), dict) for line in log.read_text().splitlines())


@pytest.mark.slow
@pytest.mark.parametrize("moment", [0.25, 0.4])
def test_a_bridge_told_to_stop_while_it_starts_stops_at_once(config: Path, moment: float) -> None:
    command = [*COMMAND, "serve", "--config", str(config), "--port", str(quiet_port())]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        time.sleep(moment)
        process.terminate()
        began = time.monotonic()
        process.wait(30)
        assert time.monotonic() - began < 5


@linux
@pytest.mark.slow
def test_a_worker_that_dies_is_replaced(config: Path, tmp_path: Path) -> None:
    port = quiet_port()
    process = start("serve", "--config", config, "--port", str(port), output=tmp_path / "log")
    try:
        until(lambda: _answers(port))
        (worker,) = set(family(process.pid)) - {process.pid}
        os.kill(worker, signal.SIGKILL)
        until(lambda: not alive(worker))
        until(lambda: _answers(port))
        assert process.poll() is None
    finally:
        end(process)


def test_development_is_shown_loudly(stage: Stage, config: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = start("serve", "--config", config, "--port", str(quiet_port()), output=log)
    try:
        first, second = said(log, '"serving"', process).splitlines()[:2]
        assert json.loads(first)["event"] == "development_mode"
        assert json.loads(first)["level"] == "warning"
        assert json.loads(second)["event"] == "serving"
    finally:
        end(process)


def _answers(port: int) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        opener.open(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
    except OSError:
        return False
    return True
