"""Sign-outs that nobody asked for, and what else a link to /logout or /signed-out could be good for."""

import pytest

from bridge.domain.refusal import Reason
from tests.journeys.browser import CLICK, Browser
from tests.journeys.stage import Stage, query_of
from tests.web.leaving import (
    FROM_ELSEWHERE,
    FROM_US,
    asks,
    at_store_known,
    from_store,
    logout_url,
    sessions,
    sid_of,
    signed_in,
)

pytestmark = pytest.mark.usefixtures("bridge")
EVIL = "https://evil.example"

#: Requests that another site can cause, and what they are answered with.
CAUSED = {
    "picture": (
        {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image", "Sec-Fetch-Site": "cross-site"},
        400,
    ),
    "frame": (
        {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "cross-site"},
        400,
    ),
    "script": ({"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty", "Sec-Fetch-Site": "cross-site"}, 400),
    "prefetch": ({**FROM_US, "Sec-Purpose": "prefetch;prerender"}, 204),
    "older prefetch": ({**CLICK, "Purpose": "prefetch"}, 204),
    "link": (FROM_ELSEWHERE, 200),
    "link that hides where it is": ({**CLICK, "Sec-Fetch-Site": "cross-site"}, 200),
    "picture in an older browser": ({"Accept": "image/*", "Referer": f"{EVIL}/"}, 200),
    "store in the referrer's path": ({**CLICK, "Referer": f"{EVIL}/http://127.0.0.1"}, 200),
    "no origin at all": ({**CLICK, "Origin": "null"}, 200),
}


@pytest.mark.parametrize("how", CAUSED)
def test_another_site_signs_nobody_out(stage: Stage, how: str) -> None:
    headers, status = CAUSED[how]
    browser = signed_in(stage)
    before, cookies = sessions(stage), browser.cookies()
    answer = browser.fetch(logout_url(stage, "return_to=/"), headers=headers)
    assert answer.status == status
    assert not answer.set_cookies
    assert status != 200 or asks(answer)
    assert sessions(stage) == before
    assert browser.cookies() == cookies
    assert at_store_known(stage, browser)


def test_head_changes_nothing(stage: Stage) -> None:
    browser = signed_in(stage)
    before = sessions(stage)
    assert browser.fetch(logout_url(stage), method="HEAD", headers=from_store(stage)).status == 204
    assert sessions(stage) == before


FORMS = {
    "cross-site": {"Sec-Fetch-Site": "cross-site", "Origin": EVIL},
    "a sibling of our domain": {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:1"},
    "an older browser": {"Origin": EVIL},
    "a sandboxed page": {"Origin": "null"},
    "nothing told": {},
}


@pytest.mark.parametrize("how", FORMS)
def test_a_form_of_another_origin_only_makes_the_bridge_ask(stage: Stage, how: str) -> None:
    browser = signed_in(stage)
    before = sessions(stage)
    answer = browser.fetch(logout_url(stage), form={"return_to": "/"}, headers={**CLICK, **FORMS[how]})
    assert asks(answer)
    assert sessions(stage) == before


def test_the_page_that_asks_is_never_in_a_frame(stage: Stage) -> None:
    page = Browser().fetch(logout_url(stage), headers=FROM_ELSEWHERE)
    assert asks(page)
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["X-Frame-Options"] == "DENY"
    assert 'name="referrer" content="same-origin"' in page.text, "else older browsers hide whose form it is"


def test_the_name_of_another_session_proves_nothing(stage: Stage) -> None:
    browser, other = signed_in(stage), signed_in(stage, person="Grace Hopper")
    for sid in (sid_of(other), "x", "", sid_of(browser)[:-1]):
        assert asks(browser.fetch(logout_url(stage, f"sid={sid}"), headers=FROM_ELSEWHERE))
    assert asks(Browser().fetch(logout_url(stage, f"sid={sid_of(browser)}"), headers=FROM_ELSEWHERE))


def test_a_handle_of_another_store_ends_nothing(stage: Stage) -> None:
    browser = signed_in(stage)
    before, handle = sessions(stage), browser.cookies()["bridge-session-us"]
    answer = Browser().fetch(
        logout_url(stage, store="mixed"), headers={**FROM_US, "Cookie": f"bridge-session-mixed={handle}"}
    )
    assert "id_token_hint" not in answer.location
    assert sessions(stage) == before


@pytest.mark.parametrize(
    "goal",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/%2f%2fevil.example/..",
        "javascript:alert(1)",
        "/a%0d%0aSet-Cookie:x=y",
        "/" + "a" * 3000,
        "",
    ],
)
def test_it_ends_on_no_address_of_the_request(stage: Stage, goal: str) -> None:
    browser = signed_in(stage)
    url = f"{logout_url(stage)}?return_to={goal}"
    state = query_of(browser.fetch(url, headers=from_store(stage)).location)["state"]
    answer = browser.fetch(f"{stage.bridge_url}/signed-out/us?state={state}&return_to={goal}")
    assert answer.location.startswith(f"{stage.store_url}/login/token/")
    assert "evil" not in answer.location
    assert len(answer.headers.get_all("Set-Cookie", [])) == 1


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("logout/us?return_to=/a&return_to=/b", Reason.BAD_REQUEST),
        ("logout/us?sid=a&sid=b", Reason.BAD_REQUEST),
        ("signed-out/us?state=a&state=b", Reason.BAD_REQUEST),
        ("signed-out/us?state=a&error=b&error=c", Reason.BAD_REQUEST),
        ("logout/nowhere", Reason.STORE_UNKNOWN),
        ("signed-out/nowhere?state=x", Reason.STORE_UNKNOWN),
        ("logout/us?return_to=/" + "a" * 9000, Reason.TOO_LARGE),
        ("signed-out/us?state=" + "a" * 9000, Reason.TOO_LARGE),
        ("logout/us?return_to=%ff%fe", None),
    ],
)
def test_odd_requests_are_refused_or_asked_about(stage: Stage, path: str, reason: Reason | None) -> None:
    answer = Browser().fetch(f"{stage.bridge_url}/{path}", headers=FROM_US)
    assert answer.refusal == (reason.value if reason else "")
    assert answer.status < 500
    assert not answer.set_cookies
