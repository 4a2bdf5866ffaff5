"""What browsers do: each walk ends with the page that is judged."""

from typing import TYPE_CHECKING

from tests.attacks.browser import Browser, Page

if TYPE_CHECKING:
    from tests.attacks.visit import Visit


def sign_in(visit: "Visit") -> Page:
    """From the store's link to the end."""
    return sign_in_with(visit, visit.browser())


def sign_in_with(visit: "Visit", browser: Browser) -> Page:
    back = leave(visit, browser)
    return browser.get(back.location) if back.status == 302 else back


def leave(visit: "Visit", browser: Browser) -> Page:
    """Up to the provider's answer, which has not been delivered yet; or the page that ends it before."""
    page = browser.get(visit.login_url)
    return browser.get(page.location) if page.status == 303 else page


def callback(visit: "Visit", browser: Browser) -> str:
    """The address with the provider's answer."""
    page = leave(visit, browser)
    assert page.status == 302, f"no answer of the provider: {page}"
    return page.location
