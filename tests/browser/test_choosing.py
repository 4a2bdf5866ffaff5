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
    other = shopper.page.get_by_role("link", name="Another way to sign in")
    expect(other).to_have_css("background-color", ACCENT)


def test_the_address_at_work_shows_the_way_to_the_cart(shopper: Shopper, choices: Choices) -> None:
    shopper.open(f"{choices.url}/login/typed?return_to=/cart")
    field = shopper.page.get_by_role("textbox", name="Work e-mail")
    expect(field).to_be_focused()
    field.fill("ada@acme.example")
    shopper.press("Continue")
    shopper.press(ADA)
    shopper.is_signed_in()


def test_the_keyboard_is_enough_and_back_leads_to_the_field(shopper: Shopper, choices: Choices) -> None:
    shopper.open(f"{choices.url}/login/typed?return_to=/cart")
    expect(shopper.page.get_by_role("textbox", name="Work e-mail")).to_be_focused()
    shopper.page.keyboard.type("eve@stranger.example")
    shopper.page.keyboard.press("Enter")
    shopper.is_asked_by_provider()
    shopper.page.go_back()
    expect(shopper.page.get_by_role("textbox", name="Work e-mail")).to_be_visible()


def test_no_script_is_needed_to_leave_by_the_address(new_shopper: NewShopper, choices: Choices) -> None:
    shopper = new_shopper(java_script_enabled=False)
    shopper.open(f"{choices.url}/login/typed")
    shopper.page.get_by_label("Work e-mail").fill("ada@acme.example")
    shopper.press("Continue")
    shopper.is_asked_by_provider()


def test_a_slip_is_told_to_eyes_and_ears_and_what_was_typed_stays(shopper: Shopper, choices: Choices) -> None:
    shopper.open(f"{choices.url}/login/typed?return_to=/cart")
    field = shopper.page.get_by_role("textbox", name="Work e-mail")
    field.fill("ada.lovelace")
    shopper.press("Continue")
    expect(field).to_have_value("ada.lovelace")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description("Enter an e-mail address in the form name@company.com.")
    assert shopper.page.title().startswith("Error: ")
    field.fill("ada@acme.example")
    shopper.press("Continue")
    shopper.press(ADA)
    shopper.is_signed_in()


def test_who_was_refused_by_the_address_finds_another_way(shopper: Shopper, choices: Choices) -> None:
    shopper.open(f"{choices.url}/login/mixed?return_to=/cart&connection=acme")
    shopper.press("Eve Outsider")
    shopper.is_refused("That account is not one for this sign-in")
    shopper.follow("Another way to sign in")
    shopper.follow(FEW["globex"])
    shopper.press("Use another account")
    shopper.press(ADA)
    shopper.is_signed_in()
    shopper.open(f"{choices.url}/login/mixed")
    shopper.is_known_to_provider()
