"""What Redis keeps but must not know: sealed with a key that only the bridge has."""

import hashlib
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bridge.domain.secret import Secret

_NONCE = 12  # bytes, random: a key seals far fewer than 2^32 values (NIST SP 800-38D 8.3)


class Seal:
    """AES-256-GCM under keys derived from the cookie keys: newest first, older ones still open."""

    def __init__(self, keys: Sequence[Secret], purpose: str) -> None:
        self._ciphers = [
            AESGCM(hashlib.sha256(f"bridge seal {purpose}\0{key.reveal()}".encode()).digest()) for key in keys
        ]
        self._purpose = purpose.encode()

    def close(self, text: str, owner: str = "") -> bytes:
        """The sealed form of `text`, which opens for the same owner only."""
        nonce = os.urandom(_NONCE)
        return nonce + self._ciphers[0].encrypt(nonce, text.encode(), self._about(owner))

    def open(self, data: bytes, owner: str = "") -> str | None:
        """The text, or None when no key fits, the data was changed, or it is another owner's."""
        for cipher in self._ciphers:
            try:
                return cipher.decrypt(data[:_NONCE], data[_NONCE:], self._about(owner)).decode()
            except (InvalidTag, ValueError):
                continue
        return None

    def _about(self, owner: str) -> bytes:
        return self._purpose + b"\0" + owner.encode() if owner else self._purpose
