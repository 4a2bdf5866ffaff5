"""Whether a storefront answers where people are sent to, and what its clock says."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from bridge.domain.deadline import Deadline
from bridge.domain.finding import Finding
from bridge.domain.http import Http, HttpFailure, HttpReply, HttpRequest

_STRANDED = "People are sent there at the end of each sign-in, and would be stranded."


class StorefrontCheck:
    """See `Checked` in `bridge.flows.check_up`. Asks for the storefront's own page, as a browser would."""

    def __init__(self, subject: str, url: str, http: Http, now: Callable[[], float]) -> None:
        """`subject`: what the store is called in the configuration; `url`: scheme and host."""
        self.subject = subject
        self._url = url
        self._http = http
        self._now = now
        #: Seconds by which its clock was ahead of ours; None where it did not say.
        self.clock_ahead: float | None = None

    def check(self, deadline: Deadline) -> Iterator[Finding]:
        """One line, or two."""
        sent = self._now()
        try:
            reply = self._http.send(HttpRequest("GET", f"{self._url}/"), deadline)
        except HttpFailure as failure:
            if failure.kind == "too_large":  # it answers, at length
                yield Finding("ok", self.subject, "the storefront answers")
            else:
                yield self._failed(failure)
            return
        if reply.date is not None:
            self.clock_ahead = reply.date + 0.5 - (sent + self._now()) / 2
        yield self._answered(reply)

    def _answered(self, reply: HttpReply) -> Finding:
        elsewhere = _other_origin(self._url, reply)
        if elsewhere:
            return Finding(
                "warning",
                self.subject,
                f"the storefront's `url` redirects to another address: {elsewhere}",
                f'Set {self.subject}.url = "{elsewhere}" if the shop lives there (and return_url with it).',
                "Its session cookie is set for one host only: people would arrive signed out.",
            )
        if reply.status >= 500:
            return Finding(
                "warning",
                self.subject,
                f"the storefront answers with status {reply.status}",
                "See the platform's status page, and whether the shop is up.",
                _STRANDED,
            )
        return Finding("ok", self.subject, f"the storefront answers (status {reply.status})")

    def _failed(self, failure: HttpFailure) -> Finding:
        if failure.kind == "refused_address":
            return Finding(
                "note",
                self.subject,
                "the storefront's host leads to a private address: not asked",
                "Nothing, if people reach the shop inside your network only.",
            )
        if "resolve" in failure.detail:
            words, remedy = "the storefront's host does not resolve", "See the spelling, then the shop's DNS."
        elif failure.kind == "tls":
            words = f"no TLS connection to the storefront ({failure.detail})"
            remedy = (
                "Its certificate is expired, for another host, or self-signed: browsers refuse it as well."
            )
        else:
            words = f"the storefront does not answer ({failure})"
            remedy = "See whether the shop is up, and whether a firewall keeps this machine out."
        level = "warning" if failure.kind in ("timeout", "busy", "protocol") else "failed"
        return Finding(
            "warning" if level == "warning" else "failed",
            self.subject,
            words,
            f"Compare {self.subject}.url with the shop's address in a browser. {remedy}",
            _STRANDED,
        )


def _other_origin(url: str, reply: HttpReply) -> str:
    """Where a redirect leads, if that is another origin; only what looks like one is told."""
    if not 300 <= reply.status < 400:
        return ""
    try:
        parts = urlsplit(reply.headers.get("location", ""))
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    plain = host.isascii() and all(letter.isalnum() or letter in ".-" for letter in host)
    if parts.scheme not in ("http", "https") or not host or not plain:
        return ""
    origin = f"{parts.scheme}://{host}" + (f":{port}" if port else "")
    return "" if origin == url else origin
