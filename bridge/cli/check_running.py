"""All dependencies asked at once: a check-up takes as long as the slowest, and has a limit of its own."""

import threading
import time
from collections.abc import Sequence
from queue import Empty, SimpleQueue

from bridge.domain.finding import Finding
from bridge.flows.check_up import Checked, check_up, unfinished

TOGETHER = 20.0  # seconds for all of them
_THREADS = 16


def run(checks: Sequence[Checked], limit: float = TOGETHER) -> list[Finding]:
    """The findings in the order of `checks`; of one that does not end in time, those it had by then."""
    found: list[list[Finding]] = [[] for _ in checks]
    ended = [threading.Event() for _ in checks]
    waiting: SimpleQueue[int] = SimpleQueue()
    for number in range(len(checks)):
        waiting.put(number)

    def work() -> None:
        while True:
            try:
                number = waiting.get_nowait()
            except Empty:
                return
            try:
                for finding in check_up([checks[number]], time.monotonic):
                    found[number].append(finding)
            except Exception as error:  # noqa: BLE001 - a fault of one check must not hide what others found
                found[number].append(_crashed(checks[number], error))
            ended[number].set()

    give_up = time.monotonic() + limit
    for _ in range(min(_THREADS, len(checks))):
        # Daemons: name resolution knows no time limit, and must not keep the command from ending.
        threading.Thread(target=work, daemon=True).start()
    told: list[Finding] = []
    for number, checked in enumerate(checks):
        in_time = ended[number].wait(max(0.0, give_up - time.monotonic()))
        told += list(found[number])
        if not in_time:
            told.append(unfinished(checked, limit))
    return told


def _crashed(checked: Checked, error: Exception) -> Finding:
    # Its words could hold a secret: its kind alone is told.
    return Finding(
        "failed",
        checked.subject,
        f"the check ended in {type(error).__name__}",
        "A fault of the bridge, or of a platform that was installed beside it: tell its developers.",
    )
