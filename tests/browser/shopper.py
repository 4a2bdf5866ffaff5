"""A person with a browser: what they press and what they read."""

import re

from playwright.sync_api import Page, expect

from bridge.demo.scene import STORE, Scene
from tests.browser.witness import Witness

ADA = "Ada Lovelace"


class Shopper:
    """Presses what is visible, as a person would; `page` is the tab they look at."""

    def __init__(self, page: Page, witness: Witness, scene: Scene) -> None:
        self.page, self.witness, self._scene = page, witness, scene

    def new_tab(self) -> "Shopper":
        """The same person, in another tab."""
        return Shopper(self.page.context.new_page(), self.witness, self._scene)

    def open(self, url: str) -> None:
        self.page.goto(url)

    def follow(self, words: str) -> None:
        """Press the first link that says `words`."""
        self.page.get_by_role("link", name=words).first.click()

    def press(self, words: str) -> None:
        """Press the first button that says `words`."""
        self.page.get_by_role("button", name=words).first.click()

    def is_asked_by_provider(self) -> None:
        """The provider asks who they are."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Who are you today?")

    def is_known_to_provider(self) -> None:
        """The provider remembers them, and asks only whether to go on."""
        expect(self.page.get_by_role("button", name="Continue to")).to_be_visible()

    def fill_cart(self) -> None:
        self.open(self._scene.store_url)
        self.page.get_by_role("button", name=re.compile("^Add")).first.click()
        expect(self.page.locator(".basket .count")).to_have_text("1")
        self.open(f"{self._scene.store_url}/cart")

    def begin(self, return_to: str = "/cart") -> None:
        """Go to the bridge as the store's link would; the provider asks who this is."""
        self.open(f"{self._scene.bridge_url}/login/{STORE}?return_to={return_to}")
        self.is_asked_by_provider()

    def is_signed_in(self, name: str = ADA, path: str = "/cart") -> None:
        """The store's page at `path` greets them by `name`."""
        expect(self.page).to_have_url(f"{self._scene.store_url}{path}")
        expect(self.page.locator("header")).to_contain_text(f"Signed in as {name}")

    def is_at_store_unknown(self) -> None:
        """A page of the store that still offers to sign in."""
        expect(self.page).to_have_url(re.compile(re.escape(self._scene.store_url)))
        expect(self.page.locator("header")).to_contain_text("Sign in")

    def is_refused(self, title: str) -> str:
        """A refusal page with this title, and a reference that can be read out; the reference."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(title)
        reference = self.page.locator(".reference code").inner_text()
        assert re.fullmatch("[0-9a-z]{8}", reference)
        return reference

    def tab_to(self, words: str) -> None:
        """Move the focus with the Tab key until it is on `words`, and see where it is."""
        for _ in range(40):
            self.page.keyboard.press("Tab")
            text, width = self.page.evaluate(
                "() => { const it = document.activeElement;"
                " return [it.innerText, parseFloat(getComputedStyle(it).outlineWidth)] }"
            )
            if words in text and self.page.evaluate("document.activeElement !== document.body"):
                assert width >= 2, f"the focus on {words!r} cannot be seen"
                return
        raise AssertionError(f"the Tab key never came to {words!r}")

    def press_enter(self) -> None:
        """On what has the focus, and wait for the page to which it leads."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
