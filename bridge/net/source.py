"""Where values come from that are kept: this process alone, or one that shares with others."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from bridge.domain.deadline import Deadline

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fetched(Generic[T]):
    """A value, with what its source said about it."""

    value: T
    fresh: float | None = None  # seconds for which it is fresh; None for the usual ones
    age: float = 0.0  # seconds since it was fetched
    stamp: float = 0.0  # when that was, by the wall clock: tells the newer of two


class Source(Protocol[T]):
    """Where values come from that processes share. Each call is made by one thread at a time."""

    def newest(self, deadline: Deadline) -> Fetched[T] | None:
        """What another process fetched and this one finds good. Raises `Refused` like a fetch."""
        ...

    def fetch(self, deadline: Deadline) -> Fetched[T]:
        """A new one, by this process or by another that is fetching it already. Raises `Refused`."""
        ...

    def ask(self, deadline: Deadline) -> Fetched[T]:
        """A new one by this process, whatever others do. Raises `Refused`."""
        ...

    def spend(self) -> bool:
        """Whether the budget of all processes allows one more forced renewal."""
        ...


class Alone(Generic[T]):
    """A source of one process's own."""

    def __init__(self, fetch: Callable[[Deadline], T]) -> None:
        self._fetch = fetch

    def newest(self, _deadline: Deadline) -> Fetched[T] | None:
        return None

    def fetch(self, deadline: Deadline) -> Fetched[T]:
        return Fetched(self._fetch(deadline))

    ask = fetch

    def spend(self) -> bool:
        return True
