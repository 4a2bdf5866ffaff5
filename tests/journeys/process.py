"""`bridge serve` as an operator runs it: a process of its own, with its log in a file."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


#: What was given out: somebody may have left it for a moment, to take it again.
_GIVEN: set[int] = set()


def quiet_port() -> int:
    """A free port that no outgoing connection is ever given: it can be left and taken again.

    Never the same one twice: who asked first may not listen there yet.
    """
    for port in random.sample(range(20_000, 30_000), 100):
        if port in _GIVEN:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind(("127.0.0.1", port))
                _GIVEN.add(port)
                return port
    raise AssertionError("no free port")


def quiet_ports(count: int) -> int:
    """The first of so many neighbours, all of them as `quiet_port` has them."""
    while True:
        first = quiet_port()
        neighbours = range(first + 1, first + count)
        if _GIVEN.isdisjoint(neighbours) and all(map(_is_free, neighbours)):
            _GIVEN.update(neighbours)
            return first


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


class BridgeProcess:
    """Answers from the moment it is made; ends with `stop` (politely) or `kill`."""

    def __init__(self, config: Path, port: int, *, workers: int = 1, expect_ready: bool = True) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._log = config.parent / f"bridge-{port}-{time.monotonic_ns()}.log"
        command = [sys.executable, "-m", "bridge", "serve", "--config", str(config)]
        command += ["--port", str(port), "--workers", str(workers)]
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self._wait("/readyz" if expect_ready else "/healthz")
        except BaseException:
            self.kill()
            raise

    def _wait(self, path: str) -> None:
        give_up = time.monotonic() + 20
        while time.monotonic() < give_up and self.process.poll() is None:
            with suppress(OSError):
                _NO_PROXY.open(self.url + path, timeout=5).close()
                return
            time.sleep(0.02)
        raise AssertionError(f"the bridge did not start:\n{self.output()}")

    def output(self) -> str:
        """Everything the process wrote."""
        return self._log.read_text(encoding="utf-8")

    def lines(self) -> list[dict[str, Any]]:
        """Its log lines, each a JSON object."""
        return [json.loads(line) for line in self.output().splitlines()]

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def stop(self) -> int:
        """Ends it as an orchestrator does; its exit status."""
        self.terminate()
        return self.process.wait(20)

    def kill_main(self) -> None:
        """`kill -9` of the one process an operator sees."""
        self.process.kill()
        self.process.wait()

    def kill(self) -> None:
        """Ends everything it started, at once. Killing twice is allowed."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        give_up = time.monotonic() + 10
        while self.answers():  # the kernel closes the workers' sockets in its own time
            assert time.monotonic() < give_up, "somebody else listens at the bridge's port"
            time.sleep(0.01)

    def answers(self) -> bool:
        """Whether anything listens at its address."""
        address = urlsplit(self.url)
        with socket.socket() as probe:
            return probe.connect_ex((address.hostname, address.port)) == 0
