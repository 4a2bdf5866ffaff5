"""`GET /metrics`, and everything that it is made of, put together for one worker."""

import time
from collections.abc import Callable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address

from flask import Blueprint, Flask, request
from werkzeug.wrappers import Response

from bridge.web.lean import BridgeRequest
from bridge.web.metrics.access import check_access
from bridge.web.metrics.asked import Asked as AskedNow
from bridge.web.metrics.counting import CountedCalls, Requests
from bridge.web.metrics.exposition import CONTENT_TYPE, exposition, together
from bridge.web.metrics.memory import Memory
from bridge.web.metrics.numbers import Numbers
from bridge.web.metrics.states import States
from bridge.web.request import client_address
from bridge.web.traces import Traces
from bridge.wiring.bridge import Bridge

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics:
    """One worker's, from its start to its end, whatever configurations it takes up."""

    def __init__(self, memory: Memory | None = None, place: int = 0) -> None:
        """`memory`: that of all workers of a server, with this one's place in it."""
        self.memory = memory or Memory()
        self.numbers = Numbers(self.memory.slot(place))
        self.calls = CountedCalls(self.numbers)
        self.states = States(self.numbers)
        self.traces = Traces()


def measure(app: Flask, bridge: Bridge, metrics: Metrics) -> Callable[[BridgeRequest, Response], None]:
    """Gives `app` its page of metrics, and what counts a request that has been answered."""
    settings = bridge.settings
    spans = metrics.traces.to(settings.server.otlp_endpoint)
    nearest, proxies = client_address(()), settings.server.trusted_proxies
    requests = Requests(metrics.numbers, settings.stores, settings.connections)
    metrics.states.of(bridge)
    app.register_blueprint(_routes(bridge, metrics))

    def count(request: BridgeRequest, response: Response) -> None:
        rule, notes = request.url_rule, request.notes
        seconds = time.perf_counter() - notes.began
        if spans is not None:
            caller = request.headers if _is_within(nearest(request), proxies) else None
            spans.request(*_described(request, response), seconds, notes.story, caller)
        requests.ended(
            rule.rule if rule else "",
            response.status_code,
            seconds,
            request.environ.get("bridge.waited"),
            notes.store,
            notes.connection,
            notes.reason,
            notes.story,
            bridge.now(),
        )

    return count


def _described(request: BridgeRequest, response: Response) -> tuple[str, dict[str, str | int]]:
    """The name of a request's span, and what is told of it: nothing that a stranger chose."""
    route = request.url_rule.rule if request.url_rule else "other"
    # By RFC 9110; another word is a stranger's.
    method = request.method if request.method in _METHODS else "_OTHER"
    notes = request.notes
    told = {"bridge.reference": notes.reference, "bridge.reason": notes.reason}
    return f"{method} {route}", {
        "http.request.method": method,
        "http.route": route,
        "http.response.status_code": response.status_code,
        **{name: value for name, value in told.items() if value},
    }


def _is_within(address: str, networks: Sequence[IPv4Network | IPv6Network]) -> bool:
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    return any(ip in network for network in networks)


def _routes(bridge: Bridge, metrics: Metrics) -> Blueprint:
    pages = Blueprint("metrics", __name__)
    asked = AskedNow(bridge)

    @pages.get("/metrics")
    def tell() -> Response:
        """Of all workers together, whichever is asked."""
        check_access(request, bridge.settings.server)
        metrics.states.look()
        series = together(metrics.memory, time.monotonic())
        series |= {key: [value] for key, value in asked.series()}
        return Response(exposition(series), content_type=CONTENT_TYPE)

    return pages
