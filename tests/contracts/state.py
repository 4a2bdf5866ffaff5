"""What a state is to a test: the three ports, and what can be seen from outside."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from bridge.domain.ports import Attempts, Audit, SignIns

T = TypeVar("T")


class StateUnderTest(ABC):
    """Each implementation says how to look into it."""

    attempts: Attempts
    sign_ins: SignIns
    audit: Audit

    @abstractmethod
    def events(self) -> list[tuple[str, str]]:
        """What the audit holds of attempts: "signed_in" or the code of a refusal, and the reference."""

    @abstractmethod
    def sessions(self) -> int:
        """How many sessions are kept."""

    @abstractmethod
    def lose_attempts(self) -> None:
        """As a server does that comes back without its memory."""

    @abstractmethod
    def assert_lives(self, state: str, seconds: int) -> None:
        """Asserts that what is known of an attempt is known for so long, and no longer."""


def all_at_once(count: int, act: Callable[[int], T]) -> list[T]:
    """What `act` gave to each of `count` threads that began in the same moment."""
    start = threading.Barrier(count)

    def run(number: int) -> T:
        start.wait()
        return act(number)

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(run, range(count)))
