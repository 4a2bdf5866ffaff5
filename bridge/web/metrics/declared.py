"""Every metric, declared once: counted by this table, told by it, and documented from it.

Names and units by Prometheus' conventions. Label values come from the configuration and from lists of ours;
what a stranger named is `other`, so that nobody can make new series.
"""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

#: Upper bounds, in seconds.
STEP_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
CALL_BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
WAIT_BOUNDS = (0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

Kind = Literal["counter", "gauge", "histogram"]
#: How the numbers of several workers become one. `asked`: they are no worker's; the one that answers looks.
Across = Literal["sum", "most", "newest", "asked"]


@dataclass(frozen=True, slots=True)
class Metric:
    """One name."""

    kind: Kind
    name: str
    help: str
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = ()  # of a histogram
    across: Across = "sum"

    @property
    def cells(self) -> int:
        """How many numbers a series is: of a histogram its buckets and the sum; of `newest` also its time."""
        return len(self.bounds) + 2 if self.bounds else 2 if self.across == "newest" else 1


_OF = ("store", "connection")

SIGN_INS = Metric(
    "counter",
    "bridge_sign_ins_total",
    "How far sign-ins came. step: asked (which connection, by a page), started (sent to the provider),"
    " restarted (sent again, because the first took too long), returned (back with an answer), verified"
    " (the ID token is good), resolved (the customer is known), minted (sent to the store, signed in),"
    " landed (the storefront fetched the token; for delivery = code), repeated (a second answer to one).",
    (*_OF, "step"),
)
REFUSALS = Metric(
    "counter",
    "bridge_refusals_total",
    "Requests that were refused, by code; see docs/refusals.md. Each is a page, or an error for a program.",
    ("code", *_OF),
)
RULES = Metric(
    "counter",
    "bridge_customer_rules_total",
    "Rules that looked for the customer of a verified person, and what came of each.",
    ("store", "rule", "outcome"),
)
KEYS_UNKNOWN = Metric(
    "counter",
    "bridge_unknown_keys_total",
    "ID tokens whose signature none of the kept keys verified at first: the provider changed its keys.",
    ("connection",),
)
TOKENS = Metric(
    "counter",
    "bridge_tokens_total",
    "Tokens given to storefronts at /token. grant: code (a sign-in landed), renewal.",
    ("store", "grant"),
)
SESSIONS_ENDED = Metric(
    "counter",
    "bridge_sessions_ended_total",
    "Sessions that ended before their time, by what ended them; without those that a command ended.",
    ("store", "reason"),
)
REQUESTS = Metric(
    "histogram",
    "bridge_request_seconds",
    "Time of a request from its turn to its answer, by route.",
    ("route", "status_class"),
    STEP_BOUNDS,
)
STEPS_TOOK = Metric(
    "histogram",
    "bridge_step_seconds",
    "Time of each step of a sign-in, the calls that it made included.",
    ("step",),
    STEP_BOUNDS,
)
CALLS = Metric(
    "histogram",
    "bridge_call_seconds",
    "Time of each outgoing call. status_class: 2xx to 5xx, or why there was no answer: timeout, unreachable,"
    " refused_address, tls, too_large, protocol, busy and circuit_open (these two: nothing was sent).",
    ("subject", "kind", "status_class"),
    CALL_BOUNDS,
)
WAITS = Metric(
    "histogram",
    "bridge_turn_wait_seconds",
    "Time for which requests waited for their turn.",
    (),
    WAIT_BOUNDS,
)
IN_FLIGHT = Metric(
    "gauge", "bridge_requests_in_flight", "Requests inside, those that wait for their turn included."
)
WAITING = Metric("gauge", "bridge_requests_waiting", "Requests that wait for their turn.")
HELD = Metric("gauge", "bridge_requests_held", "Requests that wait for this provider or store.", ("subject",))
OPEN = Metric(
    "gauge",
    "bridge_circuits_open",
    "Workers that ask this provider or store only now and then, because it does not answer.",
    ("subject",),
)
FAILING = Metric(
    "gauge",
    "bridge_provider_failing",
    "1 while the provider's metadata or keys could not be renewed the last time; the kept ones serve on.",
    ("connection",),
    across="most",
)
DOCUMENT_AGE = Metric(
    "gauge",
    "bridge_document_age_seconds",
    "Age of the provider's metadata and keys as kept, of the worker that has the oldest.",
    ("connection", "document"),
    across="most",
)
CLOCK = Metric(
    "gauge",
    "bridge_provider_clock_ahead_seconds",
    "Seconds by which the provider's clock was ahead of ours at the last sign-in.",
    ("connection",),
    across="newest",
)
REDIS_IN_USE = Metric("gauge", "bridge_redis_connections_in_use", "Connections to Redis that are in use.")
WORKERS = Metric("gauge", "bridge_workers", "Worker processes that live.")
STARTS = Metric("counter", "bridge_worker_starts_total", "Worker processes that were started.")
CPU = Metric("counter", "bridge_cpu_seconds_total", "Processor time of all workers, to about five seconds.")
MEMORY = Metric(
    "gauge", "bridge_resident_memory_bytes", "Memory of all workers; what they share counts anew."
)
READS = Metric(
    "counter",
    "bridge_configuration_reads_total",
    "Changed configurations. outcome: used; refused (it has faults); kept (a worker could not take it up).",
    ("outcome",),
)
READ_OK = Metric(
    "gauge",
    "bridge_configuration_last_read_successful",
    "1 where the configuration that was read last is in use, 0 where it was refused: the one before serves.",
    across="newest",
)
READ_AT = Metric(
    "gauge",
    "bridge_configuration_last_success_timestamp_seconds",
    "When the configuration in use was read.",
    across="newest",
)
REDIS_UP = Metric(
    "gauge", "bridge_redis_up", "1 where Redis answered just now and takes writes.", across="asked"
)
REDIS_TRIP = Metric(
    "gauge", "bridge_redis_round_trip_seconds", "How long Redis took to answer just now.", across="asked"
)
WEBHOOKS_WAITING = Metric(
    "gauge",
    "bridge_webhooks_waiting",
    "Ended sessions whose store is still to be told. Of all servers at this Redis together.",
    across="asked",
)
WEBHOOKS_DEAD = Metric(
    "gauge",
    "bridge_webhooks_dead",
    "Ended sessions whose store could not be told for a day, and is not told any more; see `bridge webhooks`."
    " Of all servers at this Redis together.",
    across="asked",
)
WEBHOOKS = Metric(
    "counter",
    "bridge_webhooks_total",
    "Webhooks delivered, attempts failed, and those given up (dead). Of all servers at this Redis together.",
    ("outcome",),
    across="asked",
)
EXPIRY = Metric(
    "gauge",
    "bridge_expiry_timestamp_seconds",
    "When a secret or certificate of the configuration ends. what: client_secret (client_secret_expires),"
    " client_key and client_certificate (from the certificate), ca_file, tls (what the provider shows).",
    ("subject", "what"),
    across="asked",
)
BUILD = Metric(
    "gauge", "bridge_build_info", "1; the labels say what runs here.", ("version", "python"), across="asked"
)
LOST = Metric(
    "counter",
    "bridge_series_lost_total",
    "Events that were not counted because there was no room for another series.",
)

#: In the order in which they are told.
METRICS = MappingProxyType({
    one.name: one
    for one in (
        SIGN_INS, REFUSALS, RULES, KEYS_UNKNOWN, TOKENS, SESSIONS_ENDED, REQUESTS, STEPS_TOOK, CALLS, WAITS,
        IN_FLIGHT, WAITING, HELD, OPEN, FAILING, DOCUMENT_AGE, CLOCK, REDIS_UP, REDIS_TRIP, REDIS_IN_USE,
        WEBHOOKS, WEBHOOKS_WAITING, WEBHOOKS_DEAD, EXPIRY, READS, READ_OK, READ_AT, WORKERS, STARTS, CPU,
        MEMORY, LOST, BUILD,
    )
})  # fmt: skip
