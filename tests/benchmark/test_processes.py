"""Costs of processes, read from outside."""

import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from bench.processes import cpu_seconds, family, free_port, memory_mb, own_memory_mb, run, wait_for

#: A thread starts a child that works for 0.3 s of CPU and ends; then one that sleeps.
PARENT = """
import subprocess, sys, threading, time
work = "import time\\nwhile time.process_time() < 0.3: pass"
def start():
    subprocess.run([sys.executable, "-c", work], check=True)
    subprocess.run(["sleep", "60"])
threading.Thread(target=start, daemon=True).start()
print("ready", flush=True)
time.sleep(60)
"""


def test_descendants_count_and_so_do_children_that_have_ended(tmp_path: Path) -> None:
    with ExitStack() as stack:
        parent = run(stack, tmp_path, sys.executable, "-c", PARENT)
        until = time.monotonic() + 10
        pids = family(parent.pid)
        while (cpu_seconds([parent.pid]) < 0.3 or len(pids) < 2) and time.monotonic() < until:
            time.sleep(0.05)
            pids = family(parent.pid)
        assert len(pids) == 2  # itself, and the one that sleeps: a thread's child is a child
        assert 0.3 <= cpu_seconds(pids) < 2
        assert 1 < memory_mb(pids) < 100
        assert own_memory_mb(pids) > 1
    assert family(parent.pid) == []
    assert cpu_seconds([parent.pid]) == 0


def test_who_ends_instead_of_listening_is_not_waited_for(tmp_path: Path) -> None:
    with ExitStack() as stack:
        process = run(stack, tmp_path, sys.executable, "-c", "raise SystemExit(1)")
        with pytest.raises(RuntimeError, match="does not listen"):
            wait_for(process, free_port())
        assert isinstance(process, subprocess.Popen)
