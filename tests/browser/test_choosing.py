"""The page on which a shopper chooses between a store's connections."""

import pytest
from playwright.sync_api import expect

from tests.browser.choices import ACCENT, FEW, MANY, Choices
from tests.browser.conftest import NewShopper
from tests.browser.shopper import ADA, Shopper

pytestmark = pytest.mark.browser


def test_a_store_with_two_connections_asks_which_one(shopper: Shopper, choices: Choices) -> None:
    shopper.open(f"{choices.url}/login/few?return_to=/cart")
    assert shopper.page.locator(".ways a").all_inner_texts() == list(FEW.values())
    shopper.follow(FEW["initech"])
    shopper.press(ADA)
    shopper.is_signed_in()


def test_the_keyboard_is_enough_from_the_choice_to_the_cart(shopper: Shopper, choices: Choices) -> None:
    shopper.open(f"{choices.url}/login/few?return_to=/cart")
    shopper.tab_to(FEW["globex"])
    shopper.tab_to(FEW["initech"])
    shopper.press_enter()
    shopper.tab_to(ADA)
    shopper.press_enter()
    shopper.is_signed_in()


def test_who_does_not_want_to_choose_finds_back_to_the_store(shopper: Shopper, choices: Choices) -> None:
    shopper.open(f"{choices.url}/login/few")
    shopper.follow("Back to the store")
    shopper.is_at_store_unknown()


def test_thirty_connections_stand_in_two_columns_on_a_wide_screen(shopper: Shopper, choices: Choices) -> None:
    shopper.open(f"{choices.url}/login/many")
    links = shopper.page.locator(".ways a")
    expect(links).to_have_count(len(MANY))
    edges = {round(box["x"]) for link in links.all() if (box := link.bounding_box())}
    assert len(edges) == 2
    shopper.page.set_viewport_size({"width": 400, "height": 800})
    edges = {round(box["x"]) for link in links.all() if (box := link.bounding_box())}
    assert len(edges) == 1


def test_an_operators_theme_changes_the_look(new_shopper: NewShopper, choices: Choices) -> None:
    shopper = new_shopper(color_scheme="dark")
    shopper.open(f"{choices.url}/login/few?connection=nobody")
    shopper.is_refused("Sign-in not found")
    expect(shopper.page.get_by_role("link", name="Back to the store")).to_have_css("background-color", ACCENT)
