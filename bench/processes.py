"""Processes of a benchmark: started, looked at from outside, ended."""

import os
import signal
import socket
import subprocess
from contextlib import ExitStack
from pathlib import Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def run(stack: ExitStack, config: Path, *command: str) -> "subprocess.Popen[bytes]":
    """A process that ends with the stack."""
    environ = {**os.environ, "BRIDGE_CONFIG": str(config)}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True, env=environ)
    stack.callback(process.wait)
    stack.callback(os.killpg, process.pid, signal.SIGTERM)
    return process


def family(pid: int) -> list[int]:
    """A process and its descendants."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in family(int(child)))]


def cpu_seconds(pids: list[int]) -> float:
    """User and system time of all of them so far."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def memory_mb(pids: list[int]) -> float:
    """Resident memory of the largest of them."""
    return max(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids) * 4096 / 1e6
