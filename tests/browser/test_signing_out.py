"""Signing out on a machine that many share: nothing of the one before is left for the next."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from bridge.demo.scene import STORE, Scene
from tests.browser.conftest import NewShopper
from tests.browser.drawing import overflow
from tests.browser.shopper import ADA, Shopper

pytestmark = pytest.mark.browser
GRACE = "Grace Hopper"


def asks_who(shopper: Shopper) -> None:
    """The provider asks, and offers to go on as nobody."""
    expect(shopper.page.get_by_role("heading", level=1)).to_have_text("Sign in again")
    expect(shopper.page.get_by_role("button", name="Continue to")).to_have_count(0)


def sign_in_and_out(shopper: Shopper, scene: Scene) -> None:
    shopper.open(f"{scene.store_url}/cart")
    shopper.follow("Sign in")
    shopper.press(ADA)
    shopper.is_signed_in()
    shopper.follow("Sign out")
    expect(shopper.page).to_have_url(f"{scene.store_url}/login.php?action=logout")
    expect(shopper.page.get_by_role("heading", level=1)).to_have_text("You are signed out")


def test_on_a_shared_machine_the_next_person_is_asked_who_she_is(shopper: Shopper, scene: Scene) -> None:
    sign_in_and_out(shopper, scene)
    shopper.open(f"{scene.store_url}/cart")
    shopper.follow("Sign in")
    asks_who(shopper)
    shopper.press(GRACE)
    shopper.is_signed_in(GRACE)


def test_the_back_button_shows_nothing_of_who_was_there_before(shopper: Shopper, scene: Scene) -> None:
    sign_in_and_out(shopper, scene)
    for _ in range(6):
        shopper.page.go_back()
        expect(shopper.page.locator("body")).not_to_contain_text(f"Signed in as {ADA}")
    shopper.open(shopper.witness.callback())
    expect(shopper.page.locator("body")).not_to_contain_text(ADA)
    shopper.open(f"{scene.store_url}/cart")
    expect(shopper.page.locator("header")).not_to_contain_text(ADA)


def test_one_sign_out_ends_the_single_sign_on_of_the_other_store(shopper: Shopper, scene: Scene) -> None:
    sign_in_and_out(shopper, scene)
    shopper.open(scene.europe.url)
    shopper.follow("Sign in with your company")
    asks_who(shopper)


def test_a_link_in_an_e_mail_or_on_another_site_asks_first(
    shopper: Shopper, scene: Scene, screenshots: Path
) -> None:
    shopper.begin()
    shopper.press(ADA)
    shopper.is_signed_in()
    page, url = shopper.page, f"{scene.bridge_url}/logout/{STORE}"
    page.route("http://evil.localhost/", lambda route: route.fulfill(
        content_type="text/html",
        body=f'<meta name="referrer" content="no-referrer"><a href="{url}">A prize</a>',
    ))  # fmt: skip
    shopper.open("http://evil.localhost/")
    shopper.follow("A prize")
    expect(page.get_by_role("heading", level=1)).to_have_text("Do you want to sign out?")
    page.screenshot(path=screenshots / "sign-out-asked.png")
    shopper.open(f"{scene.store_url}/cart")
    shopper.is_signed_in()
    page.go_back()
    shopper.press("Sign out")
    expect(page).to_have_url(f"{scene.store_url}/login.php?action=logout")


def test_it_needs_no_javascript(new_shopper: NewShopper, scene: Scene) -> None:
    shopper = new_shopper(java_script_enabled=False)
    sign_in_and_out(shopper, scene)
    shopper.open(f"{scene.bridge_url}/logout/{STORE}")
    shopper.press("Sign out")
    shopper.press("Go on")  # at the provider, where nobody is signed in any more
    expect(shopper.page).to_have_url(f"{scene.store_url}/login.php?action=logout")


def test_the_receipt_tells_what_was_not_ended_and_goes_on_by_itself(
    new_shopper: NewShopper, scene: Scene, screenshots: Path
) -> None:
    shopper = new_shopper(viewport={"width": 320, "height": 640})
    shopper.begin()
    shopper.press(ADA)
    shopper.is_signed_in()
    page = shopper.page
    # As the browser would, but for the way to the provider, which is to say no.
    left = page.context.request.get(
        f"{scene.bridge_url}/logout/{STORE}", headers={"Referer": f"{scene.store_url}/"}, max_redirects=0
    )
    state = left.headers["location"].partition("state=")[2].partition("&")[0]
    shopper.open(f"{scene.bridge_url}/signed-out/{STORE}?state={state}&error=server_error")
    expect(page.get_by_role("heading", level=1)).to_have_text("You are not signed out everywhere")
    assert overflow(page) == 0
    page.screenshot(path=screenshots / "signed-out-receipt.png", full_page=True)
    shopper.follow("Continue")
    expect(page).to_have_url(f"{scene.store_url}/login.php?action=logout")
