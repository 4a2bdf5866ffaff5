"""Find a Chromium on this machine and start it, or say why not."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import pytest
from playwright.sync_api import Browser, Error, sync_playwright

_NAMES = ("chromium-headless-shell", "chromium", "google-chrome")  # as scripts/browser.sh looks for them
_ARGUMENTS = (
    "--no-sandbox",  # containers have no user namespaces; only our own pages are opened
    "--disable-gpu",
    "--no-proxy-server",
    # Whatever a page asks for, nothing leaves this machine.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE *.localhost",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running browser. Without one the tests are skipped; they fail when BRIDGE_REQUIRE_BROWSER is 1."""
    path = os.environ.get("BRIDGE_TEST_BROWSER") or next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None:
        _do_without(f"none of {', '.join(_NAMES)} is on the PATH, and BRIDGE_TEST_BROWSER is not set")
    driver = sync_playwright()
    try:
        playwright = driver.start()
    except Exception as error:  # noqa: BLE001 - whatever keeps it from starting, the reason is in its words
        _do_without(f"Playwright's driver does not start: {error}")
    try:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        except Error as error:
            _do_without(f"{path} does not start: {error}")
        yield browser
        browser.close()
    finally:
        playwright.stop()


def _do_without(reason: str) -> NoReturn:
    if os.environ.get("BRIDGE_REQUIRE_BROWSER") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
