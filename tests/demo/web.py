"""One HTTP request at a time, redirects not followed."""

import json
import urllib.request
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.parse import urlencode


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def location(self) -> str:
        return str(self.headers["Location"])


def call(
    method: str,
    url: str,
    *,
    form: dict[str, str] | list[tuple[str, str]] | None = None,
    body: Any = None,
    headers: dict[str, str] | None = None,
) -> Answer:
    """A request with a form or a JSON body."""
    opener = urllib.request.OpenerDirector()
    opener.add_handler(urllib.request.HTTPHandler())
    sent = dict(headers or {})
    data = None
    if form is not None:
        data = urlencode(form).encode()
    elif body is not None:
        data = json.dumps(body).encode()
        sent.setdefault("Content-Type", "application/json")
    with opener.open(urllib.request.Request(url, data, sent, method=method), timeout=10) as answer:
        return Answer(answer.status, answer.headers, answer.read())
