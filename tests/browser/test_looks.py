"""What a picture would show: readable, reachable, nothing cut off."""

from pathlib import Path
from typing import Any, Literal

import pytest

from bridge.demo.scene import Scene
from bridge.domain.refusal import Reason
from bridge.web.lean import App
from tests.browser.choices import Choices
from tests.browser.conftest import NewShopper
from tests.browser.drawing import drawn, faintest, overflow, show
from tests.browser.shopper import Shopper

pytestmark = pytest.mark.browser

WRONG = "typed=1&login_hint=ada.lovelace%40acme"
NAMES = {
    "email": "typed",
    "email-wrong": f"typed?{WRONG}",
    "mixed": "mixed",
    "mixed-wrong": f"mixed?{WRONG}",
    "mixed-nobodys": "mixed?typed=1&login_hint=ada%40nowhere.example",
}
ASKING = tuple(NAMES.values())
TITLE_END = " \N{EN DASH} sign-in"
DESKTOP: Any = {"viewport": {"width": 1280, "height": 800}}
MOBILE: Any = {"viewport": {"width": 360, "height": 740}}
SMALLEST: Any = {"viewport": {"width": 320, "height": 640}}
ZOOMED: Any = {"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2}  # 200 % on 1280 x 800


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_what_is_behind_them(
    new_shopper: NewShopper, scene: Scene, choices: Choices, scheme: Literal["light", "dark"]
) -> None:
    page = new_shopper(color_scheme=scheme).page
    for reason in drawn(page, scene.bridge_url):
        assert faintest(page) >= 4.5, reason
    for path in ("few", *ASKING):
        page.goto(f"{choices.url}/login/{path}")
        assert faintest(page) >= 4.5, path


def test_no_refusal_is_wider_than_the_smallest_screen(new_shopper: NewShopper, scene: Scene) -> None:
    page = new_shopper(**SMALLEST).page
    for reason in drawn(page, scene.bridge_url, reference="4kq2x9vz" * 8):
        assert overflow(page) == 0, reason


def test_no_choice_is_wider_than_the_smallest_screen(new_shopper: NewShopper, choices: Choices) -> None:
    page = new_shopper(**SMALLEST).page
    for path in ("few", "many", *ASKING):
        page.goto(f"{choices.url}/login/{path}")
        assert overflow(page) == 0, path


def test_what_can_be_pressed_is_large_enough_for_a_thumb(
    new_shopper: NewShopper, scene: Scene, choices: Choices
) -> None:
    page = new_shopper(**MOBILE).page
    page.goto(f"{choices.url}/login/many")
    boxes = [link.bounding_box() for link in page.get_by_role("link").all()]
    page.goto(f"{scene.bridge_url}/healthz")
    show(page, App("bridge.web", static_url_path="/static"), Reason.ACCESS_DENIED)
    boxes += [link.bounding_box() for link in page.get_by_role("link").all()]
    assert len(boxes) == 34
    page.goto(f"{choices.url}/login/typed")
    boxes += [page.get_by_label("Work e-mail").bounding_box(), page.get_by_role("button").bounding_box()]
    assert all(box is not None and box["height"] >= 44 and box["width"] >= 44 for box in boxes)


def test_a_screen_reader_finds_its_way(shopper: Shopper, scene: Scene, choices: Choices) -> None:
    page = shopper.page
    headings = page.get_by_role("heading", level=1)
    for reason in drawn(page, scene.bridge_url):
        assert page.title() == f"{reason.words.title}{TITLE_END}"
        assert page.get_by_role("main").get_by_role("heading", level=1).all_inner_texts() == [
            reason.words.title
        ]
    page.goto(f"{choices.url}/login/few")
    assert page.title() == f"{headings.inner_text()}{TITLE_END}"
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.get_by_role("main").get_by_role("list").get_by_role("link").count() == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pictures_for_a_person_to_look_at(
    new_shopper: NewShopper,
    scene: Scene,
    choices: Choices,
    screenshots: Path,
    scheme: Literal["light", "dark"],
) -> None:
    app = App("bridge.web", static_url_path="/static")
    for size, options in {"desktop": DESKTOP, "mobile": MOBILE, "small": SMALLEST, "zoomed": ZOOMED}.items():
        page = new_shopper(color_scheme=scheme, **options).page
        page.goto(f"{scene.bridge_url}/healthz")
        for reason in (
            Reason.ACCESS_DENIED,
            Reason.CUSTOMER_UNKNOWN,
            Reason.COOKIE_MISSING,
            Reason.INTERNAL_ERROR,
        ):
            show(page, app, reason)
            page.screenshot(path=screenshots / f"{reason.value}-{size}-{scheme}.png")
        for name, path in {"few": "few", "many": "many", **NAMES}.items():
            page.goto(f"{choices.url}/login/{path}")
            page.screenshot(path=screenshots / f"chooser-{name}-{size}-{scheme}.png")
    assert len(list(screenshots.glob(f"*-{scheme}.png"))) >= 18
