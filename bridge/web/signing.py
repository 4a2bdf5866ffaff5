"""What signs the bridge's tickets: itsdangerous, with its keys derived once and not for each cookie."""

import hashlib
import hmac
from collections.abc import Sequence

from itsdangerous.signer import Signer, SigningAlgorithm

from bridge.domain.secret import Secret


class _HmacSha256(SigningAlgorithm):
    def get_signature(self, key: bytes, value: bytes) -> bytes:
        return hmac.digest(key, value, "sha256")


def signer(keys: Sequence[Secret], salt: bytes) -> Signer:
    """`keys`: newest first; the newest signs, all verify. What one salt signs no other one verifies."""
    by_salt = Signer(b"", salt=salt, key_derivation="hmac", digest_method=hashlib.sha256)
    derived = [by_salt.derive_key(key.reveal()) for key in reversed(keys)]
    return Signer(derived, key_derivation="none", algorithm=_HmacSha256())
