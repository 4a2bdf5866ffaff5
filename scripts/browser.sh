#!/bin/sh
# Finds what the browser tests need, or installs it where that takes no question (root on Debian): a browser, and
# libatomic for Playwright's own driver. The tests look in the same places and skip, with the reason, without one.
# BRIDGE_REQUIRE_BROWSER=1 (set in CI) makes that a failure: a silent skip there would hide a broken page.
set -eu
cd "$(dirname "$0")/.."

browser() {
    [ -z "${BRIDGE_TEST_BROWSER-}" ] || return 0
    for name in chromium-headless-shell chromium google-chrome; do
        ! command -v "$name" >/dev/null || return 0
    done
    return 1
}
driver() { .venv/bin/playwright --version >/dev/null 2>&1; }
ready() { browser && driver; }

! ready || exit 0

if command -v apt-get >/dev/null && [ "$(id -u)" -eq 0 ]; then
    echo "Installing what the browser tests need (up to 80 MB) …"
    browser || sh scripts/apt.sh chromium-headless-shell 2>/dev/null || sh scripts/apt.sh chromium || true
    driver || sh scripts/apt.sh libatomic1 || true
    ! ready || exit 0
fi

{
    browser || echo "There is no browser here for the browser tests. Install chromium-headless-shell, chromium or" \
        "google-chrome, or name any Chromium: BRIDGE_TEST_BROWSER=/path/to/it make test"
    driver || echo "Playwright's driver does not start, so the browser tests cannot run. On Debian or Ubuntu:" \
        "apt-get install libatomic1. It said: $(.venv/bin/playwright --version 2>&1 | tail -n 1)"
    [ "${BRIDGE_REQUIRE_BROWSER:-0}" != 1 ] || exit 1
    echo "Going on without the browser tests."
} >&2
