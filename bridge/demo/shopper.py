"""A small headless browser: cookies, redirects one at a time, forms and links, and no JavaScript."""

import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPResponse
from http.cookiejar import CookieJar
from urllib.parse import urldefrag, urlencode, urljoin, urlsplit

from bridge.demo.markup import Form, Markup, read_markup

_MOST_HOPS = 20
_TIMEOUT = 30.0
_LIKE_A_BROWSER = {
    "User-Agent": "Mozilla/5.0 (compatible; demo shopper)",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "en",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-User": "?1",
}


class Lost(RuntimeError):
    """The shopper cannot go on: nothing to press, or redirects without end; `hops` led there."""

    def __init__(self, words: str, hops: Iterable["Hop"]) -> None:
        super().__init__(words)
        self.hops = tuple(hops)


@dataclass(frozen=True)
class Hop:
    """One request on the way, as the network panel of a browser would list it."""

    method: str
    url: str
    status: int
    headers: Message

    def __str__(self) -> str:
        return f"{self.method} {self.url} -> {self.status}"


@dataclass(frozen=True)
class Page:
    """What the shopper sees at the end of the redirects, and every hop that led there."""

    status: int
    url: str
    headers: Message
    text: str
    hops: tuple[Hop, ...]
    markup: Markup
    shopper: "Shopper"

    def press(self, label: str) -> "Page":
        """Press the button (or else follow the link) whose visible words contain `label`."""
        return self.shopper.press(self, label)

    def says(self, words: str) -> bool:
        """Whether `words` stand in the page's visible text."""
        return words in self.markup.visible


class Shopper:
    """One person with one cookie jar. As in every browser, cookies belong to a host and ignore its ports."""

    def __init__(self) -> None:
        self.jar = CookieJar()
        self.address = ""  # as in the address bar: where the last request went, answered or not
        # No handler for proxies (everything is on this machine), redirects (walked here) or error statuses
        # (a refusal is a page as well).
        self._opener = urllib.request.OpenerDirector()
        self._opener.add_handler(urllib.request.HTTPHandler())
        self._opener.add_handler(urllib.request.HTTPCookieProcessor(self.jar))

    def open(self, url: str, *, headers: Mapping[str, str] | None = None) -> Page:
        """Type an address and follow where it leads. Raises OSError when nobody listens there."""
        return self._walk("GET", url, None, {"Sec-Fetch-Site": "none", **(headers or {})})

    def press(self, page: Page, label: str) -> Page:
        """Press the button (or else follow the link) on `page` whose visible words contain `label`."""
        for form in page.markup.forms:
            for button in form.buttons:
                if label in button.label:
                    return self.submit(page, form, {button.name: button.value} if button.name else {})
        for link in page.markup.links:
            if label in link.label:
                target = urljoin(page.url, link.href)
                return self._walk("GET", target, None, {"Referer": page.url, **_site(page.url, target)})
        raise Lost(f"nothing can be pressed that says {label!r}, status {page.status}", page.hops)

    def submit(self, page: Page, form: Form, more: Mapping[str, str] | None = None) -> Page:
        """Send `form` with its own values, and `more` in place of those of the same name."""
        target = urljoin(page.url, form.action or page.url)
        typed = more or {}
        filled = urlencode([*(field for field in form.fields if field[0] not in typed), *typed.items()])
        headers = {"Referer": page.url, **_site(page.url, target)}
        if form.method != "POST":
            return self._walk("GET", target.partition("?")[0] + "?" + filled, None, headers)
        parts = urlsplit(page.url)
        headers |= {"Origin": f"{parts.scheme}://{parts.netloc}"}
        headers |= {"Content-Type": "application/x-www-form-urlencoded"}
        return self._walk("POST", target, filled.encode(), headers)

    def _walk(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Page:
        hops: list[Hop] = []
        while len(hops) < _MOST_HOPS:
            page, location = self._hop(method, url, body, headers, hops)
            if location is not None:
                target = urljoin(url, location)
                if not urlsplit(target).fragment:  # a browser carries the fragment along
                    target = urldefrag(target).url + ("#" + urldefrag(url).fragment).rstrip("#")
                if page.status not in {307, 308}:
                    method, body = "GET", None
                headers = {**headers, **_site(url, target)}
                if body is None:
                    headers = {name: value for name, value in headers.items() if name != "Content-Type"}
                url = target
            elif page.markup.leads_on:
                target = urljoin(url, page.markup.leads_on)
                return _after(hops, self._walk("GET", target, None, _site(url, target)))
            elif page.markup.submits_itself:
                form = page.markup.forms[0]
                onward = self.submit(page, form)
                return _after(hops, onward)
            else:
                return page
        raise Lost(f"more than {_MOST_HOPS} redirects", hops)

    def _hop(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str], hops: list[Hop]
    ) -> tuple[Page, str | None]:
        self.address = url
        request = urllib.request.Request(  # noqa: S310 - the opener's handlers; the demo's addresses
            urldefrag(url).url, data=body, method=method, headers={**_LIKE_A_BROWSER, **headers}
        )
        answer: HTTPResponse = self._opener.open(request, timeout=_TIMEOUT)
        with answer:
            text = answer.read().decode("utf-8", errors="replace")
            status, received = answer.status, answer.headers
        hops.append(Hop(method, url, status, received))
        location = received.get("Location") if status in {301, 302, 303, 307, 308} else None
        is_page = received.get_content_type() == "text/html"
        markup = read_markup(text if is_page else "")
        return Page(status, url, received, text, tuple(hops), markup, self), location


def _after(hops: list[Hop], onward: Page) -> Page:
    """`onward` with the hops before it in front."""
    return Page(
        onward.status,
        onward.url,
        onward.headers,
        onward.text,
        (*hops, *onward.hops),
        onward.markup,
        onward.shopper,
    )


def _site(here: str, there: str) -> dict[str, str]:
    """The header by which a browser tells a site where the request began."""
    first, second = urlsplit(here), urlsplit(there)
    if (first.scheme, first.netloc) == (second.scheme, second.netloc):
        return {"Sec-Fetch-Site": "same-origin"}
    return {"Sec-Fetch-Site": "same-site" if first.hostname == second.hostname else "cross-site"}
