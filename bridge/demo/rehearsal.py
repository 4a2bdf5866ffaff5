"""Walk through the demonstration as shoppers would, and say of each step whether it worked."""

import sys
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from bridge.demo.bigcommerce.shop import Shop
from bridge.demo.shopper import Hop, Lost, Page, Shopper

_REFUSAL = "Bridge-Refusal"
_OK = 200


class MissedError(Lost):
    """A step did not end where it should; the hops to `page` tell more."""

    def __init__(self, words: str, page: Page) -> None:
        super().__init__(words, page.hops)


class Rehearsal:
    """The steps, in order: the later ones build on the earlier."""

    def __init__(self, store_url: str, idp_url: str, shop: Shop) -> None:
        """`shop` is the store's own state: how many customers it has is not for the bridge to say."""
        self._store_url, self._idp_url, self._shop = store_url, idp_url, shop
        self._ada = Shopper()

    def run(self, print_line: Callable[[str], None]) -> bool:
        """Do every step and print a line for each; True only if all succeeded."""
        steps: tuple[tuple[str, Callable[[], str]], ...] = (
            ("Ada Lovelace, a known customer, signs in from her cart", self._known_customer),
            ("Ada comes again: single sign-on, the same customer", self._second_visit),
            ("Grace Hopper signs in for the first time: a customer is made", self._first_visit),
            ("Charles Babbage, whose e-mail is not verified, is refused", self._unverified),
            ("Cancel at the identity provider signs nobody in", self._cancel),
            ("Ada signs out at the store", self._sign_out),
            ("Ada signs out at the identity provider", self._sign_out_at_idp),
        )
        results = [self._step(words, step, print_line) for words, step in steps]
        return all(results)

    def _step(self, words: str, step: Callable[[], str], print_line: Callable[[str], None]) -> bool:
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

    def _known_customer(self) -> str:
        before = len(self._shop.customers)
        cart = self._ada.open(self._store_url).press("Add to cart")
        self._land_in_cart(cart.press("Sign in to check out").press("Ada Lovelace"), "Ada Lovelace")
        return self._customers(before, new=0)

    def _second_visit(self) -> str:
        before, calls = len(self._shop.customers), len(self._shop.calls)
        self._ada.open(f"{self._store_url}/login.php?action=logout")
        provider = self._ada.open(f"{self._store_url}/cart").press("Sign in to check out")
        self._land_in_cart(provider.press("Continue to"), "Ada Lovelace")
        self._customers(before, new=0)
        calls = len(self._shop.calls) - calls
        return f"{calls} API calls, " if calls else "no API call, "

    def _first_visit(self) -> str:
        before, grace = len(self._shop.customers), Shopper()
        cart = grace.open(self._store_url).press("Add to cart")
        self._land_in_cart(cart.press("Sign in to check out").press("Grace Hopper"), "Grace Hopper")
        return self._customers(before, new=1)

    def _unverified(self) -> str:
        before, charles = len(self._shop.customers), Shopper()
        page = charles.open(self._store_url).press("Sign in").press("Charles Babbage")
        if _REFUSAL not in page.headers or page.status < 400:
            raise MissedError(f"no refusal, but status {page.status} at {_place(page.url)}", page)
        self._stays_out(charles)
        self._customers(before, new=0)
        return f"{page.headers[_REFUSAL]}, "

    def _cancel(self) -> str:
        person = Shopper()
        page = person.open(self._store_url).press("Sign in").press("Cancel")
        if _REFUSAL not in page.headers and not page.url.startswith(self._store_url):
            raise MissedError(f"neither a refusal nor the store, but {_place(page.url)}", page)
        self._stays_out(person)
        return f"{page.headers.get(_REFUSAL, 'back at the store')}, "

    def _sign_out(self) -> str:
        page = self._ada.open(self._store_url).press("Sign out")
        if page.status >= 400:
            raise MissedError(f"status {page.status} at {_place(page.url)}", page)
        self._stays_out(self._ada)
        return f"ends at {_place(page.url)}, "

    def _sign_out_at_idp(self) -> str:
        self._ada.open(f"{self._idp_url}/signout").press("Sign out of")
        page = self._ada.open(f"{self._idp_url}/signout")
        if not page.says("Nobody is signed in"):
            raise MissedError("the identity provider still knows her", page)
        return ""

    def _land_in_cart(self, page: Page, name: str) -> None:
        if page.status != _OK or page.url != f"{self._store_url}/cart":
            refusal = page.headers.get(_REFUSAL, "")
            words = f"ended at {_place(page.url)} with status {page.status} {refusal}".rstrip()
            raise MissedError(words, page)
        if not page.says(f"Signed in as {name}"):
            raise MissedError(f"the cart does not say 'Signed in as {name}'", page)

    def _stays_out(self, shopper: Shopper) -> None:
        page = shopper.open(self._store_url)
        if page.says("Signed in as"):
            raise MissedError("the store says that somebody is signed in", page)

    def _customers(self, before: int, *, new: int) -> str:
        made = len(self._shop.customers) - before
        if made != new:
            raise MissedError(f"{made} customers were made, not {new}", self._ada.open(self._store_url))
        return f"{made} new customer, " if made else ""


def _marks() -> tuple[str, str]:
    """A tick and a cross, or words where the terminal cannot show them."""
    try:
        "✓✗".encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return "ok    ", "FAILED"
    return "✓", "✗"


def _place(url: str) -> str:
    """Where, without what may be secret: no query, no login token."""
    parts = urlsplit(url)
    head, token, _ = parts.path.partition("/login/token/")
    return f"{parts.scheme}://{parts.netloc}{head}{token}{'...' if token else ''}"


def _without_secrets(hop: Hop) -> str:
    return f"{hop.method} {_place(hop.url)} -> {hop.status}"
