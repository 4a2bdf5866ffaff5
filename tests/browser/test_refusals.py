"""When a sign-in ends without a customer: what the shopper reads and what they can do next."""

import re

import pytest
from playwright.sync_api import expect

from bridge.demo.scene import STORE, Scene
from tests.browser.conftest import NewShopper
from tests.browser.shopper import ADA, Shopper

pytestmark = pytest.mark.browser


def test_cancelling_shows_a_page_from_which_trying_again_works(shopper: Shopper) -> None:
    shopper.begin()
    shopper.press("Cancel")
    shopper.is_refused("Sign-in was cancelled")
    shopper.follow("Try again")
    shopper.press(ADA)
    shopper.is_signed_in()


def test_somebody_unverified_reads_plain_words_and_finds_back_to_the_store(shopper: Shopper) -> None:
    shopper.begin()
    shopper.press("Charles Babbage")
    shopper.is_refused("Your e-mail address could not be confirmed")
    words = shopper.page.locator("main").inner_text()
    assert "contact the store" in words
    # Words of the trade, and the address itself, belong into the log.
    assert not re.search(r"charles|@|token|claim|oidc|verified|\bIdP\b|error", words, re.IGNORECASE)
    expect(shopper.page.get_by_role("link", name="Try again")).to_have_count(0)
    shopper.follow("Back to the store")
    shopper.is_at_store_unknown()


def test_a_browser_without_cookies_is_told_so(shopper: Shopper) -> None:
    shopper.begin()
    shopper.page.context.clear_cookies(name=re.compile("^bridge-"))
    shopper.press(ADA)
    shopper.is_refused("Your browser did not keep a cookie")


def test_a_browser_without_cookies_finds_back_to_the_store(shopper: Shopper) -> None:
    shopper.begin()
    shopper.page.context.clear_cookies(name=re.compile("^bridge-"))
    shopper.press(ADA)
    shopper.is_refused("Your browser did not keep a cookie")
    assert shopper.page.get_by_role("link", name="Back to the store").count() == 1
    shopper.follow("Back to the store")
    shopper.is_at_store_unknown()


def test_a_refusal_stays_the_same_when_it_is_reloaded(shopper: Shopper) -> None:
    shopper.begin()
    shopper.press("Cancel")
    reference = shopper.is_refused("Sign-in was cancelled")
    shopper.page.reload()
    assert shopper.is_refused("Sign-in was cancelled") == reference


def test_the_reference_is_taken_with_one_click(shopper: Shopper) -> None:
    shopper.begin()
    shopper.press("Cancel")
    reference = shopper.is_refused("Sign-in was cancelled")
    shopper.page.locator(".reference code").click()
    assert shopper.page.evaluate("getSelection().toString()") == reference


def test_the_keyboard_is_enough_on_a_refusal_page(shopper: Shopper) -> None:
    shopper.begin()
    shopper.tab_to("Cancel")
    shopper.press_enter()
    shopper.is_refused("Sign-in was cancelled")
    shopper.tab_to("Try again")
    shopper.tab_to("Back to the store")
    shopper.page.keyboard.press("Shift+Tab")
    shopper.press_enter()
    shopper.is_asked_by_provider()


def test_an_unknown_store_is_a_page_without_javascript_too(new_shopper: NewShopper, scene: Scene) -> None:
    shopper = new_shopper(java_script_enabled=False)
    shopper.open(f"{scene.bridge_url}/login/not-{STORE}")
    shopper.is_refused("Store not found")


def test_a_printed_refusal_has_the_reference_and_no_buttons(shopper: Shopper) -> None:
    shopper.begin()
    shopper.press("Cancel")
    shopper.is_refused("Sign-in was cancelled")
    shopper.page.emulate_media(media="print")
    expect(shopper.page.locator(".reference code")).to_be_visible()
    expect(shopper.page.get_by_text("Try again")).to_be_hidden()
