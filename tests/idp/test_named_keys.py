"""By which name a provider knows the key that signed: ours, or its certificate's."""

import hashlib
from base64 import urlsafe_b64encode

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from bridge.domain.secret import Secret
from bridge.idp.client_keys import assertion, client_key
from tests.contracts.world import NOON
from tests.settings.samples import certificate, pem

from .fake_idp import signing_key

KEY = signing_key()
CERTIFICATE, ISSUER = certificate(KEY), certificate(signing_key("RS256", 1))
BLOCK = CERTIFICATE.public_bytes(Encoding.PEM).decode()
ABOVE = ISSUER.public_bytes(Encoding.PEM).decode()


def header_of(text: str) -> dict[str, str]:
    made = assertion(client_key(Secret(text), "PS256"), "client", "https://idp.example/token", NOON, "jti")
    return dict(jwt.get_unverified_header(made))


@pytest.mark.parametrize(
    "text", [pem(KEY) + BLOCK, BLOCK + pem(KEY), ABOVE + BLOCK + pem(KEY), pem(KEY) + BLOCK + ABOVE]
)
def test_a_provider_that_was_given_the_certificate_is_told_its_thumbprint(text: str) -> None:
    digest = hashlib.sha256(CERTIFICATE.public_bytes(Encoding.DER)).digest()
    thumbprint = urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert header_of(text) == {"alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint}


@pytest.mark.parametrize("text", [pem(KEY), pem(KEY) + ABOVE])
def test_any_other_is_told_the_name_under_which_the_key_is_published(text: str) -> None:
    kid = client_key(Secret(pem(KEY))).kid
    assert header_of(text) == {"alg": "PS256", "typ": "JWT", "kid": kid}


def test_the_certificate_changes_nothing_of_what_is_published() -> None:
    assert client_key(Secret(pem(KEY) + BLOCK)).public_jwk == client_key(Secret(pem(KEY))).public_jwk
