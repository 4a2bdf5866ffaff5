"""Processes of a benchmark: started, looked at from outside, ended."""

import os
import signal
import socket
import subprocess
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def run(stack: ExitStack, config: Path, *command: str, **environ: str) -> "subprocess.Popen[bytes]":
    """A process that ends with the stack, and its descendants with it."""
    known = {**os.environ, "BRIDGE_CONFIG": str(config), **environ}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True, env=known)
    stack.callback(end, process)
    return process


def end(process: "subprocess.Popen[bytes]") -> None:
    """Asks it and its descendants to end, and after ten seconds does not ask."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
            return


def wait_for(process: "subprocess.Popen[bytes]", port: int, patience: float = 20) -> None:
    """Until somebody listens there. Raises `RuntimeError` if the process ends; `patience` in seconds."""
    until = time.monotonic() + patience
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.02)
    raise RuntimeError(f"{process.args!r} does not listen at port {port}")


def family(pid: int) -> list[int]:
    """A process and its descendants; empty when it is gone."""
    try:
        threads = list((_PROC / str(pid) / "task").iterdir())
    except FileNotFoundError:
        return []
    pids = [pid]
    for thread in threads:
        with suppress(FileNotFoundError, ProcessLookupError):  # one that ended meanwhile has no children
            for child in (thread / "children").read_text().split():
                pids += family(int(child))
    return pids


def cpu_seconds(pids: list[int]) -> float:
    """User and system time of all of them so far, and of children of theirs that have ended."""
    ticks = 0
    for pid in pids:
        with suppress(FileNotFoundError, ProcessLookupError):
            fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Memory:
    """Of one process, in MB of 10^6 bytes."""

    resident: float
    proportional: float
    private: float
    threads: int


def memory_of(pid: int) -> Memory:
    """As the system has it now."""
    lines = (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()[1:]
    kb = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)}
    private = kb["Private_Clean"] + kb["Private_Dirty"]
    threads = len(list((_PROC / str(pid) / "task").iterdir()))
    return Memory(kb["Rss"] * 1024 / 1e6, kb["Pss"] * 1024 / 1e6, private * 1024 / 1e6, threads)


def memory_mb(pids: list[int]) -> float:
    """Resident memory of the largest of them."""
    return max(memory_of(pid).resident for pid in pids)


def own_memory_mb(pids: list[int]) -> float:
    """Memory of all of them, what they share counted once."""
    return sum(memory_of(pid).proportional for pid in pids)
