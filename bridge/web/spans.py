"""A span for each request, its steps and calls inside: made from its story when it has ended.

So the flows know of no spans. A caller's trace is taken up from trusted proxies only: else a stranger could
have our spans found under whatever trace it likes. None is sent on: providers and stores are strangers, too.
"""

import os
import re
import time
from collections.abc import Iterator, Mapping

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from werkzeug.datastructures import Headers

from bridge import __version__
from bridge.domain.story import STEPS, Fact, Step, Story

#: Facts that stand for a person: a trace goes elsewhere than the bridge's own records.
_PERSONAL = frozenset({"identity", "email_domain"})
_PLAIN = re.compile(r"[A-Za-z0-9_.,:/@+-]{0,200}\Z")
_CARRIERS = ("traceparent", "tracestate")


class Spans:
    """Makes them, and sends them in the background; what cannot be sent is dropped."""

    def __init__(self, endpoint: str) -> None:
        """`endpoint`: a collector's address; empty for what the environment says."""
        resource = Resource.create(
            {
                "service.name": os.environ.get("OTEL_SERVICE_NAME", "bridge"),
                "service.version": __version__,
            }
        )
        self._provider = TracerProvider(resource=resource)
        exporter = OTLPSpanExporter(endpoint=f"{endpoint}/v1/traces") if endpoint else OTLPSpanExporter()
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("bridge", __version__)

    def flush(self) -> None:
        """Sends what waits to be sent."""
        self._provider.force_flush()

    def request(
        self,
        name: str,
        attributes: Mapping[str, str | int],
        seconds: float,
        story: Story | None,
        caller: Headers | None,
    ) -> None:
        """One request, which ended just now. `caller`: the headers that say of which trace it is part."""
        end = time.time_ns()
        start = end - int(seconds * 1e9)
        span = self._tracer.start_span(
            name, _of(caller), kind=SpanKind.SERVER, start_time=start, attributes=attributes
        )
        if int(attributes["http.response.status_code"]) >= 500:
            span.set_status(Status(StatusCode.ERROR))
        inside, at = set_span_in_context(span), start
        for step in story.steps if story else ():
            begin, at = at, at + int(step.ms * 1e6)
            made = (
                self._call(step, inside, begin, at)
                if step.name == "call"
                else self._step(step, inside, begin)
            )
            made.end(at)
        span.end(end)

    def _step(self, step: Step, inside: Context, begin: int) -> Span:
        name = step.name if step.name in STEPS else "other"
        return self._tracer.start_span(name, inside, start_time=begin, attributes=dict(_told(step)))

    def _call(self, step: Step, inside: Context, begin: int, end: int) -> Span:
        facts = step.facts
        took = int(float(facts.get("took", step.ms)) * 1e6)
        span = self._tracer.start_span(
            f"{facts.get('subject', '')} {facts.get('kind', '')}".strip(),
            inside,
            kind=SpanKind.CLIENT,
            start_time=max(begin, end - took),
            attributes=dict(_told(step)),
        )
        if "failed" in facts:
            span.set_status(Status(StatusCode.ERROR))
        return span


def _of(caller: Headers | None) -> Context | None:
    """W3C Trace Context."""
    if caller is None:
        return None
    carrier = {name: caller[name] for name in _CARRIERS if name in caller}
    return TraceContextTextMapPropagator().extract(carrier)


def _told(step: Step) -> Iterator[tuple[str, Fact]]:
    for name in STEPS.get(step.name, ()):
        fact = step.facts.get(name)
        if fact is None or name in _PERSONAL:
            continue
        hidden = isinstance(fact, str) and not _PLAIN.match(fact)
        yield f"bridge.{name}", "?" if hidden else fact
