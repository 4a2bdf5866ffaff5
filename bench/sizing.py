"""What a rate of sign-ins and a number of customers need, from what one of each was measured to cost."""

from collections.abc import Sequence
from dataclasses import dataclass

#: Part of a core that sign-ins may take in the busiest minute: beyond, the unlucky wait for the rest.
BUSY = 0.6
#: Bytes of a link in both directions: `python -m bench --links 1000000`.
LINK_BYTES = 88.8


@dataclass(frozen=True, slots=True)
class KeyCost:
    """One kind of key, as sign-ins leave it behind."""

    kind: str
    each: float  # keys for each sign-in
    size: float  # bytes of one, its name included
    life: float  # seconds; 0: entries of a stream, which is as long as it was told to be

    def live_bytes(self, rate: float, seconds: float) -> float:
        """Of all that are alive after `seconds` at so many sign-ins a second."""
        return rate * self.each * self.size * min(self.life, seconds)


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one sign-in, and of what runs."""

    bridge_ms: float  # CPU of all bridge processes
    redis_ms: float  # CPU of Redis
    commands: float  # that Redis runs, those of scripts included
    trips: float  # to Redis
    worker_mb: float  # memory that one worker adds (PSS)
    server_mb: float  # memory of the process that starts them


@dataclass(frozen=True, slots=True)
class Need:
    cores: float  # that are busy with sign-ins
    workers: int  # one for each core, none of them busier than `BUSY`
    memory_mb: float  # of all of them
    redis_share: float  # of the one core that Redis has
    redis_commands: float  # a second


def need(cost: Cost, rate: float) -> Need:
    """`rate`: sign-ins a second in the busiest minute."""
    cores = rate * cost.bridge_ms / 1000
    workers = max(1, -int(-cores / BUSY // 1))
    return Need(
        cores=cores,
        workers=workers,
        memory_mb=cost.server_mb + workers * cost.worker_mb,
        redis_share=rate * cost.redis_ms / 1000,
        redis_commands=rate * cost.commands,
    )


def customer_bytes(customers: int, identities: float = 1.0) -> float:
    """The map of so many customers with so many identities each: for ever, and hardly compressible."""
    return customers * identities * LINK_BYTES


def live_bytes(kinds: Sequence[KeyCost], rate: float, seconds: float) -> float:
    """What sign-ins under way and sessions take after `seconds` at a steady rate."""
    return sum(kind.live_bytes(rate, seconds) for kind in kinds)
