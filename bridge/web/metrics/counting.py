"""What is counted of a request: here, once it has ended, so that the flows know of no numbers."""

from collections.abc import Callable, Collection, Mapping

from bridge.domain.story import STEPS, Fact, Story
from bridge.web.metrics.declared import (
    CALLS,
    CLOCK,
    KEYS_UNKNOWN,
    REFUSALS,
    REQUESTS,
    RULES,
    SESSIONS_ENDED,
    SIGN_INS,
    STEPS_TOOK,
    TOKENS,
    WAITS,
)
from bridge.web.metrics.numbers import Numbers

OTHER = "other"
_CLASSES = ("other", "1xx", "2xx", "3xx", "4xx", "5xx")
#: Outcomes of the last rule after which it is known who the customer is.
_FOUND = frozenset({"found", "linked", "created"})


class CountedCalls:
    """See `Measures`: what is counted where it happens."""

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers

    def called(self, subject: str, kind: str, outcome: int | str, seconds: float) -> None:
        self._numbers.note(self._called, subject, kind, outcome, seconds)

    def session_ended(self, store: str, reason: str) -> None:
        self._numbers.note(self._numbers.add, (SESSIONS_ENDED.name, store, reason))

    def refused(self, code: str) -> None:
        """A request that never came to the app, because the bridge had no place for it."""
        self._numbers.note(self._numbers.add, (REFUSALS.name, code, "", ""))

    def _called(self, subject: str, kind: str, outcome: int | str, seconds: float) -> None:
        word = outcome if isinstance(outcome, str) else status_class(outcome)
        self._numbers.observe((CALLS.name, subject, kind, word), CALLS, seconds)


class Requests:
    """Counts requests for one configuration, whose names are the only ones that are told."""

    def __init__(self, numbers: Numbers, stores: Collection[str], connections: Collection[str]) -> None:
        self._numbers = numbers
        self._stores = frozenset(stores) | {""}
        self._connections = frozenset(connections) | {""}

    def ended(
        self,
        route: str,
        status: int,
        seconds: float,
        waited: float | None,
        store: str,
        connection: str,
        refusal: str | None,
        story: Story | None,
        at: float,
    ) -> None:
        """`route`: of our own table, or empty; `waited`: for its turn; `at`: seconds since the epoch."""
        self._numbers.note(self._count, route, status, seconds, waited, store, connection, refusal, story, at)

    def _count(
        self,
        route: str,
        status: int,
        seconds: float,
        waited: float | None,
        store: str,
        connection: str,
        refusal: str | None,
        story: Story | None,
        at: float,
    ) -> None:
        numbers = self._numbers
        numbers.observe((REQUESTS.name, route or OTHER, status_class(status)), REQUESTS, seconds)
        if waited is not None:
            numbers.observe((WAITS.name,), WAITS, waited)
        store = store if store in self._stores else OTHER
        connection = connection if connection in self._connections else OTHER
        if story is not None and story.steps:
            told = _Told(numbers, store, connection, self._connections, at)
            told.story(story)
            connection = told.connection
            if refusal is not None and told.customer_known and not refusal.startswith("customer_"):
                told.step("resolved")  # and the store's side failed
        if refusal is not None:
            numbers.add((REFUSALS.name, refusal, store, connection))


class _Told:
    """One request's story, step by step."""

    __slots__ = ("_at", "_connections", "_grant", "_numbers", "_store", "connection", "customer_known")

    def __init__(
        self, numbers: Numbers, store: str, connection: str, connections: Collection[str], at: float
    ) -> None:
        self._numbers = numbers
        self._store = store
        self._connections = connections
        self._at = at
        self._grant = ""
        self.connection = connection  # a step may know it where the request does not
        self.customer_known = False

    def story(self, story: Story) -> None:
        observe, calls = self._numbers.observe, 0.0
        for name, ms, facts in story.steps:
            if name == "call":
                calls += ms  # part of the step that made it; in itself it was counted where it happened
                continue
            observe((STEPS_TOOK.name, name if name in STEPS else OTHER), STEPS_TOOK, (ms + calls) / 1000)
            calls = 0.0
            count = _COUNTED.get(name)
            if count is not None:
                count(self, facts)

    def step(self, step: str) -> None:
        """One more sign-in came so far."""
        self._numbers.add((SIGN_INS.name, self._store, self.connection, step))

    def asked_shopper(self, _facts: Mapping[str, Fact]) -> None:
        self.step("asked")

    def chosen(self, facts: Mapping[str, Fact]) -> None:
        named = str(facts.get("connection", ""))
        self.connection = named if named in self._connections else OTHER

    def sent(self, facts: Mapping[str, Fact]) -> None:
        self.step("restarted" if facts.get("restarts") else "started")

    def taken(self, facts: Mapping[str, Fact]) -> None:
        how = facts.get("how")
        if how != "expired":
            self.step("repeated" if how == "repeated" else "returned")

    def verified(self, facts: Mapping[str, Fact]) -> None:
        self.step("verified")
        ahead = facts.get("clock_ahead")
        if isinstance(ahead, int | float):
            self._numbers.put((CLOCK.name, self.connection), ahead, self._at)

    def kid_unknown(self, _facts: Mapping[str, Fact]) -> None:
        self._numbers.add((KEYS_UNKNOWN.name, self.connection))

    def tried(self, facts: Mapping[str, Fact]) -> None:
        outcome = str(facts.get("outcome", ""))
        self.customer_known = outcome in _FOUND
        self._numbers.add((RULES.name, self._store, str(facts.get("rule", "")), outcome))

    def handed_over(self, _facts: Mapping[str, Fact]) -> None:
        self.step("resolved")
        self.step("minted")
        self.customer_known = False

    def token_asked(self, facts: Mapping[str, Fact]) -> None:
        self._grant = str(facts.get("grant", ""))

    def token_given(self, _facts: Mapping[str, Fact]) -> None:
        self._numbers.add((TOKENS.name, self._store, self._grant))
        if self._grant == "code":
            self.step("landed")


#: What is counted of a step besides its time.
_COUNTED: Mapping[str, Callable[[_Told, Mapping[str, Fact]], None]] = {
    "asked_shopper": _Told.asked_shopper,
    "chosen": _Told.chosen,
    "sent": _Told.sent,
    "taken": _Told.taken,
    "id_token_verified": _Told.verified,
    "kid_unknown": _Told.kid_unknown,
    "tried": _Told.tried,
    "handed_over": _Told.handed_over,
    "token_asked": _Told.token_asked,
    "token_given": _Told.token_given,
}


def status_class(status: int) -> str:
    """Such as 2xx."""
    return _CLASSES[status // 100] if 100 <= status < 600 else OTHER
