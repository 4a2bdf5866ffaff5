"""A worker lives as long as the server that started it, and no longer."""

import os
import signal
import threading
import time

#: The server's process id. Told, not asked for: it may have died before a worker could ask.
SERVER = "BRIDGE_SERVER_PID"
_GRACE = 12  # seconds in which what is in flight may end; no request takes longer


def end_with_server() -> None:
    """Ends this worker soon after its server: an orphan would go on serving an old configuration."""
    threading.Thread(target=_watch, args=(int(os.environ[SERVER]),), daemon=True).start()


def _watch(server: int) -> None:
    while os.getppid() == server:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_GRACE)
    os._exit(0)
