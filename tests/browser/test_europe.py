"""The second store: a shop on another host that redeems a code, and single sign-on between the two."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bridge.demo.scene import Scene
from tests.browser.conftest import NewShopper
from tests.browser.drawing import overflow
from tests.browser.shopper import ADA, Shopper

pytestmark = pytest.mark.browser


def is_signed_in(page: Page, scene: Scene, name: str = ADA, path: str = "/account") -> None:
    expect(page).to_have_url(f"{scene.europe.url}{path}")
    expect(page.locator("header")).to_contain_text(f"Signed in as {name}")


def sign_in(shopper: Shopper, scene: Scene) -> None:
    shopper.open(scene.europe.url)
    shopper.follow("Sign in")
    shopper.is_asked_by_provider()
    shopper.press(ADA)
    is_signed_in(shopper.page, scene)


def test_a_shopper_signs_in_renews_and_signs_out(shopper: Shopper, scene: Scene, screenshots: Path) -> None:
    page = shopper.page
    sign_in(shopper, scene)
    expect(page.get_by_role("main")).to_contain_text("ada.lovelace@acme.example")
    expect(page.get_by_role("main")).to_contain_text("market:code:europe")
    page.screenshot(path=screenshots / "europe-account.png")
    shopper.press("Renew now")
    is_signed_in(page, scene)
    expect(page.get_by_role("main")).to_contain_text("once")
    shopper.press("Sign out")
    expect(page).to_have_url(f"{scene.europe.url}/")
    shopper.open(f"{scene.europe.url}/account")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_one_sign_in_opens_both_stores(shopper: Shopper, scene: Scene) -> None:
    shopper.begin()
    shopper.press(ADA)
    shopper.is_signed_in()
    shopper.follow("Morgenrot")
    expect(shopper.page).to_have_url(f"{scene.europe.url}/")
    shopper.follow("Sign in with your company")
    shopper.press("Continue to")
    is_signed_in(shopper.page, scene, path="/")
    shopper.follow("Ledgerleaf")
    expect(shopper.page.locator("header")).to_contain_text(f"Signed in as {ADA}")


def test_a_tile_in_the_providers_portal_opens_the_store(shopper: Shopper, scene: Scene) -> None:
    sign_in(shopper, scene)
    shopper.press("Sign out")
    expect(shopper.page).to_have_url(f"{scene.europe.url}/")
    shopper.open(scene.idp_url)
    shopper.follow("Morgenrot")
    shopper.press(ADA)
    is_signed_in(shopper.page, scene)
    shopper.open(scene.idp_url)
    shopper.follow("Ledgerleaf")
    shopper.press("Continue to")
    expect(shopper.page.locator("header")).to_contain_text(f"Signed in as {ADA}")


def test_no_token_is_in_an_address_a_cookie_or_a_page(shopper: Shopper, scene: Scene) -> None:
    sign_in(shopper, scene)
    tokens = [one.signed_in.access_token for one in scene.europe.sessions.all() if one.signed_in]
    assert tokens
    seen = [*shopper.witness.urls, shopper.page.content()]
    seen += [cookie.get("value", "") for cookie in shopper.page.context.cookies()]
    for token in tokens:
        assert not any(token in text for text in seen)
    assert shopper.page.evaluate("Object.keys(localStorage).length + Object.keys(sessionStorage).length") == 0


def test_the_pages_fit_the_smallest_screen(new_shopper: NewShopper, scene: Scene, screenshots: Path) -> None:
    shopper = new_shopper(viewport={"width": 320, "height": 640})
    shopper.open(scene.europe.url)
    assert overflow(shopper.page) == 0
    sign_in(shopper, scene)
    assert overflow(shopper.page) == 0
    shopper.page.screenshot(path=screenshots / "europe-account-small.png")
    shopper.open(f"{scene.europe.url}/auth/return?code=x&state=y")
    assert overflow(shopper.page) == 0
    shopper.page.screenshot(path=screenshots / "europe-problem-small.png")


def test_pictures_of_the_shop(new_shopper: NewShopper, scene: Scene, screenshots: Path) -> None:
    shopper = new_shopper(viewport={"width": 1000, "height": 560})
    shopper.open(scene.europe.url)
    shopper.page.screenshot(path=screenshots / "europe-home.png", full_page=True)
    shopper.open(f"{scene.europe.platform_url}/_demo/log")
    shopper.page.screenshot(path=screenshots / "europe-platform.png", full_page=True)
    shopper.open(scene.idp_url)
    shopper.page.screenshot(path=screenshots / "europe-portal.png", full_page=True)
