"""The profile RP-Initiated Logout RP: 3 modules."""

import pytest

from tests.conformance.module import Module
from tests.conformance.suite import Suite
from tests.conformance.verdicts import PASSED, signed_out
from tests.journeys.browser import Answer, Browser

pytestmark = pytest.mark.slow


def sign_in_and_out(suite: Suite, module: Module) -> tuple[Browser, Answer]:
    # The suite looks at requests alone; a store has to take the person before they can leave it.
    module.change_userinfo = lambda claims: {**claims, "email_verified": True}
    browser = Browser()
    suite.sign_in_with(browser, module)
    return browser, suite.sign_out(module, browser)


def is_known(suite: Suite, browser: Browser) -> bool:
    return "Signed in as" in browser.fetch(f"{suite.store_url}/").text


def test_oidcc_client_test_rp_init_logout(suite: Suite, module: Module) -> None:
    browser, page = sign_in_and_out(suite, module)
    assert signed_out(module) == PASSED
    assert page.url == f"{suite.store_url}/login.php?action=logout"
    assert not is_known(suite, browser)


def test_oidcc_client_test_rp_init_logout_other_state(suite: Suite, module: Module) -> None:
    module.change_state = lambda state: f"{state}1"
    browser, page = sign_in_and_out(suite, module)
    assert signed_out(module) == PASSED
    handled(suite, browser, page)


def test_oidcc_client_test_rp_init_logout_no_state(suite: Suite, module: Module) -> None:
    module.change_state = lambda _: None
    browser, page = sign_in_and_out(suite, module)
    assert signed_out(module) == PASSED
    handled(suite, browser, page)


def handled(suite: Suite, browser: Browser, page: Answer) -> None:
    """The bridge's own page, without an effect: what the answer says was not brought by our request."""
    assert page.url.startswith(f"{suite.bridge_url}/signed-out/")
    assert page.status == 200
    assert "Nothing was changed" in page.text
    assert not page.set_cookies
    assert is_known(suite, browser), "the store's sign-out is begun by nobody else"
