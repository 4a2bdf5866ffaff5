"""Each fault of the provider breaks just the rule that it names."""

import time
from typing import Any

import jwt
import pytest

from bridge.demo.idp import Fault
from bridge.demo.shopper import Shopper

from .provider import CLIENT, Provider
from .web import call

SPOILED: dict[str, type[Exception]] = {
    "wrong_audience": jwt.InvalidAudienceError,
    "wrong_issuer": jwt.InvalidIssuerError,
    "expired": jwt.ExpiredSignatureError,
    "issued_in_future": jwt.ImmatureSignatureError,
    "bad_signature": jwt.InvalidSignatureError,
    "unknown_kid": StopIteration,
    "alg_none": KeyError,
    "alg_hs256": jwt.InvalidAlgorithmError,
}


@pytest.mark.parametrize(("fault", "error"), SPOILED.items(), ids=SPOILED)
def test_a_spoiled_token_is_refused_by_a_careful_verifier(
    idp: Provider, fault: str, error: type[Exception]
) -> None:
    idp.fault(fault)
    for _ in range(2):
        with pytest.raises(error):
            idp.id_token(idp.redeem(idp.code()))
    idp.fault("")
    assert idp.id_token(idp.redeem(idp.code()))["sub"] == "acme-1001"


def claims_with(idp: Provider, fault: str) -> dict[str, Any]:
    idp.fault(fault)
    return idp.id_token(idp.redeem(idp.code()))


def test_nonce_faults(idp: Provider) -> None:
    assert claims_with(idp, "wrong_nonce")["nonce"] != "the-nonce"
    assert "nonce" not in claims_with(idp, "no_nonce")


def test_a_thin_token_leaves_the_rest_to_userinfo(idp: Provider) -> None:
    idp.fault("thin_id_token")
    tokens = idp.redeem(idp.code())
    assert "email" not in idp.id_token(tokens)
    bearer = {"Authorization": f"Bearer {tokens.json['access_token']}"}
    assert call("GET", f"{idp.url}/userinfo", headers=bearer).json["email"] == "ada.lovelace@acme.example"


def test_userinfo_faults(idp: Provider) -> None:
    bearer = {"Authorization": f"Bearer {idp.redeem(idp.code()).json['access_token']}"}
    idp.fault("userinfo_other_subject")
    assert call("GET", f"{idp.url}/userinfo", headers=bearer).json["sub"] != "acme-1001"
    idp.fault("userinfo_slow")
    begin = time.monotonic()
    assert call("GET", f"{idp.url}/userinfo", headers=bearer).status == 200
    assert time.monotonic() - begin >= 0.4
    idp.fault("userinfo_500")
    assert call("GET", f"{idp.url}/userinfo", headers=bearer).status == 500


def test_token_endpoint_faults(idp: Provider) -> None:
    code = idp.code()
    idp.fault("token_500")
    assert idp.redeem(code).status == 500
    idp.fault("token_redirect")
    moved = idp.redeem(code)
    assert moved.status == 307
    assert moved.location == f"{idp.url}/elsewhere"
    idp.fault("token_slow")
    begin = time.monotonic()
    idp.redeem(code)
    assert time.monotonic() - begin >= 0.4
    idp.fault("token_html")
    assert idp.redeem(code).headers.get_content_type() == "text/html"
    idp.fault("token_huge")
    assert len(idp.redeem(code).body) == 32 << 20
    idp.fault("no_id_token")
    assert "id_token" not in idp.redeem(code).json


def test_authorization_answer_faults(idp: Provider) -> None:
    idp.fault("wrong_response_issuer")
    assert idp.answer(idp.ask(), "Cancel")["iss"] != idp.url
    idp.fault("no_response_issuer")
    assert "iss" not in idp.answer(idp.ask(), "Cancel")
    idp.fault("wrong_state")
    assert idp.answer(idp.ask(), "Cancel")["state"] != "the-state"


def test_metadata_and_key_faults(idp: Provider) -> None:
    metadata = f"{idp.url}/.well-known/openid-configuration"
    idp.fault("discovery_500")
    assert call("GET", metadata).status == 500
    idp.fault("discovery_other_issuer")
    assert call("GET", metadata).json["issuer"] != idp.url
    idp.fault("jwks_500")
    assert call("GET", f"{idp.url}/jwks.json").status == 500


def test_keys_can_be_changed_and_the_last_one_stays_published(idp: Provider) -> None:
    before = idp.redeem(idp.code())
    first = call("POST", f"{idp.url}/keys/rotate", body={}).json["kid"]
    assert idp.id_token(before)
    assert jwt.get_unverified_header(idp.redeem(idp.code()).json["id_token"])["kid"] == first
    call("POST", f"{idp.url}/keys/rotate", body={})
    with pytest.raises(StopIteration):
        idp.id_token(before)


def test_the_testers_page_and_its_api(idp: Provider) -> None:
    page = Shopper().open(f"{idp.url}/faults")
    assert all(page.says(fault.words) for fault in Fault)
    assert CLIENT.client_secret not in page.text
    told = call("GET", f"{idp.url}/faults", headers={"Accept": "application/json"}).json
    assert told["fault"] == ""
    assert set(told["faults"]) == {fault.value for fault in Fault if fault}
    assert call("POST", f"{idp.url}/faults", body={"fault": "nonsense"}).status == 400
    assert call("POST", f"{idp.url}/faults", body=["expired"]).status == 400
    evil = {"Origin": "https://evil.example"}
    assert call("POST", f"{idp.url}/faults", form={"fault": "expired"}, headers=evil).status == 403
    assert call("POST", f"{idp.url}/faults", form={"fault": "expired"}).status == 303
    assert idp.shopper.open(idp.ask()).says("Fault on:")
