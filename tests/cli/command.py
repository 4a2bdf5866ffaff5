"""The command as a process, with everything it said."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

COMMAND = [sys.executable, "-m", "bridge"]


@dataclass(frozen=True)
class Ended:
    """A command that ended by itself."""

    status: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


def bridge(*words: str | Path, environ: Mapping[str, str] | None = None, within: float = 30) -> Ended:
    """`bridge WORDS`, run to its end; without BRIDGE_CONFIG unless `environ` gives one."""
    done = subprocess.run(
        [*COMMAND, *map(str, words)],
        check=False,
        capture_output=True,
        text=True,
        timeout=within,
        env=_environ(environ),
        stdin=subprocess.DEVNULL,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def start(*words: str | Path, output: Path) -> "subprocess.Popen[bytes]":
    """`bridge WORDS`, which goes on; what it says goes to a file."""
    with output.open("wb") as file:
        return subprocess.Popen(
            [*COMMAND, *map(str, words)],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            env=_environ(None),
            start_new_session=True,
        )


def _environ(more: Mapping[str, str] | None) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("BRIDGE_CONFIG", "REDIS_URL")}
    return {**kept, "PYTHONUNBUFFERED": "1", **(more or {})}


def said(output: Path, words: str, process: "subprocess.Popen[bytes]", within: float = 20) -> str:
    """What the process wrote, as soon as `words` are in it."""
    give_up = time.monotonic() + within
    while words not in (text := output.read_text(encoding="utf-8")):
        assert process.poll() is None, f"it ended with {process.returncode}:\n{text}"
        assert time.monotonic() < give_up, f"it never said {words!r}:\n{text}"
        time.sleep(0.02)
    return text


def family(pid: int) -> dict[int, str]:
    """The living processes that `pid` began, and those they began, with their command lines; of 0: all."""
    commands, parents = {}, {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:  # it ended meanwhile
            continue
        if state != "Z":
            commands[int(entry.name)], parents[int(entry.name)] = command, int(parent)
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return {one: commands[one] for one in found if one in commands}


def alive(pid: int) -> bool:
    return bool(family(pid))


def end(process: "subprocess.Popen[bytes]") -> None:
    """For the end of a test, however it went."""
    for pid in family(process.pid):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()
