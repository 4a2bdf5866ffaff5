"""Tokens that were encrypted for us: opened by our own private keys, and believed no more than before."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from joserfc.jwe import JWERegistry, decrypt_compact
from joserfc.jwk import ECKey, RSAKey

from bridge.domain.jwe import EC_ALGS, ENCS, RSA_ALGS, SealedToken, is_sealed
from bridge.domain.jws import MAX_TOKEN, TokenFault
from bridge.domain.secret import Secret


@dataclass(frozen=True, slots=True)
class DecryptionKey:
    """One private key, and the algorithms by which a provider may encrypt for it."""

    kid: str  # RFC 7638 thumbprint
    algs: tuple[str, ...]
    key: RSAKey | ECKey = field(repr=False)

    @property
    def public_jwk(self) -> dict[str, Any]:
        """The public half as it is published (RFC 7517), with the algorithm to register at the provider."""
        public = self.key.as_dict(private=False)
        return {**public, "kid": self.kid, "alg": self.algs[0], "use": "enc"}


@cache  # as many as the configuration holds
def decryption_key(pem: Secret) -> DecryptionKey:
    """The key in a PEM text that the settings have judged. Raises `ValueError` for any other."""
    private = load_pem_private_key(pem.reveal().encode(), password=None)
    key: RSAKey | ECKey
    algs: tuple[str, ...]
    match private:
        case RSAPrivateKey():
            key, algs = RSAKey(private, private), RSA_ALGS
        case EllipticCurvePrivateKey():
            key, algs = ECKey(private, private), EC_ALGS
        case _:
            raise ValueError("not a key that tokens are encrypted for")
    return DecryptionKey(key.thumbprint(), algs, key)


def opened(compact: str, pems: tuple[Secret, ...]) -> str:
    """`compact` itself where it is not encrypted, else the text inside. Raises `TokenFault`.

    One that is only signed stays good while keys are configured: encryption hides a token and vouches
    for nothing, its signature is judged either way, and so a provider can be switched over at any time.
    """
    if not is_sealed(compact):
        return compact
    if not pems:
        raise TokenFault("it is encrypted, and the connection has no decryption_keys")
    sealed = SealedToken.parse(compact)
    keys = [key for key in map(decryption_key, pems) if sealed.alg in key.algs]
    # By its name where we know that; a provider that was given a key by hand may call it otherwise.
    for key in [key for key in keys if key.kid == sealed.kid] or keys:
        try:
            return _decrypted(sealed, key)
        except Exception:  # noqa: BLE001, S112 - of any kind: what went wrong is told to nobody, not even by a log
            continue
    raise TokenFault("it cannot be decrypted by any of the decryption_keys")


class _Registry(JWERegistry):
    """joserfc's, with our limits: its own stop at 64 kB, and at header fields that they do not know."""

    max_protected_header_length = 16_000
    max_ciphertext_length = MAX_TOKEN


_REGISTRY = _Registry(algorithms=(*RSA_ALGS, *EC_ALGS, *ENCS), strict_check_header=False)


def _decrypted(sealed: SealedToken, key: DecryptionKey) -> str:
    plaintext = decrypt_compact(sealed.compact, key.key, registry=_REGISTRY).plaintext
    if plaintext is None:
        raise ValueError("no content")
    return plaintext.decode()
