"""Redis goes away while somebody is at the provider: what a real browser does with the page's button."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.stage import Stage

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("store", "person"), [("us", "Ada Lovelace"), ("post", "Eve Outsider")])
def test_try_again_goes_on_once_redis_is_back(
    browser: Browser, tmp_path: Path, store: str, person: str
) -> None:
    """An answer by form_post cannot be repeated by a link: it begins again, and the provider knows them."""
    with Stage(tmp_path) as stage, browser.new_context() as context:
        stage.serve()
        page = context.new_page()
        page.goto(stage.login_url(store, return_to="/cart"))
        stage.redis_server.kill()
        page.get_by_role("button", name=person).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Signing in is not possible right now")
        page.get_by_role("link", name="Try again").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Signing in is not possible right now")
        stage.redis_server.restart()
        asked = len(stage.acme.requests("/authorize"))
        page.get_by_role("link", name="Try again").click()
        expect(page).to_have_url(f"{stage.store_url}/cart")
        assert len(stage.acme.requests("/authorize")) == asked
