"""Which private keys may stand in the configuration: judged here, used elsewhere."""

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificates

from bridge.domain.secret import Secret
from bridge.settings.faults import WrongValueError

_MIN_RSA_BITS = 2048
_CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
_END = "PRIVATE KEY-----"
_CERTIFICATE = "-----BEGIN CERTIFICATE-----"


def checked_decryption_key(text: str) -> None:
    """Raises WrongValueError unless `text` is one private key in PEM that a provider can encrypt for."""
    if isinstance(checked_private_key(text), Ed25519PrivateKey):
        raise WrongValueError("is of a kind that only signs; make it RSA or EC P-256")


def checked_private_key(text: str) -> PrivateKeyTypes:
    """Return the key in `text`.

    Raises WrongValueError unless `text` is one private key in PEM that the bridge can sign with.
    """
    if "-----BEGIN " not in text:
        raise WrongValueError("must be a private key in PEM, best a reference to its file: file:PATH")
    # Each block has the words at its begin and at its end.
    if (count := text.count(_END)) != 2:
        raise WrongValueError(
            "holds several private keys; list them one by one, newest first"
            if count > 2
            else "holds no whole private key; a public key or a certificate cannot sign"
        )
    try:
        key = load_pem_private_key(text.encode(), password=None)
    except TypeError:
        raise WrongValueError("is encrypted by a passphrase; give the key without one") from None
    except (ValueError, UnsupportedAlgorithm):
        raise WrongValueError("cannot be read as a private key in PEM; is it whole?") from None
    if isinstance(key, rsa.RSAPrivateKey):
        if key.key_size < _MIN_RSA_BITS:
            raise WrongValueError(f"is too small: an RSA key needs at least {_MIN_RSA_BITS} bits")
    elif not isinstance(key, Ed25519PrivateKey) and not (
        isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, _CURVES)
    ):
        raise WrongValueError("is of a kind that is not used here; make it RSA, EC P-256 or Ed25519")
    if _CERTIFICATE in text:
        _check_certificate(text, key.public_key())
    return key


def signs_as_es256(pem: object) -> bool:
    """Whether it is a key on the curve P-256; also where it is no key at all, which its own check reports."""
    text = pem.reveal() if isinstance(pem, Secret) else pem
    try:
        key = load_pem_private_key(str(text).encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return True
    return isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1)


def _check_certificate(text: str, public: PublicKeyTypes) -> None:
    try:
        certified = [one.public_key() for one in load_pem_x509_certificates(text.encode())]
    except (ValueError, UnsupportedAlgorithm):
        raise WrongValueError("holds a certificate that cannot be read; is it whole?") from None
    if public not in certified:
        raise WrongValueError("holds a certificate of another key")
