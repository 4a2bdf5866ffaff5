"""The certificate that a connection shows (RFC 8705): how long it is still good for."""

from cryptography import x509

#: Days before the end from which an operator is warned: time enough to have another one registered.
WARNED_BEFORE = 30
_DAY = 86400


def days_left(pem: str, now: float) -> float:
    """Days until the first of the certificates in `pem` runs out; below zero when it has.

    The settings have judged `pem`; `now` is seconds since the epoch.
    """
    (leaf, *_) = x509.load_pem_x509_certificates(pem.encode())
    return (leaf.not_valid_after_utc.timestamp() - now) / _DAY
