"""The second shop as its browsers and its enemies meet it."""

import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask, request, session
from flask.typing import ResponseReturnValue

from bridge.demo.commercelayer.storefront.views import COOKIE
from bridge.demo.europe import Europe
from bridge.demo.redis_wire import free_port
from bridge.demo.serving import Served
from bridge.demo.shopper import Hop, Page, Shopper

from .organization import ADA
from .plaineurope import PlainEurope, send_webhook
from .web import call


@dataclass(frozen=True)
class Street:
    """The shop, its platform, and a bridge that signs Ada in without asking."""

    europe: Europe
    bridge: Served
    redeemed: list[str]

    @property
    def url(self) -> str:
        return self.europe.url

    def sign_in(self, shopper: Shopper) -> Page:
        page = shopper.open(self.url).press("Sign in")
        assert page.says("Signed in as Ada Lovelace"), page.text
        return page


@pytest.fixture
def street() -> Iterator[Street]:
    with ExitStack() as started:
        port = free_port()
        europe = Europe(started, f"http://127.0.0.1:{port}", sister=("Sister", "http://127.0.0.1:9"))
        app = Flask(__name__)
        app.config.update(SECRET_KEY=secrets.token_bytes(16), SESSION_COOKIE_NAME="plain_bridge")
        second, redeemed = PlainEurope(app, europe), list[str]()

        @app.get("/login/eu")
        def login() -> ResponseReturnValue:
            session["asked"] = dict(request.args)
            return second.hand_over({"email": "ada.lovelace@acme.example"})

        @app.before_request
        def count() -> None:
            redeemed.extend(request.form.getlist("code"))

        bridge = started.enter_context(Served(app, port=port))
        yield Street(europe, bridge, redeemed)


def asked(page: Page) -> dict[str, str]:
    """What the shop sent the browser to the bridge with."""
    hop = next(hop for hop in page.hops if "/login/eu" in hop.url)
    return {name: values[0] for name, values in parse_qs(urlsplit(hop.url).query).items()}


def returned(page: Page) -> Hop:
    return next(hop for hop in page.hops if "/auth/return" in hop.url)


def cookie(shopper: Shopper) -> str:
    (value,) = [one.value for one in shopper.jar if one.name == COOKIE]
    return str(value)


def test_a_sign_in_is_bound_to_this_browser_and_this_server(street: Street) -> None:
    first, second = asked(street.sign_in(Shopper())), asked(street.sign_in(Shopper()))
    assert first["code_challenge_method"] == "S256"
    assert len(first["code_challenge"]) == 43
    assert len(first["state"]) >= 32
    assert first["state"] != second["state"]
    assert first["code_challenge"] != second["code_challenge"]


def test_the_customer_is_shown_as_the_platform_tells_it(street: Street) -> None:
    page = street.sign_in(Shopper())
    assert page.url == f"{street.url}/account"
    for words in ("ada.lovelace@acme.example", ADA, "market:code:europe", "3 h 59 min"):
        assert page.says(words)


def test_the_token_never_comes_near_the_browser(street: Street) -> None:
    shopper = Shopper()
    page = street.sign_in(shopper)
    (session,) = [one.signed_in for one in street.europe.sessions.all() if one.signed_in]
    for secret in (session.access_token, session.handle):
        assert secret not in page.text
        for hop in page.hops:
            assert secret not in hop.url
            assert secret not in str(hop.headers)
    assert "httponly" in returned(page).headers["Set-Cookie"].lower()
    assert "SameSite=Lax" in returned(page).headers["Set-Cookie"]
    assert returned(page).headers["Referrer-Policy"] == "no-referrer"
    assert "code=" not in page.url


def test_a_return_in_another_browser_is_refused_and_the_code_is_kept_from_the_bridge(street: Street) -> None:
    mallory, victim = Shopper(), Shopper()
    code_hop = returned(street.sign_in(mallory))
    street.redeemed.clear()
    victim.open(f"{street.url}/sign-in")
    for browser in (Shopper(), victim, mallory):
        page = browser.open(code_hop.url)
        assert page.status == 403
        assert page.says("not begun in this browser")
    assert len(street.redeemed) == 1, "the victim's own"


@pytest.mark.parametrize("query", ["", "?state=x", "?code=x&state=x", "?error=access_denied"])
def test_an_answer_that_was_not_asked_for_is_refused(street: Street, query: str) -> None:
    assert Shopper().open(f"{street.url}/auth/return{query}").status == 403
    assert street.redeemed == []


def test_a_code_that_was_begun_elsewhere_is_let_go_for_one_of_its_own(street: Street) -> None:
    page = Shopper().open(f"{street.url}/auth/return?code=planted&return_to=/")
    assert page.url == f"{street.url}/"
    assert page.says("Signed in as Ada Lovelace")
    assert len(street.redeemed) == 1
    assert "planted" not in street.redeemed


def test_the_session_has_a_new_id_after_the_sign_in(street: Street) -> None:
    shopper = Shopper()
    page = shopper.open(f"{street.url}/sign-in")
    before = str(page.hops[0].headers["Set-Cookie"]).partition("=")[2].partition(";")[0]
    assert cookie(shopper) != before
    planted = call("GET", f"{street.url}/account", headers={"Cookie": f"{COOKIE}={before}"})
    assert planted.status == 401


def test_two_tabs_may_both_finish(street: Street) -> None:
    shopper = Shopper()
    first = street.europe.sessions
    street.sign_in(shopper)
    again = shopper.open(f"{street.url}/sign-in?return_to=/")
    assert again.url == f"{street.url}/"
    assert again.says("Signed in as Ada Lovelace")
    assert len([one for one in first.all() if one.signed_in]) == 1


@pytest.mark.parametrize(
    "where", ["//evil.example", "https://evil.example/", "/\\evil.example", "x", "/a\nb"]
)
def test_the_way_back_stays_in_the_shop(street: Street, where: str) -> None:
    shopper = Shopper()
    call_url = f"{street.url}/sign-in?return_to={where.replace(chr(10), '%0A')}"
    assert shopper.open(call_url).url == f"{street.url}/account"


def test_a_renewal(street: Street) -> None:
    shopper = Shopper()
    page = street.sign_in(shopper).press("Renew now")
    assert page.says("once")
    assert shopper.open(f"{street.url}/account").press("Renew now").says("twice")


def test_a_token_that_the_platform_ended_is_renewed_by_itself(street: Street) -> None:
    shopper = Shopper()
    street.sign_in(shopper)
    (session,) = [one.signed_in for one in street.europe.sessions.all() if one.signed_in]
    street.europe.platform.ledger.revoke(session.access_token, street.europe.options.sales_channel)
    assert shopper.open(f"{street.url}/account").says("Renewed once")


def test_a_renewal_that_is_refused_signs_out(street: Street) -> None:
    shopper = Shopper()
    page = street.sign_in(shopper)
    (session,) = [one.signed_in for one in street.europe.sessions.all() if one.signed_in]
    session.handle = "ended-by-the-bridge"
    refused = page.press("Renew now")
    assert refused.status == 403
    assert refused.says("invalid_grant")
    assert shopper.open(f"{street.url}/account").status == 401


def test_signing_out_ends_the_token_at_the_platform(street: Street) -> None:
    shopper = Shopper()
    page = street.sign_in(shopper)
    (session,) = [one.signed_in for one in street.europe.sessions.all() if one.signed_in]
    left = page.press("Sign out")
    assert left.url.partition("?")[0].endswith("/logout/eu"), "on to the bridge, for the rest"
    assert shopper.open(f"{street.url}/account").status == 401
    headers = {"Accept": "application/vnd.api+json", "Authorization": f"Bearer {session.access_token}"}
    assert call("GET", f"{street.europe.platform_url}/api/customers/{ADA}", headers=headers).status == 401


@pytest.mark.parametrize("path", ["/sign-out", "/renew"])
def test_another_sites_page_can_press_nothing(street: Street, path: str) -> None:
    shopper = Shopper()
    street.sign_in(shopper)
    headers = {"Origin": "https://evil.example", "Cookie": f"{COOKIE}={cookie(shopper)}"}
    assert call("POST", street.url + path, form={}, headers=headers).status == 403
    assert shopper.open(f"{street.url}/account").says("Renewed not yet")


def test_without_the_bridge_the_shop_says_so(street: Street) -> None:
    shopper = Shopper()
    page = street.sign_in(shopper)
    street.bridge.stop()
    failed = page.press("Renew now")
    assert failed.status == 502
    assert failed.says("try again in a minute")
    assert shopper.open(f"{street.url}/account").says("Signed in as Ada")


def test_without_the_platform_the_shop_says_so(street: Street) -> None:
    shopper = Shopper()
    street.sign_in(shopper)
    for fault in ("down", "429"):
        street.europe.platform.api_fault = fault
        assert shopper.open(f"{street.url}/account").status == 502
    street.europe.platform.api_fault = ""
    assert shopper.open(f"{street.url}/account").status == 200


def test_a_customer_who_is_gone_is_signed_out(street: Street) -> None:
    shopper = Shopper()
    street.sign_in(shopper)
    street.europe.platform.customers.delete(ADA)
    assert shopper.open(f"{street.url}/account").says("signed out meanwhile")
    assert not shopper.open(street.url).says("Signed in as")


def test_guests_see_list_prices_and_the_account_is_for_who_is_signed_in(street: Street) -> None:
    shopper = Shopper()
    assert shopper.open(street.url).says("€18.90")
    assert not shopper.open(street.url).says("€16.06")
    assert shopper.open(f"{street.url}/account").status == 401
    street.sign_in(shopper)
    assert shopper.open(street.url).says("€16.06 €18.90")
    assert shopper.open(f"{street.url}/nowhere").status == 404


def test_the_pages_have_no_scripts_and_nothing_from_elsewhere(street: Street) -> None:
    page = Shopper().open(street.url)
    assert "<script" not in page.text
    assert "https://" not in page.text
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_a_webhook_ends_the_session_it_names_and_its_token_and_no_other(street: Street) -> None:
    ada = Shopper()
    street.sign_in(ada)
    (session,) = [one for one in street.europe.sessions.all() if one.signed_in is not None]
    assert session.signed_in
    sid, token = session.signed_in.sid, session.signed_in.access_token
    secret = street.europe.webhook_secret
    assert (
        call("POST", f"{street.url}/hooks/bridge", body={"type": "session.ended", "sid": sid}).status == 401
    )
    for other in ("", sid + "x"):
        assert send_webhook(street.url, secret, {"sid": other, "customer_id": "x"}) == 204
    assert ada.open(street.url).says("Signed in as")

    assert send_webhook(street.url, secret, {"sid": sid}) == 204
    assert not ada.open(street.url).says("Signed in as")
    assert ada.open(f"{street.url}/account").says("You were signed out meanwhile")
    headers = {"Accept": "application/vnd.api+json", "Authorization": f"Bearer {token}"}
    assert call("GET", f"{street.europe.platform_url}/api/customers", headers=headers).status == 401
    street.sign_in(ada)
    assert ada.open(f"{street.url}/account").status == 200
