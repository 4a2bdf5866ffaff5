"""Steps of a rehearsal: what each is called, whether it worked, and what may be shown of its way."""

import sys
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from bridge.demo.shopper import Hop, Lost, Page, Shopper

REFUSAL = "Bridge-Refusal"
Step = tuple[str, Callable[[], str]]  # the words of its line, and what to do; it returns details


class MissedError(Lost):
    """A step did not end where it should; the hops to `page` tell more."""

    def __init__(self, words: str, page: Page) -> None:
        super().__init__(words, page.hops)


def walk(words: str, step: Callable[[], str], print_line: Callable[[str], None]) -> bool:
    """Do one step and print its line; True if it worked."""
    good, bad = _marks()
    begin = time.perf_counter()
    try:
        detail = step()
    except Lost as lost:
        print_line(f"{bad} {words}: {lost}")
        for hop in lost.hops:
            print_line(f"      {_without_secrets(hop)}")
        return False
    except OSError as failed:
        print_line(f"{bad} {words}: {getattr(failed, 'reason', failed)}")
        return False
    print_line(f"{good} {words} ({detail}{(time.perf_counter() - begin) * 1000:.0f} ms)")
    return True


def lands(page: Page, url: str, words: str) -> None:
    """Raise MissedError unless `page` is the one at `url`, and says `words`."""
    if page.status != 200 or page.url != url:
        refusal = page.headers.get(REFUSAL, "")
        raise MissedError(f"ended at {place(page.url)} with status {page.status} {refusal}".rstrip(), page)
    if not page.says(words):
        raise MissedError(f"the page does not say {words!r}", page)


def stays_out(shopper: Shopper, store_url: str) -> None:
    """Raise MissedError if the store knows who this is."""
    page = shopper.open(store_url)
    if page.says("Signed in as"):
        raise MissedError("the store says that somebody is signed in", page)


def went_by(page: Page, path: str) -> None:
    """Raise MissedError unless the browser was led by an address with `path` on its way to `page`."""
    if all(urlsplit(hop.url).path != path for hop in page.hops):
        raise MissedError(f"the browser never came by {path}", page)


def asks_who(page: Page) -> None:
    """Raise MissedError unless the identity provider asks who this is, and offers nobody to go on as."""
    if not (page.says("Who are you today?") or page.says("Sign in again")):
        raise MissedError(f"nobody asks who this is, but {place(page.url)} comes", page)


def place(url: str) -> str:
    """Where, without what may be secret: no query, no login token."""
    parts = urlsplit(url)
    head, token, _ = parts.path.partition("/login/token/")
    return f"{parts.scheme}://{parts.netloc}{head}{token}{'...' if token else ''}"


def _marks() -> tuple[str, str]:
    """A tick and a cross, or words where the terminal cannot show them."""
    try:
        "✓✗".encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return "ok    ", "FAILED"
    return "✓", "✗"


def _without_secrets(hop: Hop) -> str:
    return f"{hop.method} {place(hop.url)} -> {hop.status}"
