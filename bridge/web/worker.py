"""A worker lives as long as the server that started it, and no longer."""

import os
import resource
import signal
import threading
import time

#: The server's process id. Told, not asked for: it may have died before a worker could ask.
SERVER = "BRIDGE_SERVER_PID"
#: Files and sockets that one worker may hold open.
FILES = 16_384
_GRACE = 12  # seconds in which what is in flight may end; no request takes longer


def open_files() -> int:
    """How many a worker may hold open: `FILES`, or as many as the system lets it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    return FILES if most == resource.RLIM_INFINITY else min(FILES, most)


def allow_open_files() -> None:
    """As many as the system lets us: each request that waits for a provider holds two, and the usual
    1,024 would end in faults that no bulkhead sees.
    """
    soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < open_files():
        resource.setrlimit(resource.RLIMIT_NOFILE, (open_files(), most))


def end_with_server() -> None:
    """Ends this worker soon after its server: an orphan would go on serving an old configuration."""
    threading.Thread(target=_watch, args=(int(os.environ[SERVER]),), daemon=True).start()


def _watch(server: int) -> None:
    while os.getppid() == server:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_GRACE)
    os._exit(0)
