"""Browsers at the sign-out: from where they come, and what they end with."""

from bridge.domain.session import SessionRef
from tests.journeys.browser import CLICK, Answer, Browser
from tests.journeys.stage import Stage

FROM_US = {**CLICK, "Sec-Fetch-Site": "same-origin"}
FROM_ELSEWHERE = {**CLICK, "Sec-Fetch-Site": "cross-site", "Referer": "https://evil.example/"}


def signed_in(stage: Stage, store: str = "us", person: str = "Ada Lovelace") -> Browser:
    """A browser whose person is signed in to the store, and to the bridge."""
    browser = Browser()
    if store == "post":
        answer = stage.sign_in_by_post(browser, person)
    else:
        answer = stage.sign_in(browser, person, store=store)
    assert answer.status == 303, answer.refusal
    browser.walk(answer.location)
    assert browser.cookies(f"bridge-session-{store}")
    return browser


def from_store(stage: Stage) -> dict[str, str]:
    """A click on a page of the store, which is another site than the bridge."""
    return {**CLICK, "Sec-Fetch-Site": "cross-site", "Referer": f"{stage.store_url}/"}


def logout_url(stage: Stage, query: str = "", store: str = "us") -> str:
    return f"{stage.bridge_url}/logout/{store}{'?' if query else ''}{query}"


def sid_of(browser: Browser, store: str = "us") -> str:
    """The session as its storefront knows it."""
    return str(SessionRef.of(browser.cookies()[f"bridge-session-{store}"]))


def sessions(stage: Stage) -> set[str]:
    """Those that Redis holds."""
    return {str(key) for key in stage.redis.scan_iter("bridge:session:*")}


def asks(answer: Answer) -> bool:
    """Whether the page only asks, and took nothing."""
    return answer.status == 200 and "Do you want to sign out?" in answer.text and not answer.set_cookies


def at_store_known(stage: Stage, browser: Browser) -> bool:
    return "Signed in as" in browser.fetch(f"{stage.store_url}/").text


def at_provider_known(stage: Stage, browser: Browser) -> bool:
    return "You are signed in" in browser.fetch(f"{stage.acme.url}/signout").text
