"""A browser's way through one sign-in, at any relying party; no I/O.

The authorize page is played here: a redirect to the provider's `authorization_endpoint` is answered by coming
back to `redirect_uri` with the code that `bench.provider` understands.
"""

from dataclasses import dataclass, field
from enum import IntEnum
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from bench.wire import Reply

_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_HOPS = 10
#: How servers write a cookie that is to be forgotten.
_FORGET = ("max-age=0", "01 jan 1970", "01-jan-1970")


class NotSignedInError(Exception):
    """The relying party did not do what it does for a known customer; the message tells what it did."""


class Step(IntEnum):
    """Which part of a sign-in a request belongs to: before the provider, and after it."""

    LOGIN = 0
    CALLBACK = 1


@dataclass(frozen=True)
class Plan:
    """What a browser is to do, and how it knows that it is signed in."""

    start: str  # URL of the page that demands a sign-in
    authorize: str  # URL of the provider's authorize page
    arrives: str = ""  # text of the last redirect; empty: back to `start`, with a cookie


@dataclass(frozen=True, slots=True)
class Request:
    target: str  # path and query
    cookie: str  # the header's value; empty: no cookie
    form: str = ""  # the body of a POST; empty: a GET


@dataclass(slots=True)
class Journey:
    """One sign-in with a fresh cookie jar."""

    plan: Plan
    subject: str
    step: Step = Step.LOGIN
    jar: dict[str, str] = field(default_factory=dict)
    _hops: int = 0
    _at: str = ""

    def begin(self) -> Request:
        return self._get(self.plan.start)

    def follow(self, reply: Reply) -> Request | None:
        """What is asked next; `None` when signed in. Raises `NotSignedInError`."""
        keep(self.jar, reply.cookies)
        self._hops += 1
        if reply.status in _REDIRECTS and reply.location and self._hops < _MOST_HOPS:
            target = reply.location if "://" in reply.location else urljoin(self._at, reply.location)
            if target.startswith(self.plan.authorize + "?"):
                return self._come_back(target)
            if not self._arrives(target):
                return self._get(target)
        elif not (reply.status == 200 and self._arrives(self._at)):
            raise self._failed(reply)
        return None

    def _arrives(self, target: str) -> bool:
        if self.step is Step.LOGIN:
            return False
        if self.plan.arrives:
            return self.plan.arrives in target
        return bool(self.jar) and page(target) == page(self.plan.start)

    def _come_back(self, target: str) -> Request:
        if self.step is Step.CALLBACK:
            raise NotSignedInError("after the callback it asked the provider again")
        self.step = Step.CALLBACK
        to, mode, answer = authorized(target, self.subject)
        if mode == "form_post":
            self._at = to
            return Request(_target(to), self._cookie(), answer)
        return self._get(f"{to}{'&' if '?' in to else '?'}{answer}")

    def _get(self, url: str) -> Request:
        if not url.startswith(_origin(self.plan.start)):
            raise NotSignedInError(f"{self.step.name.lower()}: sent away to {url.partition('?')[0]}")
        self._at = url
        return Request(_target(url), self._cookie())

    def _cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.jar.items())

    def _failed(self, reply: Reply) -> NotSignedInError:
        return NotSignedInError(
            f"{self.step.name.lower()}: {reply.status} {reply.location}, hop {self._hops}"
        )


def authorized(target: str, subject: str) -> tuple[str, str, str]:
    """Where a request at the authorize page sends the browser, in which response mode, with which answer."""
    asked = {name: values[0] for name, values in parse_qs(target.partition("?")[2]).items()}
    answer = {"code": f"{subject}.{asked.get('nonce', '')}", "state": asked.get("state", "")}
    return asked["redirect_uri"], asked.get("response_mode", "query"), urlencode(answer)


def keep(jar: dict[str, str], cookies: tuple[str, ...]) -> None:
    """Puts cookies into the jar, and takes those out that are to be forgotten."""
    for cookie in cookies:
        pair, _, attributes = cookie.partition(";")
        name, _, value = pair.partition("=")
        forgotten = attributes.lower()
        if any(mark in forgotten for mark in _FORGET):
            jar.pop(name, None)
        else:
            jar[name] = value


def page(url: str) -> str:
    return url.partition("?")[0].partition("#")[0].rstrip("/")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"


def _target(url: str) -> str:
    """Path and query; URLs here have a path always, `_get` has seen to it."""
    return "/" + url.split("/", 3)[3].partition("#")[0]
