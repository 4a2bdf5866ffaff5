"""Coming back from a provider: who holds no ticket of a sign-out gets nothing from it; and Redis away."""

import pytest

from tests.journeys.browser import CLICK, Browser
from tests.journeys.process import BridgeProcess
from tests.journeys.stage import Stage, query_of
from tests.web.leaving import FROM_US, at_store_known, from_store, logout_url, signed_in

pytestmark = pytest.mark.usefixtures("bridge")


@pytest.mark.parametrize("query", ["", "state=", "state=wrong", "state=wrong&error=x", "error=access_denied"])
def test_coming_back_with_another_state_has_no_effect(stage: Stage, query: str) -> None:
    browser = signed_in(stage)
    state = query_of(browser.fetch(logout_url(stage), headers=from_store(stage)).location)["state"]
    page = browser.fetch(f"{stage.bridge_url}/signed-out/us?{query}")
    assert page.status == 200
    assert "Nothing was changed" in page.text
    assert not page.set_cookies
    assert "evil" not in page.text
    stranger = Browser().fetch(f"{stage.bridge_url}/signed-out/us?state={state}")
    assert "Nothing was changed" in stranger.text, "a login token is never for another browser"
    assert "login/token" not in stranger.text + stranger.location
    elsewhere = browser.fetch(f"{stage.bridge_url}/signed-out/mixed?state={state}")
    assert "Nothing was changed" in elsewhere.text, "nor for another store"


def test_a_ticket_that_somebody_wrote_or_that_is_of_a_sign_in_is_none(stage: Stage) -> None:
    browser = Browser()
    stage.depart(browser)
    ((name, ticket),) = browser.cookies("bridge-attempt-").items()
    state = name.removeprefix("bridge-attempt-")
    for value in (ticket, "x", ticket[:-1], "WyJhIl0.x"):
        page = Browser().fetch(
            f"{stage.bridge_url}/signed-out/us?state={state}",
            headers={**FROM_US, "Cookie": f"bridge-leaving-{state}={value}"},
        )
        assert "Nothing was changed" in page.text


def test_coming_back_in_a_frame_or_by_a_script_uses_no_ticket(stage: Stage) -> None:
    browser = signed_in(stage)
    state = query_of(browser.fetch(logout_url(stage), headers=from_store(stage)).location)["state"]
    url = f"{stage.bridge_url}/signed-out/us?state={state}"
    assert browser.fetch(url, headers={**CLICK, "Sec-Fetch-Dest": "iframe"}).refusal == "not_a_navigation"
    assert browser.fetch(url, headers={**CLICK, "Sec-Purpose": "prefetch"}).status == 204
    assert browser.fetch(url).location.startswith(f"{stage.store_url}/login/token/")


def test_nobody_is_signed_in_by_a_sign_out(stage: Stage) -> None:
    """Login CSRF: a sign-out that somebody began with their own account, finished in another browser."""
    mallory, victim = signed_in(stage, person="Grace Hopper"), signed_in(stage)
    state = query_of(mallory.fetch(logout_url(stage), headers=from_store(stage)).location)["state"]
    victim.walk(f"{stage.bridge_url}/signed-out/us?state={state}")
    assert at_store_known(stage, victim)
    assert "Grace" not in victim.fetch(f"{stage.store_url}/").text


def test_without_redis_nobody_is_told_that_they_are_signed_out(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with Stage(tmp_path_factory.mktemp("no-redis")) as stage:
        process: BridgeProcess = stage.serve()
        browser = signed_in(stage)
        before = browser.cookies("bridge-session-")
        stage.redis_server.kill()
        page = browser.fetch(logout_url(stage, "return_to=/cart"), headers=from_store(stage))
        assert (page.status, page.refusal) == (503, "sign_out_incomplete")
        assert int(page.headers["Retry-After"]) > 0
        assert "You are not signed out yet" in page.text
        assert 'href="/logout/us?return_to=%2Fcart"' in page.text
        assert browser.cookies("bridge-session-") == before, "trying again has to find the session"
        assert not browser.cookies("bridge-attempt-")
        assert browser.cookies("bridge-signed-out")
        stage.redis_server.restart()
        again = browser.fetch(logout_url(stage), headers=FROM_US)
        assert again.location.startswith(f"{stage.acme.url}/end-session?")
        process.kill()
