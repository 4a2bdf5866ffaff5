"""Every way in which a token reaches a storefront through the browser, walked by one."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import expect

from bridge.demo.scene import Scene
from tests.browser.conftest import NewShopper
from tests.browser.deliveries import Deliveries
from tests.browser.shopper import ADA, Shopper

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def deliveries(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deliveries]:
    made = Deliveries(scene, tmp_path_factory.mktemp("deliveries"))
    yield made
    made.stop()


def sign_in(shopper: Shopper, deliveries: Deliveries, store: str) -> None:
    shopper.open(f"{deliveries.url}/login/{store}?return_to=/basket")
    shopper.is_asked_by_provider()
    shopper.press(ADA)


def arrives(shopper: Shopper, deliveries: Deliveries) -> None:
    expect(shopper.page.get_by_role("heading", level=1)).to_have_text("Welcome")
    assert shopper.page.url.startswith(deliveries.return_url)


def is_adas(scene: Scene, token: str) -> None:
    """The platform itself says whose token it is, as it would to the storefront."""
    claims = token.split(".")[1]
    owner = json.loads(urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["owner"]
    asked = Request(
        f"{scene.europe.platform_url}/api/customers/{owner['id']}",
        headers={"Authorization": f"Bearer {token}", "Accept": "application/vnd.api+json"},
    )
    with urlopen(asked, timeout=5) as answer:
        assert json.load(answer)["data"]["attributes"]["email"] == "ada.lovelace@acme.example"


def test_by_query_as_the_hosted_applications_take_it(
    shopper: Shopper, deliveries: Deliveries, scene: Scene
) -> None:
    sign_in(shopper, deliveries, "query")
    arrives(shopper, deliveries)
    came = {name: values[0] for name, values in parse_qs(urlsplit(shopper.page.url).query).items()}
    assert {"accessToken", "scope", "expires"} <= came.keys()
    is_adas(scene, came["accessToken"])


def test_by_fragment_which_no_server_on_the_way_sees(
    shopper: Shopper, deliveries: Deliveries, scene: Scene
) -> None:
    sign_in(shopper, deliveries, "fragment")
    arrives(shopper, deliveries)
    parts = urlsplit(shopper.page.url)
    came = {name: values[0] for name, values in parse_qs(parts.fragment).items()}
    is_adas(scene, came["access_token"])
    assert came["access_token"] not in parts.query


@pytest.mark.parametrize("java_script", [True, False])
def test_by_a_form_that_posts_itself_or_by_its_button(
    new_shopper: NewShopper, deliveries: Deliveries, scene: Scene, screenshots: Path, java_script: bool
) -> None:
    shopper = new_shopper(java_script_enabled=java_script)
    sign_in(shopper, deliveries, "form-post")
    if not java_script:
        expect(shopper.page.get_by_role("heading", level=1)).to_have_text("You are signed in")
        shopper.page.screenshot(path=screenshots / "form-post.png")
        shopper.press("Continue to the store")
    arrives(shopper, deliveries)
    assert urlsplit(shopper.page.url).query == ""
    is_adas(scene, deliveries.posted.pop()["access_token"])
