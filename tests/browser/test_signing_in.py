"""From the store to the provider and back, as shoppers do it."""

import pytest
from playwright.sync_api import expect

from bridge.demo.scene import Scene
from tests.browser.choices import Choices
from tests.browser.conftest import NewShopper
from tests.browser.shopper import ADA, Shopper

pytestmark = pytest.mark.browser


def test_a_shopper_signs_in_from_the_cart_and_comes_back_to_it(shopper: Shopper) -> None:
    shopper.fill_cart()
    shopper.follow("Sign in to check out")
    shopper.press(ADA)
    shopper.is_signed_in()
    expect(shopper.page.get_by_role("button", name="Place the order")).to_be_visible()


def test_two_tabs_finished_in_reverse_order_are_both_signed_in(shopper: Shopper) -> None:
    other = shopper.new_tab()
    shopper.begin("/cart")
    other.begin("/account.php")
    other.press(ADA)
    other.is_signed_in(path="/account.php")
    shopper.press(ADA)
    shopper.is_signed_in(path="/cart")


def test_the_back_button_after_signing_in_shows_no_error(shopper: Shopper) -> None:
    shopper.fill_cart()
    shopper.follow("Sign in to check out")
    shopper.press(ADA)
    shopper.is_signed_in()
    shopper.page.go_back()
    shopper.is_known_to_provider()  # nothing of the way in between is a page to come back to
    shopper.page.go_forward()
    shopper.is_signed_in()


def test_going_back_and_on_again_signs_in_again(shopper: Shopper) -> None:
    shopper.begin()
    shopper.press(ADA)
    shopper.is_signed_in()
    shopper.page.go_back()
    shopper.press("Continue to")
    shopper.is_signed_in()


def test_reloading_the_landing_page_is_harmless(shopper: Shopper) -> None:
    shopper.begin()
    shopper.press(ADA)
    shopper.is_signed_in()
    shopper.page.reload()
    shopper.is_signed_in()


def test_the_providers_answer_opened_again_from_the_history_signs_in_again(shopper: Shopper) -> None:
    shopper.begin()
    shopper.press(ADA)
    shopper.is_signed_in()
    shopper.open(shopper.witness.callback())
    shopper.is_signed_in()


def test_a_second_visit_needs_no_second_choice_of_person(shopper: Shopper, scene: Scene) -> None:
    shopper.begin()
    shopper.press(ADA)
    shopper.is_signed_in()
    shopper.open(f"{scene.store_url}/login.php?action=logout")
    shopper.open(f"{scene.store_url}/cart")
    shopper.follow("Sign in")
    shopper.press("Continue to")
    shopper.is_signed_in()


@pytest.mark.parametrize("name", ["山田 花子", "Zoë Müller-Ångström"])
def test_a_name_outside_ascii_is_right_in_the_store(shopper: Shopper, name: str) -> None:
    shopper.begin()
    shopper.press(name)
    # The platform has a first and a last name and shows them in that order, whatever the language.
    shown = " ".join(reversed(name.split())) if name.startswith("山") else name
    shopper.is_signed_in(shown)


def test_signing_in_needs_no_javascript(new_shopper: NewShopper) -> None:
    shopper = new_shopper(java_script_enabled=False)
    shopper.fill_cart()
    shopper.follow("Sign in to check out")
    shopper.press(ADA)
    shopper.is_signed_in()


def test_bridge_provider_and_store_may_be_different_sites(shopper: Shopper, choices: Choices) -> None:
    shopper.open(f"{choices.url}/login/few?connection=globex&return_to=/cart")
    shopper.press(ADA)
    shopper.is_signed_in()


def test_the_bridges_cookies_are_kept_from_scripts_and_from_other_sites(shopper: Shopper) -> None:
    shopper.begin()
    shopper.press(ADA)
    shopper.is_signed_in()
    cookies = [one for one in shopper.page.context.cookies() if one.get("name", "").startswith("bridge-")]
    assert cookies
    for cookie in cookies:
        assert cookie.get("httpOnly")
        assert cookie.get("sameSite") == "Lax"


def test_sign_ins_that_are_never_finished_do_not_pile_up_cookies(shopper: Shopper, scene: Scene) -> None:
    for _ in range(8):
        shopper.open(f"{scene.store_url}/cart")
        shopper.follow("Sign in")
        shopper.is_asked_by_provider()
    names = [cookie.get("name", "") for cookie in shopper.page.context.cookies()]
    assert 1 <= len([name for name in names if name.startswith("bridge-attempt-")]) <= 5
    shopper.press(ADA)
    shopper.is_signed_in()
