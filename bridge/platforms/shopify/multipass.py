"""The Multipass token (shopify.dev: Multipass; the same steps as in the vendor's samples)."""

import hashlib
import hmac
import json
import os
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bridge.platform_api import Secret

_BLOCK = 16  # bytes, of AES


def multipass_claims(
    *, email: str, created_at: float, first_name: str = "", last_name: str = "", return_to: str = "",
    tag_string: str = "",
) -> dict[str, str]:  # fmt: skip
    """Everything the token says; what is empty is left out, since Shopify takes a member as an order.

    `created_at` in seconds since the epoch. Never an `identifier`: Shopify refuses whoever signed in with
    another one before, and it does not allow two customers with one address anyway.
    """
    moment = datetime.fromtimestamp(int(created_at), UTC).isoformat()
    optional = {
        "first_name": first_name,
        "last_name": last_name,
        "return_to": return_to,
        "tag_string": tag_string,
    }
    return {
        "email": email,
        "created_at": moment,
        **{name: value for name, value in optional.items() if value},
    }


def multipass_token(
    claims: Mapping[str, str], secret: Secret, random: Callable[[int], bytes] = os.urandom
) -> str:
    """URL-safe base64, with its padding, of IV, AES-128-CBC of the claims, and HMAC-SHA256 of both.

    Both keys are halves of the secret's SHA-256. `random` gives so many bytes, for the IV.
    """
    keys = hashlib.sha256(secret.reveal().encode()).digest()
    initial = random(_BLOCK)
    encryptor = Cipher(algorithms.AES128(keys[:16]), modes.CBC(initial)).encryptor()
    sealed = initial + encryptor.update(_padded(json.dumps(claims).encode())) + encryptor.finalize()
    return urlsafe_b64encode(sealed + hmac.digest(keys[16:], sealed, "sha256")).decode()


def _padded(data: bytes) -> bytes:
    """PKCS #7 (RFC 5652 section 6.3)."""
    missing = _BLOCK - len(data) % _BLOCK
    return data + bytes([missing]) * missing
