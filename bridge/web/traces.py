"""Traces (OpenTelemetry), for those who want them and have the extra `otel`; nothing is done for others."""

import logging
import os
from typing import TYPE_CHECKING

from bridge.web.logs import LOGGER

if TYPE_CHECKING:
    from bridge.web.spans import Spans

#: By which the standard says where traces go.
_STANDARD = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_LOG = logging.getLogger(LOGGER)


class Traces:
    """Where a process sends its traces: one way for each endpoint, also over new configurations."""

    def __init__(self) -> None:
        self._spans: dict[str, Spans] = {}

    def to(self, endpoint: str) -> "Spans | None":
        """The way to `endpoint` (a collector's address), or to where the environment says.

        None where neither says anything, or the libraries are not installed.
        """
        if not endpoint and not any(os.environ.get(name) for name in _STANDARD):
            return None
        try:
            from bridge.web.spans import Spans  # noqa: PLC0415 - its libraries are an extra, and cost 100 ms
        except ImportError:
            _LOG.warning("traces_off", extra={"detail": "they need: pip install 'bridge-sso[otel]'"})
            return None
        if endpoint not in self._spans:
            self._spans[endpoint] = Spans(endpoint)
        return self._spans[endpoint]

    def flush(self) -> None:
        """Sends what waits to be sent."""
        for spans in self._spans.values():
            spans.flush()
