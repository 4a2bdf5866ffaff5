"""How the bridge proves itself: a real token endpoint believes it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from tests.interop.conftest import Meet
from tests.settings.samples import pem

pytestmark = pytest.mark.slow

ODD_SECRETS = {
    "what form-encoding changes": "100% + a:b/c d&e=f?g#h",
    "what looks encoded already": "%41%2B%3A%25-and-so-on-%zz",
    "quotes and backslashes": "\"quoted\" 'quoted' \\back\\ <tag> ~-._*!()",
}
KEYS: dict[str, Callable[[], Any]] = {
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "RS256": lambda: rsa.generate_private_key(65537, 2048),
    "PS256": lambda: rsa.generate_private_key(65537, 2048),
    "EdDSA": ed25519.Ed25519PrivateKey.generate,
}


@pytest.mark.parametrize("kind", ODD_SECRETS)
@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_a_secret_of_any_characters_is_understood(meet: Meet, method: str, kind: str) -> None:
    secret = ODD_SECRETS[kind]
    met = meet(
        client={"token_endpoint_auth_method": method, "client_secret": secret},
        connection={"client_auth": method, "client_secret": secret},
    )
    met.signs_in()
    (token,) = met.asked("token")
    assert token.scheme == ("Basic" if method == "client_secret_basic" else "")
    assert secret not in met.log


def test_a_wrong_secret_is_refused_as_ours_to_mend(meet: Meet) -> None:
    met = meet(connection={"client_secret": "another one"})
    assert met.refusal() == "client_rejected"


def test_while_a_secret_is_changed_both_are_tried_and_the_shopper_notices_nothing(meet: Meet) -> None:
    met = meet(
        client={"client_secret": "the old one"}, connection={"client_secret": ["the new one", "the old one"]}
    )
    met.signs_in()
    met.signs_in("grace")
    assert [token.status for token in met.asked("token")] == [401, 200, 200]


def test_a_public_client_has_pkce_alone(meet: Meet) -> None:
    met = meet(client={"token_endpoint_auth_method": "none"}, connection={"client_auth": "none"})
    met.signs_in()
    (token,) = met.asked("token")
    assert {"client_id", "code_verifier"} <= token.body.keys()
    assert "client_secret" not in token.body


@pytest.mark.parametrize("audience", ["token_endpoint", "issuer"])
@pytest.mark.parametrize("alg", KEYS)
def test_a_statement_signed_by_our_key_is_believed(
    meet: Meet, tmp_path: Path, alg: str, audience: str
) -> None:
    (tmp_path / "client.pem").write_text(pem(KEYS[alg]()))
    met = meet(
        client={
            "token_endpoint_auth_method": "private_key_jwt",
            "token_endpoint_auth_signing_alg": alg,
            "jwks_uri": "BRIDGE/.well-known/jwks.json",
        },
        connection={
            "client_auth": "private_key_jwt",
            "client_keys": ["file:client.pem"],
            "assertion_audience": audience,
            **({"client_rsa_alg": "PS256"} if alg == "PS256" else {}),
        },
    )
    met.signs_in()
    assert [token.status for token in met.asked("token")] == [200]


def test_our_key_is_changed_without_a_sign_in_that_fails(meet: Meet, tmp_path: Path) -> None:
    for name in ("old", "new"):
        (tmp_path / f"{name}.pem").write_text(pem(KEYS["ES256"]()))
    old = {"client_auth": "private_key_jwt", "client_keys": ["file:old.pem"]}
    both = {**old, "client_keys": ["file:new.pem", "file:old.pem"]}
    new = {**old, "client_keys": ["file:new.pem"]}
    met = meet(
        client={
            "token_endpoint_auth_method": "private_key_jwt",
            "jwks_uri": "BRIDGE/.well-known/jwks.json",
        },
        connection=old,
    )
    met.signs_in()
    met.restart(**both)
    met.signs_in()  # the provider has kept our key set, so the old key serves
    assert [token.status for token in met.asked("token")] == [200, 401, 200]
    met.provider.change()  # it has forgotten it
    met.signs_in()
    met.restart(**new)
    met.signs_in()
    assert [token.status for token in met.asked("token")][3:] == [200, 200]
