"""Start a real Redis-compatible server for the demo and the tests, without root and without a service."""

import atexit
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from bridge.demo.redis_binary import Binary, find_binary
from bridge.demo.redis_wire import Address, free_port, pong, process_id

_LONGEST_SOCKET_PATH = 100  # bytes; the kernel's limit is 108 on Linux and 104 on macOS
_PATIENCE = 10.0  # seconds to start, and to stop before it is killed
_PID_FILE = "redis.pid"


class RedisFailedError(RuntimeError):
    """The server did not start; the message carries the end of its log."""


class RedisServer:
    """A server that is reachable at `url` from the moment this object is made until `stop()`.

    Its data lives in `data_dir` and is still there after `kill()` and `restart()`.
    It ends with this process; one that a killed process left behind is ended by the next start in its folder.
    """

    def __init__(
        self, data_dir: Path, *, tcp: bool = False, environ: Mapping[str, str] | None = None
    ) -> None:
        """Start it, or take the one named by REDIS_URL in `environ`. It may raise NoRedisServer."""
        self._process: subprocess.Popen[bytes] | None = None
        self._own_socket_dir: Path | None = None
        self._binary: Binary | None = None
        given = (environ or {}).get("REDIS_URL", "")
        if given:
            self.url, self.source = given, "the server named by REDIS_URL"
            return
        self._binary = find_binary()
        self.source = self._binary.source
        self._data_dir = data_dir
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        _end_orphan(data_dir / _PID_FILE)
        self._address = Address(port=free_port()) if tcp else Address(path=self._socket_path())
        self.url = self._address.url
        self._start()
        atexit.register(self.stop)

    def stop(self) -> None:
        """End it, data written. Stopping twice is allowed; a server not started here is left alone."""
        atexit.unregister(self.stop)
        self._end(signal.SIGTERM)
        if self._own_socket_dir is not None:
            shutil.rmtree(self._own_socket_dir, ignore_errors=True)

    def kill(self) -> None:
        """End it as a crash would (SIGKILL)."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Start it again at the same `url`, with the data it had; stops it first when it still runs."""
        if self._binary is None:
            raise RedisFailedError("a server named by REDIS_URL is not ours to restart")
        self._end(signal.SIGTERM)
        if self._own_socket_dir is not None:
            self._own_socket_dir.mkdir(exist_ok=True, mode=0o700)
        self._start()
        atexit.register(self.stop)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _socket_path(self) -> Path:
        wanted = self._data_dir.resolve() / "redis.sock"
        if len(os.fsencode(wanted)) <= _LONGEST_SOCKET_PATH:
            return wanted
        self._own_socket_dir = Path(tempfile.mkdtemp(prefix="redis-"))
        return self._own_socket_dir / "redis.sock"

    def _start(self) -> None:
        assert self._binary is not None
        options = {"appendonly": "yes", "dir": str(self._data_dir), "save": "", "daemonize": "no"}
        options |= {"logfile": str(self._data_dir / "redis.log")} | self._address.options()
        command = [*_ends_with_its_parent(), str(self._binary.path)]
        for name, value in options.items():
            command += [f"--{name}", value]
        self._process = subprocess.Popen(  # noqa: S603 - our own words; nothing from outside
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for the demo, which then ends the server last
        )
        self._await_pong()
        pid_file = self._data_dir / _PID_FILE
        record = {"pid": self._process.pid, **self._address.as_record()}
        pid_file.write_text(json.dumps(record), encoding="utf-8")

    def _await_pong(self) -> None:
        assert self._process is not None
        give_up = time.monotonic() + _PATIENCE
        while not pong(self._address):
            if self._process.poll() is not None or time.monotonic() > give_up:
                self._end(signal.SIGKILL)
                raise RedisFailedError(f"{self.source} did not start; the end of its log:\n{self._log_end()}")
            time.sleep(0.002)

    def _log_end(self) -> str:
        try:
            log = (self._data_dir / "redis.log").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return "(no log)"
        return "\n".join(log.splitlines()[-10:])

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)  # does nothing when it has ended by itself
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        (self._data_dir / _PID_FILE).unlink(missing_ok=True)


def start_redis(
    data_dir: Path, *, tcp: bool = False, environ: Mapping[str, str] | None = None
) -> RedisServer:
    """Start a server with its data in `data_dir`: on a unix socket, or with `tcp` on a loopback port."""
    return RedisServer(data_dir, tcp=tcp, environ=environ)


def _end_orphan(pid_file: Path) -> None:
    """End the server that a killed process left running in this folder: two must not share its files."""
    try:
        record = json.loads(pid_file.read_text(encoding="utf-8"))
        pid, address = int(record["pid"]), Address.from_record(record)
    except (OSError, ValueError, KeyError, TypeError):
        return
    # Process ids and ports are used again by others: only a server that says it has this id is that server.
    give_up = time.monotonic() + _PATIENCE
    if process_id(address) == pid:
        os.kill(pid, signal.SIGTERM)
        while pong(address) and time.monotonic() < give_up:
            time.sleep(0.01)
    pid_file.unlink(missing_ok=True)


def _ends_with_its_parent() -> list[str]:
    """Words before the command by which the kernel ends it even when this process is killed (Linux only)."""
    # The kernel watches the *thread* that starts the child, so a passing worker thread must not be that one.
    if threading.current_thread() is not threading.main_thread():
        return []
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []
