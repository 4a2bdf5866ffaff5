"""Tokens that only the bridge can use: DPoP, certificates, and the profile that demands one of them."""

from pathlib import Path

import pytest

from tests.interop.certificates import CLIENT_NAME, Authority
from tests.interop.conftest import Meet
from tests.interop.meeting import Meeting
from tests.interop.provider import Json
from tests.settings.samples import pem

pytestmark = pytest.mark.slow

BY_KEY: Json = {"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "BRIDGE/.well-known/jwks.json"}


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def our_key(folder: Path) -> Json:
    (folder / "client.pem").write_text(pem())
    return {"client_auth": "private_key_jwt", "client_keys": ["file:client.pem"]}


def schemes(met: Meeting) -> list[str]:
    """How access tokens were brought to userinfo."""
    return [asked.scheme for asked in met.asked("userinfo") if asked.status == 200]


# -- DPoP (RFC 9449)


def test_a_token_is_bound_to_a_key_of_ours(meet: Meet) -> None:
    met = meet(
        client={"dpop_bound_access_tokens": True},
        provider={"configuration": {"features": {"dPoP": {"enabled": True}}}},
        connection={"dpop": True},
    )
    met.signs_in()
    assert [(token.status, token.dpop) for token in met.asked("token")] == [(200, True)]
    assert schemes(met) == ["DPoP"]


def test_a_provider_that_wants_its_nonce_in_every_proof_gets_it(meet: Meet) -> None:
    met = meet(
        client={"dpop_bound_access_tokens": True},
        provider={"configuration": {"features": {"dPoP": {"enabled": True, "requireNonce": True}}}},
        connection={"dpop": True},
    )
    met.signs_in()
    met.signs_in("grace")
    assert [token.status for token in met.asked("token")] == [400, 200, 200], "asked for its nonce once"
    assert schemes(met) == ["DPoP", "DPoP"]


def test_a_provider_that_binds_no_token_is_refused_where_we_insist(meet: Meet) -> None:
    met = meet(
        provider={"configuration": {"features": {"dPoP": {"enabled": False}}}}, connection={"dpop": True}
    )
    assert met.refusal() in ("idp_metadata_invalid", "idp_response_invalid")


# -- certificates (RFC 8705)


def test_a_certificate_by_a_known_authority_proves_the_client(meet: Meet, authority: Authority) -> None:
    met = meet(
        client={
            "token_endpoint_auth_method": "tls_client_auth",
            "tls_client_auth_san_dns": CLIENT_NAME,
            "tls_client_certificate_bound_access_tokens": True,
        },
        provider={"mtls": authority.server(), "configuration": {}},
        connection={"client_auth": "tls_client_auth", **authority.client()},
    )
    met.signs_in()
    used = [asked.encrypted for route in ("token", "userinfo") for asked in met.asked(route)]
    assert used == [True, True], "both endpoints by their aliases"


def test_a_certificate_signed_by_itself_proves_the_client(meet: Meet, authority: Authority) -> None:
    connection = {"client_auth": "self_signed_tls_client_auth", **authority.client(by_itself=True)}
    met = meet(
        client={"token_endpoint_auth_method": "self_signed_tls_client_auth", "jwks": authority.registered()},
        provider={"mtls": authority.server(), "configuration": {}},
        connection=connection,
    )
    met.signs_in()


def test_a_certificate_that_the_provider_was_not_given_is_refused(meet: Meet, authority: Authority) -> None:
    authority.client(by_itself=True)
    registered = authority.registered()
    met = meet(
        client={"token_endpoint_auth_method": "self_signed_tls_client_auth", "jwks": registered},
        provider={"mtls": authority.server(), "configuration": {}},
        connection={"client_auth": "self_signed_tls_client_auth", **authority.client(by_itself=True)},
    )
    assert met.refusal() == "client_rejected"


def test_a_token_is_bound_to_a_certificate_though_a_key_proves_the_client(
    meet: Meet, authority: Authority, tmp_path: Path
) -> None:
    met = meet(
        client={**BY_KEY, "tls_client_certificate_bound_access_tokens": True},
        provider={"mtls": authority.server(), "configuration": {}},
        connection={**our_key(tmp_path), **authority.client()},
    )
    met.signs_in()
    assert all(token.encrypted for token in met.asked("token"))


# -- the FAPI 2.0 Security Profile


FAPI2: Json = {
    "fapi": {"enabled": True, "profile": "2.0"},
    "pushedAuthorizationRequests": {"enabled": True, "requirePushedAuthorizationRequests": True},
}


def test_a_provider_that_keeps_to_fapi2_is_met_by_one_word_with_dpop(meet: Meet, tmp_path: Path) -> None:
    met = meet(
        client={**BY_KEY, "dpop_bound_access_tokens": True, "id_token_signed_response_alg": "PS256"},
        provider={"configuration": {"features": {**FAPI2, "dPoP": {"enabled": True, "requireNonce": True}}}},
        connection={**our_key(tmp_path), "profile": "fapi2"},
    )
    met.signs_in()
    assert [pushed.status for pushed in met.asked("pushed_authorization_request")] == [201]
    assert schemes(met) == ["DPoP"]


def test_a_provider_that_keeps_to_fapi2_is_met_by_one_word_with_a_certificate(
    meet: Meet, authority: Authority
) -> None:
    met = meet(
        client={
            "token_endpoint_auth_method": "tls_client_auth",
            "tls_client_auth_san_dns": CLIENT_NAME,
            "tls_client_certificate_bound_access_tokens": True,
            "id_token_signed_response_alg": "ES256",
        },
        provider={"mtls": authority.server(), "configuration": {"features": FAPI2}},
        connection={"profile": "fapi2", "client_auth": "tls_client_auth", **authority.client()},
    )
    met.signs_in()
    asked = met.asked("pushed_authorization_request") + met.asked("token") + met.asked("userinfo")
    assert [one.encrypted for one in asked] == [True, True, True]


def test_messages_are_signed_on_top_of_fapi2(meet: Meet, tmp_path: Path) -> None:
    met = meet(
        client={
            **BY_KEY,
            "dpop_bound_access_tokens": True,
            "require_signed_request_object": True,
            "id_token_signed_response_alg": "ES256",
        },
        provider={
            "configuration": {
                "features": {**FAPI2, "dPoP": {"enabled": True}, "requestObjects": {"enabled": True}}
            }
        },
        connection={**our_key(tmp_path), "profile": "fapi2", "request_objects": True},
    )
    met.signs_in()
