"""What one word asks of a connection: the defaults that it changes, and what must not be set against it.

fapi2 is the FAPI 2.0 Security Profile (final), as far as it speaks of clients. PKCE with S256, the nonce,
exact redirect URIs and TLS from 1.2 are not here: every connection has them. Nothing but the settings asks
for the profile; the rest of the bridge asks for each property by its name.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from bridge.domain.secret import Secret
from bridge.settings.faults import Problem
from bridge.settings.tree import Tree, tables

_BY_TLS = ("tls_client_auth", "self_signed_tls_client_auth")
#: 5.4.1: and nothing else.
_ALGS = ("PS256", "ES256", "EdDSA", "Ed25519")
#: Each key with its default first, and the other words that go with the profile.
_FAPI2: Mapping[str, tuple[str, ...]] = {
    "client_auth": ("private_key_jwt", *_BY_TLS),
    "client_rsa_alg": ("PS256",),
    "assertion_audience": ("issuer",),
    "pushed_authorization_requests": ("always",),
    "iss_parameter": ("require",),
    "extra_audiences": ("never",),
}


def profile_defaults(connection: Tree) -> dict[str, Any]:
    """The keys for which the profile of `connection` has a default of its own."""
    if connection.get("profile") != "fapi2":
        return {}
    bound_by_certificate = bool(connection.get("client_certificate"))
    return {
        **{key: words[0] for key, words in _FAPI2.items()},
        "signing_algs": _ALGS,
        "dpop": not bound_by_certificate,
    }


def nothing_contradicts_the_profile(settings: Tree) -> Iterator[Problem]:
    """What the file sets itself must go with the profile that it asks for."""
    for name, connection in tables(settings, "connections"):
        if connection.get("profile") == "fapi2":
            for key, words in _contradictions(connection):
                yield ("connections", name, key), words


def _contradictions(connection: Tree) -> Iterator[tuple[str, str]]:
    for key, words in _FAPI2.items():
        if connection.get(key) not in words:
            yield key, _must_be(" or ".join(f'"{word}"' for word in words))
    algs = connection.get("signing_algs")
    if not isinstance(algs, list | tuple) or not algs or not set(algs) <= set(_ALGS):
        yield "signing_algs", _must_be(f"among {', '.join(_ALGS)}")
    if connection.get("dpop") is not True and not connection.get("client_certificate"):
        yield "dpop", _must_be("true, or client_certificate given")
    keys = connection.get("client_keys")
    if isinstance(keys, list | tuple) and not all(map(_may_sign, keys)):
        yield "client_keys", _must_be("RSA, EC P-256 or Ed25519")


def _must_be(what: str) -> str:
    return f'must be {what} with profile = "fapi2"; change it, or set profile = "oidc"'


def _may_sign(pem: object) -> bool:
    """Also where it is no key at all, which its own check reports."""
    text = pem.reveal() if isinstance(pem, Secret) else pem
    try:
        key = load_pem_private_key(str(text).encode(), password=None)
    except (ValueError, TypeError):
        return True
    return not isinstance(key, ec.EllipticCurvePrivateKey) or isinstance(key.curve, ec.SECP256R1)
