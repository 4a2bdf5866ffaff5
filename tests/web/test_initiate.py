"""A tile in the provider's portal begins a sign-in (OpenID Connect Core section 4)."""

from urllib.parse import urlencode

import pytest
from flask import Flask

from tests.journeys.browser import CLICK, WITHOUT_CLICK, Browser
from tests.journeys.stage import Stage, query_of
from tests.web.apps import MakeApp


def initiate(app: Flask, stage: Stage, store: str, **parameters: str) -> str:
    """The provider that the tile leads to; or the refusal, or the status."""
    answer = app.test_client().get(f"/initiate/{store}?{urlencode(parameters)}", headers=CLICK)
    if answer.status_code != 303:
        return answer.headers.get("Bridge-Refusal", str(answer.status_code))
    location = answer.headers["Location"]
    (name,) = (name for name, one in stage.providers.items() if location.startswith(one.url + "/"))
    return name


def test_the_issuer_decides_between_the_stores_connections(app: Flask, stage: Stage) -> None:
    for name, provider in stage.providers.items():
        assert initiate(app, stage, "both", iss=provider.url) == name


@pytest.mark.parametrize("change", ["{}/", "{}x", "https://evil.example", "", " {}"])
def test_an_issuer_that_the_store_does_not_know_begins_nothing(app: Flask, stage: Stage, change: str) -> None:
    assert initiate(app, stage, "both", iss=change.format(stage.acme.url)) == "connection_unknown"


def test_a_portal_that_names_no_issuer_is_served_like_the_storefront(app: Flask, stage: Stage) -> None:
    assert initiate(app, stage, "us") == "acme"
    assert initiate(app, stage, "both") == "200", "the chooser"
    assert initiate(app, stage, "nowhere") == "store_unknown"


def test_the_hint_goes_along_to_the_provider(app: Flask, stage: Stage) -> None:
    query = {"iss": stage.acme.url, "login_hint": "ada@acme.example"}
    answer = app.test_client().get(f"/initiate/us?{urlencode(query)}", headers=CLICK)

    assert query_of(answer.headers["Location"])["login_hint"] == "ada@acme.example"


@pytest.mark.usefixtures("bridge")
@pytest.mark.parametrize(
    ("target", "page"),
    [
        ("{store}/cart", "/cart"),
        ("/cart", "/cart"),
        ("{store}", "/account.php"),
        ("{store}.evil.example/cart", "/account.php"),
        ("https://evil.example/cart", "/account.php"),
        ("{store}//evil.example/", "/account.php"),
        ("{store}/../x", "/account.php"),
    ],
)
def test_a_target_counts_only_within_the_store(stage: Stage, target: str, page: str) -> None:
    browser = Browser()
    query = urlencode({"iss": stage.acme.url, "target_link_uri": target.format(store=stage.store_url)})
    begun = browser.fetch(f"{stage.bridge_url}/initiate/us?{query}", headers=CLICK)
    end = browser.walk(stage.at_provider(browser, begun.location, "Ada Lovelace").location)

    assert end.url == stage.store_url + page
    assert "Ada Lovelace" in end.text


def test_a_portal_may_post(app: Flask, stage: Stage) -> None:
    answer = app.test_client().post("/initiate/us", data={"iss": stage.acme.url}, headers=CLICK)

    assert answer.headers["Location"].startswith(stage.acme.url)


def test_a_token_that_a_portal_sends_unasked_is_refused(app: Flask, stage: Stage) -> None:
    form = {"iss": stage.acme.url, "id_token": "a.b.c"}
    answer = app.test_client().post("/initiate/us", data=form, headers=CLICK)

    assert answer.headers["Bridge-Refusal"] == "bad_request"
    assert initiate(app, stage, "us", id_token="a.b.c") == "bad_request"


def test_parameters_sent_twice_are_refused(app: Flask, stage: Stage) -> None:
    query = f"{urlencode({'iss': stage.acme.url})}&iss=https%3A%2F%2Fevil.example"

    assert (
        app.test_client().get(f"/initiate/both?{query}", headers=CLICK).headers["Bridge-Refusal"]
        == "bad_request"
    )


def test_a_frame_and_a_script_begin_nothing(app: Flask) -> None:
    for headers in ({**CLICK, "Sec-Fetch-Dest": "iframe"}, {**CLICK, "Sec-Fetch-Mode": "cors"}):
        answer = app.test_client().get("/initiate/us", headers=headers)
        assert answer.headers["Bridge-Refusal"] == "not_a_navigation"


def test_a_portal_that_sends_the_browser_round_and_round_is_stopped(app: Flask) -> None:
    client = app.test_client()
    ends = [client.get("/initiate/us", headers=WITHOUT_CLICK).status_code for _ in range(10)]

    assert ends[0] == 303
    assert ends[-1] == 429


@pytest.fixture
def auth0(stage: Stage, make_app: MakeApp) -> Flask:
    """The same with globex as a connection of Auth0's make."""
    table = stage.tables["connections.globex"]
    stage.tables["connections.globex"] = {**table, "provider": "auth0", "response_mode": "query"}
    try:
        return make_app()
    finally:
        stage.tables["connections.globex"] = table


INVITED = {"organization": "org_1", "organization_name": "acme", "invitation": "tick-et_1"}


def test_auth0s_form_names_an_organization_and_no_issuer(auth0: Flask, stage: Stage) -> None:
    answer = auth0.test_client().get(f"/initiate/both?{urlencode(INVITED)}", headers=CLICK)

    assert answer.headers["Location"].startswith(stage.globex.url), "the one of Auth0's make"
    sent = query_of(answer.headers["Location"])
    assert (sent["organization"], sent["invitation"]) == ("org_1", "tick-et_1")
    assert "organization_name" not in sent


def test_and_who_comes_back_without_that_organization_is_refused(auth0: Flask, stage: Stage) -> None:
    client = auth0.test_client()
    begun = client.get(f"/initiate/post?{urlencode(INVITED)}", headers=CLICK)
    back = stage.at_provider(Browser(), begun.headers["Location"], "Ada Lovelace").location
    answer = client.get(back.removeprefix(stage.public_url), headers=CLICK)

    assert (answer.status_code, answer.headers["Bridge-Refusal"]) == (403, "organization_mismatch")


def test_a_provider_of_another_make_hears_nothing_of_it(auth0: Flask, stage: Stage) -> None:
    query = urlencode({**INVITED, "iss": stage.acme.url})
    for url in (f"/initiate/both?{query}", f"/initiate/us?{urlencode(INVITED)}"):
        location = auth0.test_client().get(url, headers=CLICK).headers["Location"]
        assert location.startswith(stage.acme.url)
        assert not query_of(location).keys() & INVITED.keys()


@pytest.mark.parametrize("name", INVITED)
def test_an_organization_that_is_none_or_comes_twice_is_refused(auth0: Flask, name: str) -> None:
    client = auth0.test_client()
    for query in (urlencode({name: "<a b>"}), f"{name}=a&{name}=b", urlencode({name: "a" * 200})):
        answer = client.get(f"/initiate/both?{query}", headers=CLICK)
        assert answer.headers["Bridge-Refusal"] == "bad_request"


def test_auth0_that_lands_people_here_again_and_again_is_stopped(auth0: Flask) -> None:
    client = auth0.test_client()
    url = f"/initiate/both?{urlencode(INVITED)}"
    assert [client.get(url, headers=WITHOUT_CLICK).status_code for _ in range(10)][-1] == 429
