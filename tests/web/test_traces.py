"""Traces, as a collector receives them: over HTTP, in protobuf."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from flask import Flask

from bridge.settings import read_settings
from bridge.web.app import create_app
from bridge.web.metrics.page import Metrics
from bridge.wiring.bridge import wire
from tests.journeys.browser import Browser
from tests.journeys.stage import Stage, until

trace_service = pytest.importorskip("opentelemetry.proto.collector.trace.v1.trace_service_pb2")
pytest.importorskip("opentelemetry.exporter.otlp.proto.http.trace_exporter")

THEIRS = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Collector:
    """Keeps every span that it is sent."""

    def __init__(self) -> None:
        self.spans: list[Any] = []
        self.services: set[str] = set()
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                import gzip

                body = self.rfile.read(int(self.headers["Content-Length"]))
                body = gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body
                assert self.path == "/v1/traces"
                told = trace_service.ExportTraceServiceRequest.FromString(body)
                for resource in told.resource_spans:
                    names = [
                        one.value.string_value
                        for one in resource.resource.attributes
                        if one.key == "service.name"
                    ]
                    collector.services.update(names)
                    for scope in resource.scope_spans:
                        collector.spans.extend(scope.spans)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_arguments: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def named(self, name: str) -> list[Any]:
        return [span for span in self.spans if span.name == name]


@pytest.fixture
def collector() -> Iterator[Collector]:
    collector = Collector()
    yield collector
    collector.stop()


def attributes(span: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in span.attributes}


def traced(stage: Stage, metrics: Metrics, **server: Any) -> Flask:
    import time

    before = stage.tables["server"]
    stage.tables["server"] = {**before, **server}
    try:
        settings = read_settings(stage.write_configuration("traced.toml"), {})
    finally:
        stage.tables["server"] = before
    bridge = wire(settings, now=time.time, monotonic=time.monotonic, pause=time.sleep)
    return create_app(bridge, metrics)


def test_a_request_is_a_span_with_its_steps_and_calls_inside(stage: Stage, collector: Collector) -> None:
    for published in stage.redis.scan_iter("*:document:*"):  # by an earlier test's bridge, which shares them
        stage.redis.delete(published)
    metrics = Metrics()
    client = traced(stage, metrics, otlp_endpoint=collector.url).test_client()
    assert client.get("/login/us?return_to=/cart").status_code == 303
    client.get("/login/strange-one", headers={"traceparent": THEIRS})
    metrics.traces.flush()
    request, refused = collector.named("GET /login/<store>")
    told = attributes(request)
    assert (told["http.request.method"], told["http.response.status_code"]) == ("GET", 303)
    inside = [span for span in collector.spans if span.parent_span_id == request.span_id]
    assert {"connections.acme metadata", "chosen", "sent"} <= {span.name for span in inside}
    for span in inside:
        assert span.trace_id == request.trace_id
        assert request.start_time_unix_nano <= span.start_time_unix_nano <= span.end_time_unix_nano
    assert attributes(refused)["bridge.reason"] == "store_unknown"
    assert refused.trace_id.hex() not in THEIRS, "a stranger's trace is not ours"
    assert "strange" not in str(collector.spans)
    assert collector.services == {"bridge"}


def test_a_trusted_proxys_trace_is_taken_up(stage: Stage, collector: Collector) -> None:
    metrics = Metrics()
    app = traced(stage, metrics, otlp_endpoint=collector.url, trusted_proxies=["127.0.0.0/8"])
    app.test_client().get("/login/us", headers={"traceparent": THEIRS})
    metrics.traces.flush()
    (request,) = collector.named("GET /login/<store>")
    assert f"00-{request.trace_id.hex()}-{request.parent_span_id.hex()}-01" == THEIRS


def test_a_whole_sign_in_of_a_real_bridge_arrives_and_tells_nothing_of_the_person(
    stage: Stage, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
    from tests.journeys.process import BridgeProcess

    with Stage(stage.folder / "traces") as own:
        bridge: BridgeProcess = own.serve()
        assert own.sign_in(Browser()).status == 303
        until(lambda: bool(collector.named("GET /callback/<connection>")))
        bridge.kill()
    (request,) = collector.named("GET /callback/<connection>")
    inside = [span for span in collector.spans if span.parent_span_id == request.span_id]
    assert {"connections.acme token", "id_token_verified", "handed_over"} <= {span.name for span in inside}
    everything = str(collector.spans).lower()
    assert "lovelace" not in everything
    assert "bridge.identity" not in everything


def test_without_an_endpoint_there_are_none(stage: Stage) -> None:
    metrics = Metrics()
    traced(stage, metrics)
    assert metrics.traces.to("") is None
