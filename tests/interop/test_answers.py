"""How the provider's answer comes back through the browser."""

from urllib.parse import urlencode

import pytest

from tests.interop.conftest import Meet
from tests.journeys.browser import Browser
from tests.journeys.stage import query_of

pytestmark = pytest.mark.slow


def test_the_answer_is_posted_by_a_form(meet: Meet) -> None:
    met = meet(connection={"response_mode": "form_post"})
    met.signs_in()


@pytest.mark.parametrize("response_mode", ["query", "form_post"])
def test_a_person_who_gives_up_at_the_provider_is_told_so(meet: Meet, response_mode: str) -> None:
    met = meet(connection={"response_mode": response_mode})
    assert met.refusal(login="") == "access_denied"
    assert met.asked("token") == []


@pytest.mark.parametrize(
    ("iss", "setting", "refusal"),
    [
        ("http://127.0.0.1:1", "auto", "issuer_mismatch"),
        ("http://127.0.0.1:1", "off", "issuer_mismatch"),
        (None, "auto", "issuer_mismatch"),
        (None, "off", ""),
    ],
    ids=["another issuer", "another issuer, not needed", "no issuer", "no issuer, not needed"],
)
def test_an_answer_must_name_the_issuer_that_promised_to(
    meet: Meet, iss: str | None, setting: str, refusal: str
) -> None:
    met = meet(connection={"iss_parameter": setting})
    browser = Browser()
    callback = met.walk(browser, "ada", back=False).location
    given = query_of(callback)
    assert given.pop("iss") == met.provider.issuer, "RFC 9207, as its metadata says"

    changed = given if iss is None else {**given, "iss": iss}
    end = browser.walk(f"{met.bridge_url}/callback/acme?{urlencode(changed)}")
    assert end.refusal == refusal
    assert len(met.asked("token")) == (0 if refusal else 1), "refused, the code must not reach anybody"


def test_the_address_that_the_storefront_knows_is_filled_in_at_the_provider(meet: Meet) -> None:
    met = meet()
    page = Browser().walk(f"{met.bridge_url}/login/us?login_hint=grace%40acme.example")
    assert ("login", "grace@acme.example") in page.form.fields
    met.signs_in("grace@acme.example", login_hint="grace@acme.example")


def test_a_client_that_the_provider_does_not_know_ends_at_the_providers_own_page(meet: Meet) -> None:
    met = meet(connection={"client_id": "nobody"})
    end = met.walk(Browser(), "ada")
    assert end.url.startswith(met.provider.issuer)
    assert end.status == 400
