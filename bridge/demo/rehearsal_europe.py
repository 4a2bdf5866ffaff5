"""The part of the rehearsal that plays at the second store, which redeems codes and holds tokens."""

from urllib.parse import urlsplit

from bridge.demo.europe import Europe
from bridge.demo.shopper import Page, Shopper
from bridge.demo.walking import MissedError, Step, asks_who, lands, place, stays_out, went_by


class EuropeanRehearsal:
    """Ada comes from the first store, signed in at her company's provider already."""

    def __init__(self, europe: Europe, ada: Shopper) -> None:
        """Platform and shop are asked as well: what they saw is not for the bridge to say."""
        self._europe, self._ada, self._platform = europe, ada, europe.platform

    def steps(self) -> tuple[Step, ...]:
        """In order: the later ones build on the earlier."""
        return (
            ("Ada goes on to the Commerce Layer store: single sign-on, her customer there", self._known),
            ("Grace signs in there for the first time: a customer is made", self._first_visit),
            ("Ada's token is renewed, by the shop's server", self._renewal),
            ("Grace's return opened again is refused, and so is it in another browser", self._return_again),
            ("Ada signs out there of store, bridge and provider; the next visit asks again", self._sign_out),
        )

    def _known(self) -> str:
        before = len(self._platform.customers)
        provider = self._ada.open(self._europe.url).press("Sign in")
        page = provider.press("Continue to")
        self._is_signed_in(page, "Ada Lovelace", "ada.lovelace@acme.example")
        return self._customers(before, page, new=0)

    def _first_visit(self) -> str:
        before, grace = len(self._platform.customers), Shopper()
        page = grace.open(self._europe.url).press("Sign in").press("Grace Hopper")
        self._is_signed_in(page, "grace.hopper@acme.example", "grace.hopper@acme.example")
        return self._customers(before, page, new=1)

    def _renewal(self) -> str:
        page = self._ada.open(f"{self._europe.url}/account").press("Renew now")
        self._is_signed_in(page, "Ada Lovelace", "once")
        return ""

    def _return_again(self) -> str:
        grace, mallory = Shopper(), Shopper()
        first = grace.open(self._europe.url).press("Sign in").press("Grace Hopper")
        returned = next((hop for hop in first.hops if urlsplit(hop.url).path == "/auth/return"), None)
        if returned is None:
            raise MissedError("the browser came back with no code", first)
        for browser in (grace, mallory):
            page = browser.open(returned.url)
            if page.status < 400:
                raise MissedError("the same return was taken twice", page)
        stays_out(mallory, self._europe.url)
        return ""

    def _sign_out(self) -> str:
        page = self._ada.open(self._europe.url).press("Sign out")
        if page.status != 200 or page.url != f"{self._europe.url}/":
            raise MissedError(f"ended at {place(page.url)} with status {page.status}", page)
        if all(request.grant_type != "revocation" for request in self._platform.requests[-3:]):
            raise MissedError("the platform was not asked to end the token", page)
        went_by(page, "/end-session")
        stays_out(self._ada, self._europe.url)
        asks_who(self._ada.open(self._europe.url).press("Sign in"))
        return f"ends at {place(page.url)}, "

    def _is_signed_in(self, page: Page, name: str, words: str) -> None:
        lands(page, f"{self._europe.url}/account", f"Signed in as {name}")
        lands(page, f"{self._europe.url}/account", words)
        for hop in page.hops:
            if "eyJ" in hop.url:
                raise MissedError("a token went through the browser's address bar", page)

    def _customers(self, before: int, page: Page, *, new: int) -> str:
        made = len(self._platform.customers) - before
        if made != new:
            raise MissedError(f"{made} customers were made, not {new}", page)
        return f"{made} new customer, " if made else ""
