"""The pages in each language, in a browser that reads it: nothing cut off, everything named, readable."""

from pathlib import Path
from typing import Any

import pytest

from bridge.domain.languages import LANGUAGES
from bridge.web.languages import texts_of
from tests.browser.choices import Choices
from tests.browser.conftest import NewShopper
from tests.browser.drawing import faintest, overflow
from tests.browser.test_looks import ASKING

pytestmark = pytest.mark.browser

SIZES: dict[str, Any] = {"phone": {"width": 360, "height": 740}, "desktop": {"width": 1280, "height": 800}}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_question_is_whole_and_named_in_each_language(
    new_shopper: NewShopper, choices: Choices, screenshots: Path, language: str, size: str
) -> None:
    page = new_shopper(locale=language, viewport=SIZES[size]).page
    for number, path in enumerate(("few", *ASKING)):
        page.goto(f"{choices.url}/login/{path}")
        assert page.locator("html").get_attribute("lang") == language
        assert overflow(page) == 0, path
        assert faintest(page) >= 4.5, path
        assert page.get_by_role("heading", level=1).count() == 1
        assert page.get_by_text(texts_of(language)["action.back"]).count() == 1
        if path != "few":
            assert page.get_by_label(texts_of(language)["email.label"]).count() == 1
        page.screenshot(path=screenshots / f"language-{language}-{size}-{number}.png")


def test_the_link_of_the_storefront_says_the_language_until_the_end(
    new_shopper: NewShopper, choices: Choices
) -> None:
    page = new_shopper(locale="de").page
    page.goto(f"{choices.url}/login/mixed?ui_locales=fr")
    assert page.get_by_role("heading", level=1).inner_text() == texts_of("fr")["choose.title"]
    page.get_by_label(texts_of("fr")["email.label"]).fill("ada")
    page.keyboard.press("Enter")
    assert page.locator(".note").inner_text() == texts_of("fr")["email.not_an_address"]
