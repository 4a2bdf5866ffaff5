"""Log lines: one JSON object each, with the reference, and nothing that is not on the list.

Redaction is by allow-list: a field that is not named here is not written, so that a secret
cannot slip in by a new field; of exceptions only the kind and the place are written, because
messages quote their input.
"""

import logging
import sys
import time
import traceback
from collections.abc import Mapping
from typing import Any, TextIO

from bridge.domain.compact_json import compact

#: Everything a line may hold besides time, level and event.
FIELDS = (
    "reference", "method", "route", "status", "ms", "store", "connection", "reason", "detail",
    "client", "address", "workers", "subject",
)  # fmt: skip
LOGGER = "bridge"


class JsonFormatter(logging.Formatter):
    """Formats records of the bridge by the list; of others only who spoke, and how seriously."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
            + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
        }
        if record.name == LOGGER:
            line["event"] = record.msg
            given = record.__dict__
            line |= {name: given[name] for name in FIELDS if name in given and given[name] not in (None, "")}
        else:
            line["event"] = "library"
            line["logger"] = record.name
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])[-5:]
            line["at"] = [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
        return compact(line)


def write(log: logging.Logger, level: int, event: str, fields: Mapping[str, object]) -> None:
    """As `Logger.log`, which would look for the place in the code that spoke; no line tells it."""
    log.handle(log.makeRecord(log.name, level, "", 0, event, (), None, extra=fields))


def start_logging(level: str, stream: TextIO = sys.stdout) -> None:
    """Sends every log line of this process to `stream`, as JSON, from `level` upwards."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(LOGGER).setLevel(level.upper())


def _short(path: str) -> str:
    return "/".join(path.split("/")[-2:])
