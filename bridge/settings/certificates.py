"""Which client certificates may stand in the configuration: judged here, shown elsewhere (RFC 8705)."""

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from bridge.settings.faults import WrongValueError


def checked_certificate(text: str) -> str:
    """Return `text` without white space around it; raises WrongValueError unless it is PEM certificates.

    Whether it has run out is no fault of the file: one connection's certificate must not keep the bridge
    from starting for all. `bridge check` tells it.
    """
    text = text.strip()
    if not text:
        return text
    if "PRIVATE KEY-----" in text:
        raise WrongValueError("holds a private key as well; put that into client_certificate_key alone")
    if "-----BEGIN CERTIFICATE-----" not in text:
        raise WrongValueError("must be a certificate in PEM, best a reference to its file: file:PATH")
    try:
        x509.load_pem_x509_certificates(text.encode())
    except ValueError:
        raise WrongValueError("cannot be read as certificates in PEM; is it whole?") from None
    return text


def is_of_key(certificate: str, key: str) -> bool:
    """Whether the first certificate is of that key; also where either cannot be read, which others report."""
    try:
        leaf = x509.load_pem_x509_certificates(certificate.encode())[0].public_key()
        public = load_pem_private_key(key.encode(), password=None).public_key()
    except (ValueError, TypeError):
        return True
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return leaf.public_bytes(*form) == public.public_bytes(*form)
