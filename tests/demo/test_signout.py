"""Sign-out at the provider: its own, and that which clients ask for."""

from urllib.parse import urlencode

import pytest

from bridge.demo.shopper import Page

from .provider import CLIENT, Provider


def sign_out_address(idp: Provider, **asked: str) -> str:
    return f"{idp.url}/end-session?{urlencode(asked)}"


def nobody_is_signed_in(idp: Provider) -> bool:
    return idp.shopper.open(f"{idp.url}/signout").says("Nobody is signed in")


def test_the_providers_own_sign_out(idp: Provider) -> None:
    idp.code()
    page: Page = idp.shopper.open(f"{idp.url}/signout")
    assert page.press("Sign out of").says("You are signed out")
    assert nobody_is_signed_in(idp)


def test_a_client_with_the_id_token_ends_the_session(idp: Provider) -> None:
    hint = idp.redeem(idp.code()).json["id_token"]
    back = {"id_token_hint": hint, "post_logout_redirect_uri": "http://127.0.0.1:9/", "state": "s"}
    with pytest.raises(OSError):
        idp.shopper.open(sign_out_address(idp, **back))
    assert idp.shopper.address == "http://127.0.0.1:9/?state=s"
    assert nobody_is_signed_in(idp)


def test_without_the_id_token_the_person_is_asked(idp: Provider) -> None:
    idp.code()
    asked = {"client_id": CLIENT.client_id, "post_logout_redirect_uri": "http://127.0.0.1:9/"}
    page = idp.shopper.open(sign_out_address(idp, **asked))
    assert page.says("Sign out?")
    assert not nobody_is_signed_in(idp)
    with pytest.raises(OSError):
        page.press("Sign out of")
    assert idp.shopper.address == "http://127.0.0.1:9/"
    assert nobody_is_signed_in(idp)


def test_nobody_is_sent_to_an_address_that_is_not_registered(idp: Provider) -> None:
    hint = idp.redeem(idp.code()).json["id_token"]
    for wanted in ("http://127.0.0.1:9", "https://evil.example/"):
        page = idp.shopper.open(sign_out_address(idp, id_token_hint=hint, post_logout_redirect_uri=wanted))
        assert page.status == 400
        assert len(page.hops) == 1
    assert not nobody_is_signed_in(idp)
