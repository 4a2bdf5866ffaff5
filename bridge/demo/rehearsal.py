"""Walk through the demonstration as shoppers would, and say of each step whether it worked."""

import time
from collections.abc import Callable

from bridge.demo.bigcommerce.shop import Shop
from bridge.demo.europe import Europe
from bridge.demo.rehearsal_europe import EuropeanRehearsal
from bridge.demo.rehearsal_everywhere import EverywhereRehearsal
from bridge.demo.shopper import Page, Shopper
from bridge.demo.walking import REFUSAL, MissedError, Step, asks_who, lands, place, stays_out, walk, went_by


class Rehearsal:
    """The steps, in order: the later ones build on the earlier."""

    def __init__(self, store_url: str, idp_url: str, shop: Shop, companies_url: str, europe: Europe) -> None:
        """`shop` is the store's own state: how many customers it has is not for the bridge to say."""
        self._store_url, self._idp_url, self._shop = store_url, idp_url, shop
        self._companies_url = companies_url
        self._ada = Shopper()
        self._europe = EuropeanRehearsal(europe, self._ada)
        self._everywhere = EverywhereRehearsal(store_url, idp_url, europe)

    def run(self, print_line: Callable[[str], None]) -> bool:
        """Do every step and print a line for each; True only if all succeeded."""
        steps: tuple[Step, ...] = (
            ("Ada Lovelace, a known customer, signs in from her cart", self._known_customer),
            ("Ada comes again: single sign-on, the same customer", self._second_visit),
            ("Grace Hopper signs in for the first time: a customer is made", self._first_visit),
            ("Charles Babbage, whose e-mail is not verified, is refused", self._unverified),
            ("Eve Outsider, of another company, finds its sign-in by her e-mail", self._by_email),
            ("Cancel at the identity provider signs nobody in", self._cancel),
            *self._europe.steps(),
            ("Ada signs in at the first store once more: the provider asks her again", self._once_more),
            ("Ada signs out of store, bridge and provider; the next visit asks again", self._sign_out),
            *self._everywhere.steps(),
        )
        results = [walk(words, step, print_line) for words, step in steps]
        return all(results)

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
        if REFUSAL not in page.headers or page.status < 400:
            raise MissedError(f"no refusal, but status {page.status} at {place(page.url)}", page)
        stays_out(charles, self._store_url)
        self._customers(before, new=0)
        return f"{page.headers[REFUSAL]}, "

    def _by_email(self) -> str:
        before, eve = len(self._shop.customers), Shopper()
        asked = eve.open(f"{self._companies_url}?return_to=/cart")
        if not asked.markup.forms:
            raise MissedError("nobody asks for her e-mail", asked)
        typed = {"login_hint": "eve@elsewhere.example"}
        self._land_in_cart(eve.submit(asked, asked.markup.forms[0], typed).press("Eve"), "Eve Outsider")
        return self._customers(before, new=1)

    def _cancel(self) -> str:
        person = Shopper()
        page = person.open(self._store_url).press("Sign in").press("Cancel")
        if REFUSAL not in page.headers and not page.url.startswith(self._store_url):
            raise MissedError(f"neither a refusal nor the store, but {place(page.url)}", page)
        stays_out(person, self._store_url)
        return f"{page.headers.get(REFUSAL, 'back at the store')}, "

    def _once_more(self) -> str:
        time.sleep(1 - time.time() % 1)  # the store tells sessions apart by the second in which they began
        self._ada.open(f"{self._store_url}/login.php?action=logout")
        asked = self._ada.open(f"{self._store_url}/cart").press("Sign in to check out")
        asks_who(asked)
        self._land_in_cart(asked.press("Ada Lovelace"), "Ada Lovelace")
        return ""

    def _sign_out(self) -> str:
        page = self._ada.open(self._store_url).press("Sign out")
        if page.status >= 400:
            raise MissedError(f"status {page.status} at {place(page.url)}", page)
        went_by(page, "/end-session")
        stays_out(self._ada, self._store_url)
        if not self._ada.open(f"{self._idp_url}/signout").says("Nobody is signed in"):
            raise MissedError("the identity provider still knows her", page)
        asks_who(self._ada.open(f"{self._store_url}/cart").press("Sign in to check out"))
        return f"ends at {place(page.url)}, "

    def _land_in_cart(self, page: Page, name: str) -> None:
        lands(page, f"{self._store_url}/cart", f"Signed in as {name}")

    def _customers(self, before: int, *, new: int) -> str:
        made = len(self._shop.customers) - before
        if made != new:
            raise MissedError(f"{made} customers were made, not {new}", self._ada.open(self._store_url))
        return f"{made} new customer, " if made else ""
