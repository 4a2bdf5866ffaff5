"""A person's browser, one request at a time: it keeps cookies, and follows nothing by itself."""

import http.client
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from urllib.parse import urlencode, urlsplit

_LIKE_A_BROWSER = {
    "Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-User": "?1",
    "Sec-Fetch-Site": "cross-site",
}
PATIENCE = 30.0  # seconds; the bridge promises far less


@dataclass(frozen=True)
class Page:
    """One answer, as it came."""

    method: str
    url: str
    status: int
    headers: Message
    text: str
    seconds: float

    @property
    def location(self) -> str:
        return str(self.headers.get("Location", ""))

    @property
    def refusal(self) -> str:
        """The code of a refusal; empty where there is none."""
        return str(self.headers.get("Bridge-Refusal", ""))

    def __str__(self) -> str:
        more = (
            f" refused: {self.refusal}" if self.refusal else f" -> {self.location}" if self.location else ""
        )
        return f"{self.method} {self.url:.300} {self.status}{more:.300} ({self.seconds:.2f} s)"


@dataclass
class Browser:
    """Cookies belong to a host and ignore its ports, as in every browser; here all is one host."""

    hops: list[Page]  # shared by all browsers of a case
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, url: str, headers: Mapping[str, str] | None = None, *, method: str = "GET") -> Page:
        return self._ask(method, url, None, headers or {})

    def post(self, url: str, form: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Page:
        more = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
        return self._ask("POST", url, urlencode(form).encode(), more)

    def _ask(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Page:
        parts = urlsplit(url)
        begin = time.monotonic()
        line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
        try:
            sent = {**_LIKE_A_BROWSER, **headers}
            if self.cookies and "Cookie" not in sent:
                sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
            line.request(method, target, body, sent)
            answer = line.getresponse()
            text = answer.read().decode("utf-8", "replace")
            page = Page(method, url, answer.status, answer.headers, text, time.monotonic() - begin)
        finally:
            line.close()
        self.hops.append(page)
        self._keep(page)
        return page

    def _keep(self, page: Page) -> None:
        for line in page.headers.get_all("Set-Cookie", []):
            pair, *attributes = (part.strip() for part in line.split(";"))
            name, _, value = pair.partition("=")
            if "max-age=0" in (attribute.lower() for attribute in attributes):
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
