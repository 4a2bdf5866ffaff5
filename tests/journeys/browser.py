"""A browser that takes one step at a time, so that a journey can be interrupted anywhere."""

import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPResponse
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlencode, urljoin

from bridge.demo.markup import Form, read_markup

CLICK = {
    "Accept": "text/html,application/xhtml+xml",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-User": "?1",
}
#: A navigation that no person asked for: a redirect by script, a page's refresh.
WITHOUT_CLICK = {name: value for name, value in CLICK.items() if name != "Sec-Fetch-User"}
JSON = {"Accept": "application/json"}
_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True)
class Answer:
    """One answer, redirects not followed."""

    url: str
    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def location(self) -> str:
        """Where a redirect leads; empty when it is none."""
        return urljoin(self.url, self.headers.get("Location", "")) if "Location" in self.headers else ""

    @property
    def refusal(self) -> str:
        return str(self.headers.get("Bridge-Refusal", ""))

    @property
    def set_cookies(self) -> dict[str, "Cookie"]:
        """The cookies this answer sets, by name."""
        cookies = [Cookie.read(line) for line in self.headers.get_all("Set-Cookie", [])]
        return {cookie.name: cookie for cookie in cookies}

    @property
    def form(self) -> Form:
        """The one form of a page."""
        (form,) = read_markup(self.text).forms
        return form


@dataclass(frozen=True)
class Cookie:
    """A Set-Cookie line: its attributes have names in lower case, and an empty value where they have none."""

    name: str
    value: str
    attributes: Mapping[str, str]

    @classmethod
    def read(cls, line: str) -> "Cookie":
        pair, *rest = line.split(";")
        name, _, value = pair.partition("=")
        split = [one.strip().partition("=") for one in rest]
        return cls(name, value, {key.lower(): given for key, _, given in split})


class Browser:
    """One cookie jar; like every browser's, its cookies belong to a host and ignore the ports."""

    def __init__(self) -> None:
        self.jar = CookieJar()
        self.seen: list[Answer] = []
        self._opener = urllib.request.OpenerDirector()
        self._opener.add_handler(urllib.request.HTTPHandler())
        self._opener.add_handler(urllib.request.HTTPCookieProcessor(self.jar))

    def fetch(
        self,
        url: str,
        *,
        method: str = "GET",
        form: Mapping[str, str] | list[tuple[str, str]] | None = None,
        headers: Mapping[str, str] = CLICK,
    ) -> Answer:
        """One request; with `form` a POST of it."""
        body = urlencode(form).encode() if form is not None else None
        request = urllib.request.Request(
            url, data=body, method="POST" if form is not None else method, headers=dict(headers)
        )
        reply: HTTPResponse = self._opener.open(request, timeout=30)
        with reply:
            answer = Answer(url, reply.status, reply.headers, reply.read())
        self.seen.append(answer)
        return answer

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """What a program sends: exactly this body."""
        request = urllib.request.Request(url, data=body, method="POST", headers=dict(headers))
        reply: HTTPResponse = self._opener.open(request, timeout=30)
        with reply:
            return Answer(url, reply.status, reply.headers, reply.read())

    def walk(self, url: str, *, until: str = "\0", **request: Any) -> Answer:
        """Follows redirects to a page, or to the redirect that leads to an address beginning with `until`."""
        for _ in range(20):
            answer = self.fetch(url, **request)
            if answer.status not in _REDIRECTS or answer.location.startswith(until):
                return answer
            url = answer.location
            request.pop("form", None)
        raise AssertionError("redirects without end")

    def cookies(self, prefix: str = "bridge-") -> dict[str, str]:
        """The cookies this browser holds whose names begin so."""
        return {cookie.name: cookie.value or "" for cookie in self.jar if cookie.name.startswith(prefix)}

    def header_of_all_cookies(self) -> str:
        """The Cookie header of its next request to the bridge, as far as the bridge wrote it."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies().items())

    def forget(self, name: str) -> None:
        """Loses one cookie."""
        for cookie in list(self.jar):
            if cookie.name == name:
                self.jar.clear(cookie.domain, cookie.path, cookie.name)

    def copy(self) -> "Browser":
        """Another browser with the same cookies: the same one, asking twice at once."""
        twin = Browser()
        for cookie in self.jar:
            twin.jar.set_cookie(cookie)
        return twin
