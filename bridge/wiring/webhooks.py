"""Webhooks: the way to each store's receiver, and what the commands need."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from bridge.domain.deadline import Deadline
from bridge.domain.ending_work import MOST_DEAD, EndingQueue
from bridge.domain.finding import Finding
from bridge.domain.measuring import NOT_MEASURED, Measures
from bridge.domain.webhook import Webhook
from bridge.flows.after_ending import Receiver
from bridge.net.bulkhead import Bulkheads
from bridge.net.lane import Lane
from bridge.settings import Settings
from bridge.state.endings import RedisEndings
from bridge.state.keys import Keys
from bridge.wiring.audit import note
from bridge.wiring.connections import HttpClients
from bridge.wiring.ending_worker import THREADS
from bridge.wiring.redis import redis_server


def receivers_of(
    settings: Settings,
    http: HttpClients,
    now: Callable[[], float],
    monotonic: Callable[[], float],
    measures: Measures = NOT_MEASURED,
) -> dict[str, Receiver]:
    """By store. Their bulkheads are of the threads that do this work: none holds all of them."""
    bulkheads = Bulkheads(THREADS)
    return {
        name: Receiver(
            Webhook(store.webhook.url, store.webhook.secret),
            Lane(http.towards_stores, bulkheads, f"stores.{name}.webhook", now, monotonic, measures),
        )
        for name, store in settings.stores.items()
        if store.webhook.url
    }


@dataclass(frozen=True, kw_only=True)
class Webhooks:
    """Everything that `bridge webhooks` works with."""

    queue: EndingQueue
    receivers: Mapping[str, Receiver]
    now: Callable[[], float]
    monotonic: Callable[[], float]
    note: Callable[..., None]  # an audit event: operator, name, facts
    close: Callable[[], None]


def wire_webhooks(
    settings: Settings, *, now: Callable[[], float], monotonic: Callable[[], float]
) -> Webhooks:
    """Opens no connection yet."""
    redis = redis_server(settings.redis)
    return Webhooks(
        queue=RedisEndings(redis, Keys(settings.redis.prefix)),
        receivers=receivers_of(settings, HttpClients(settings), now, monotonic),
        note=partial(note, settings),
        now=now,
        monotonic=monotonic,
        close=redis.close,
    )


@dataclass(frozen=True, slots=True)
class EndingsCheck:
    """See `Checked` in `bridge.flows.check_up`: whether stores heard of all sessions that ended."""

    queue: EndingQueue
    subject: str = "webhooks"

    def check(self, _deadline: Deadline) -> Iterator[Finding]:
        """Raises `Refused`."""
        counts = self.queue.counts()
        waiting, dead = counts["waiting"], counts["buried"]
        if dead:
            some = f"{dead} or more" if dead >= MOST_DEAD else str(dead)
            yield Finding(
                "warning",
                self.subject,
                f"sessions that ended and were given up: {some}; their store could not be told for 24 hours,"
                " or its platform did not take its tokens back",
                "See `bridge webhooks list --dead`; mend the receiver, then `bridge webhooks retry --all`.",
                "The storefront may still show these people as signed in.",
            )
        elif waiting or counts["delivered"]:
            yield Finding(
                "ok", self.subject, f"{counts['delivered']} delivered, {waiting} waiting, none given up"
            )
