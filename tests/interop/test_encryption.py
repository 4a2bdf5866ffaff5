"""ID tokens and userinfo that the provider encrypts for the bridge, and userinfo that it signs."""

from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.interop.conftest import Meet
from tests.interop.provider import Json
from tests.settings.samples import pem

pytestmark = pytest.mark.slow

FEATURES: Json = {"features": {"encryption": {"enabled": True}, "jwtUserinfo": {"enabled": True}}}
KEYS: dict[str, Any] = {
    "RSA-OAEP-256": lambda: rsa.generate_private_key(65537, 2048),
    "ECDH-ES": lambda: ec.generate_private_key(ec.SECP256R1()),
}


def key_for(folder: Path, alg: str) -> Json:
    (folder / "decryption.pem").write_text(pem(KEYS[alg]()))
    return {"decryption_keys": ["file:decryption.pem"]}


@pytest.mark.parametrize(("alg", "enc"), [("RSA-OAEP-256", "A256GCM"), ("ECDH-ES", "A128GCM")])
def test_an_encrypted_id_token_is_opened_and_believed(meet: Meet, tmp_path: Path, alg: str, enc: str) -> None:
    met = meet(
        client={
            "id_token_encrypted_response_alg": alg,
            "id_token_encrypted_response_enc": enc,
            "jwks_uri": "BRIDGE/.well-known/jwks.json",
        },
        provider={"configuration": FEATURES},
        connection=key_for(tmp_path, alg),
    )
    met.signs_in()


def test_an_encrypted_id_token_is_refused_where_we_have_no_key(meet: Meet, tmp_path: Path) -> None:
    keys = key_for(tmp_path, "ECDH-ES")
    met = meet(
        client={"id_token_encrypted_response_alg": "ECDH-ES", "jwks_uri": "BRIDGE/.well-known/jwks.json"},
        provider={"configuration": FEATURES},
        connection=keys,
    )
    met.signs_in()  # the provider has our public key now
    met.restart()
    assert met.refusal() == "id_token_invalid"


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "EdDSA"])
def test_signed_userinfo_is_believed(meet: Meet, alg: str) -> None:
    met = meet(
        client={"userinfo_signed_response_alg": alg, "id_token_signed_response_alg": alg},
        provider={"configuration": FEATURES},
        connection={"userinfo": "always"},
    )
    met.signs_in()
    assert [userinfo.status for userinfo in met.asked("userinfo")] == [200]


def test_encrypted_userinfo_is_opened(meet: Meet, tmp_path: Path) -> None:
    met = meet(
        client={
            "userinfo_signed_response_alg": "RS256",
            "userinfo_encrypted_response_alg": "RSA-OAEP-256",
            "userinfo_encrypted_response_enc": "A256GCM",
            "jwks_uri": "BRIDGE/.well-known/jwks.json",
        },
        provider={"configuration": FEATURES},
        connection={"userinfo": "always", **key_for(tmp_path, "RSA-OAEP-256")},
    )
    met.signs_in()
