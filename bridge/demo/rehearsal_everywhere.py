"""The part of the rehearsal in which somebody signs out at the provider, and both stores hear of it."""

import time

from bridge.demo.europe import Europe
from bridge.demo.shopper import Shopper
from bridge.demo.walking import MissedError, Step, asks_who, lands

_PATIENCE = 5.0  # seconds until a store must have heard of it
_LOOK = 0.05


class EverywhereRehearsal:
    """Grace has a customer in both stores, and a fresh browser."""

    def __init__(self, store_url: str, idp_url: str, europe: Europe) -> None:
        self._store_url, self._idp_url, self._europe_url = store_url, idp_url, europe.url
        self._grace = Shopper()
        self._ended_at = 0.0

    def steps(self) -> tuple[Step, ...]:
        """In order: the later ones build on the earlier."""
        return (
            ("Grace signs in at both stores, with one sign-in at her company's provider", self._sign_in),
            ("She signs out everywhere at the provider: the first store's session has ended", self._first),
            ("And so has that of the Commerce Layer store; her next visit asks who she is", self._second),
        )

    def _sign_in(self) -> str:
        page = self._grace.open(f"{self._store_url}/account.php").press("Sign in").press("Grace Hopper")
        if not page.says("Grace Hopper"):
            raise MissedError("the first store does not know her", page)
        page = self._grace.open(self._europe_url).press("Sign in").press("Continue to")
        lands(page, f"{self._europe_url}/account", "Signed in as grace.hopper@acme.example")
        return ""

    def _first(self) -> str:
        page = self._grace.open(f"{self._idp_url}/signout").press("Sign out")
        self._ended_at = time.monotonic()
        if page.status != 200:
            raise MissedError(f"the provider answers with status {page.status}", page)
        return self._is_over(self._store_url)

    def _second(self) -> str:
        heard = self._is_over(self._europe_url)
        page = self._grace.open(f"{self._europe_url}/account")
        if not page.says("You were signed out meanwhile"):
            raise MissedError("the shop does not tell her why", page)
        asks_who(self._grace.open(self._europe_url).press("Sign in"))
        return heard

    def _is_over(self, store_url: str) -> str:
        """How long it took. Raises MissedError if it never comes to be."""
        while (page := self._grace.open(store_url)).says("Signed in as"):
            if time.monotonic() - self._ended_at > _PATIENCE:
                raise MissedError("the store has not heard of it", page)
            time.sleep(_LOOK)
        return f"heard of it within {1000 * (time.monotonic() - self._ended_at):.0f} ms, "
