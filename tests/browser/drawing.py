"""Every refusal page, drawn by the bridge's own renderer: most of them no shopper can bring about at will."""

from collections.abc import Iterator

from flask import Flask, request
from playwright.sync_api import Page

from bridge.domain.refusal import Reason
from bridge.web.lean import App
from bridge.web.pages import WayBack, refusal

_BACK = WayBack(
    "https://a-store-with-a-remarkably-long-name.example.com",
    "/login/us?connection=acme",
    "/login/us?connection=",
)


def drawn(page: Page, bridge_url: str, *, reference: str = "4kq2x9vz") -> Iterator[Reason]:
    """Shows one reason after the other in `page`, with the stylesheet of the running bridge."""
    app = App("bridge.web", static_url_path="/static")
    page.goto(f"{bridge_url}/healthz")  # the address against which the stylesheet is found
    for reason in Reason:
        show(page, app, reason, reference)
        yield reason


def show(page: Page, app: Flask, reason: Reason, reference: str = "4kq2x9vz") -> None:
    with app.test_request_context():
        page.set_content(refusal(request, reason, reference, _BACK).get_data(as_text=True))


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than the window."""
    width: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return width


#: Words on the pages, by what they are to the eye.
_WORDS = "h1, main p:not(.actions), .host, .reference code, .button, .quiet, .ways a, .ask label"

_COLOURS = """words => [...document.querySelectorAll(words)].filter(it => it.innerText).map(it => {
    let behind = it;
    while (getComputedStyle(behind).backgroundColor === "rgba(0, 0, 0, 0)") behind = behind.parentElement;
    return [it.innerText, getComputedStyle(it).color, getComputedStyle(behind).backgroundColor];
})"""


def faintest(page: Page) -> float:
    """The lowest contrast between words and what is behind them (WCAG 2.2, 1.4.3)."""
    found = page.evaluate(_COLOURS, _WORDS)
    assert len(found) >= 4
    return min(_contrast(words, behind) for _, words, behind in found)


def _contrast(one: str, other: str) -> float:
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    """Of `rgb(r, g, b)`, relative (WCAG 2.2)."""
    shares = [int(part) / 255 for part in colour.removeprefix("rgb(").removesuffix(")").split(",")]
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
