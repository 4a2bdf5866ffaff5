"""Sign-out from either side: logout tokens behind the browser's back, and the browser's own way there and back."""

import time
from urllib.parse import urljoin, urlsplit

import pytest

from tests.interop.conftest import Meet
from tests.interop.meeting import Meeting
from tests.interop.provider import Json
from tests.journeys.browser import Answer, Browser
from tests.journeys.stage import query_of

pytestmark = pytest.mark.slow

CLIENT = {
    "backchannel_logout_uri": "BRIDGE/backchannel-logout/acme",
    "backchannel_logout_session_required": True,
    "post_logout_redirect_uris": ["BRIDGE/signed-out/us"],
}


def provider(*, sends: bool = True, person: Json | None = None, **configuration: object) -> Json:
    features = {"backchannelLogout": {"enabled": sends}}
    return {"person": person or {}, "configuration": {"features": features, **configuration}}


def says_yes(met: Meeting, browser: Browser, page: Answer) -> Answer:
    """To the provider's own question; the answer to that."""
    assert page.url.startswith(f"{met.provider.issuer}/session/end"), met.story(page)
    assert "Yes, sign me out" in page.text
    asked = [(name, value) for name, value in page.form.fields if name == "xsrf"]
    return browser.walk(urljoin(page.url, page.form.action), form=[*asked, ("logout", "yes")])


def sign_out_at_the_provider(met: Meeting, browser: Browser) -> None:
    end = says_yes(met, browser, browser.walk(f"{met.provider.issuer}/session/end"))
    assert end.status == 200, met.story(end)


@pytest.mark.parametrize("keys", ["RS256", "ES256"])
def test_signed_out_there_the_session_here_ends_and_no_other(meet: Meet, keys: str) -> None:
    client = {**CLIENT, "id_token_signed_response_alg": keys}
    met = meet(client=client, provider=provider())
    here, elsewhere, eve = Browser(), Browser(), Browser()
    met.signs_in("ada", browser=here)
    met.signs_in("ada", browser=elsewhere)
    met.signs_in("eve", browser=eve)
    assert met.signed_in() == ["ada", "ada", "eve"]

    sign_out_at_the_provider(met, here)
    (told,) = met.asked("backchannel")
    assert (told.status, told.fault, told.body["sub"]) == (200, "", "ada")
    assert met.signed_in() == ["ada", "eve"]

    sign_out_at_the_provider(met, eve)
    assert met.signed_in() == ["ada"]
    sign_out_at_the_provider(met, elsewhere)
    assert met.signed_in() == []
    assert [one.status for one in met.asked("backchannel")] == [200, 200, 200]


def test_a_client_that_asks_for_no_session_ids_is_told_of_the_person(meet: Meet) -> None:
    """Then all of hers end: nobody says which of them was meant."""
    met = meet(client={**CLIENT, "backchannel_logout_session_required": False}, provider=provider())
    here, elsewhere = Browser(), Browser()
    met.signs_in("ada", browser=here)
    met.signs_in("ada", browser=elsewhere)
    met.signs_in("eve")
    sign_out_at_the_provider(met, here)
    (told,) = met.asked("backchannel")
    assert (told.status, told.fault) == (200, "")
    assert met.signed_in() == ["eve"]


def test_a_token_under_keys_that_came_after_the_sign_in_counts_as_well(meet: Meet) -> None:
    met = meet(client=CLIENT, provider=provider())
    browser = Browser()
    met.signs_in("ada", browser=browser)
    met.provider.change(keys="rotated")
    # A replaced provider has forgotten everybody: she signs in there once more, with the new keys.
    met.signs_in("ada", browser=browser)
    sign_out_at_the_provider(met, browser)
    assert [one.status for one in met.asked("backchannel")] == [200]
    assert len(met.signed_in()) == 1, "the one of a session that this provider knows no more"


def test_another_client_s_token_is_refused(meet: Meet) -> None:
    """It was sent to our address, for whatever reason: its audience is somebody else."""
    another = {"client_id": "another"}
    met = meet(client={**CLIENT, **another}, provider=provider(), connection=another)
    browser = Browser()
    met.signs_in("ada", browser=browser)
    met.restart()  # as the client that it is in all other tests
    sign_out_at_the_provider(met, browser)
    (told,) = met.asked("backchannel")
    assert told.status == 400
    assert met.signed_in() == ["ada"]
    assert "logout_token_invalid" in met.log


@pytest.mark.parametrize("sends", [True, False], ids=["with logout tokens", "without"])
def test_signed_out_at_the_store_means_bridge_provider_and_store(meet: Meet, *, sends: bool) -> None:
    client = CLIENT if sends else {"post_logout_redirect_uris": CLIENT["post_logout_redirect_uris"]}
    met = meet(client=client, provider=provider(sends=sends))
    browser, eve = Browser(), Browser()
    met.signs_in("ada", browser=browser)
    met.signs_in("eve", browser=eve)

    end = says_yes(met, browser, met.leaves(browser))
    (asked,) = met.asked("end_session")
    assert {"id_token_hint", "post_logout_redirect_uri", "state"} <= set(asked.query), met.story(end)
    assert asked.query["post_logout_redirect_uri"] == f"{met.bridge_url}/signed-out/us"
    (back,) = [one for one in browser.seen if urlsplit(one.url).path == "/signed-out/us"]
    assert query_of(back.url)["state"] == asked.query["state"]
    assert end.status == 200
    assert urlsplit(end.url).path == "/login.php", met.story(end)
    assert "Signed in" not in end.text
    assert met.signed_in() == ["eve"]
    assert "provider: ended" in met.log

    page = browser.walk(f"{met.bridge_url}/login/us?return_to=%2Fcart")
    assert page.url.startswith(met.provider.issuer), "nobody goes on as before"
    assert ("login", "") in page.form.fields


def test_who_stays_at_the_provider_after_all_is_signed_out_here_all_the_same(meet: Meet) -> None:
    met = meet(client=CLIENT, provider=provider())
    browser = Browser()
    met.signs_in("ada", browser=browser)
    page = met.leaves(browser)
    assert page.url.startswith(f"{met.provider.issuer}/session/end")
    assert met.signed_in() == []
    asked = [(name, value) for name, value in page.form.fields if name == "xsrf"]
    end = browser.walk(urljoin(page.url, page.form.action), form=asked)
    assert end.status == 200
    assert "Signed in" not in end.text


@pytest.mark.parametrize(("ahead", "life"), [(120, 120), (10 * 86400, 43200)], ids=["shortens", "not longer"])
def test_the_provider_says_when_the_session_is_over_at_the_latest(meet: Meet, ahead: int, life: int) -> None:
    person = {"session_expiry": int(time.time()) + ahead}
    claims = {"openid": ["sub", "session_expiry"], "email": ["email", "email_verified"], "profile": ["name"]}
    met = meet(provider=provider(person=person, claims=claims, conformIdTokenClaims=False))
    met.signs_in("ada")
    (left,) = met.lives()
    assert life - 30 < left <= life


def test_a_session_that_was_over_before_it_began_is_none(meet: Meet) -> None:
    person = {"session_expiry": int(time.time()) - 1}
    claims = {"openid": ["sub", "session_expiry"], "email": ["email", "email_verified"], "profile": ["name"]}
    met = meet(provider=provider(person=person, claims=claims, conformIdTokenClaims=False))
    assert met.refusal() == "id_token_invalid"
    assert met.signed_in() == []
