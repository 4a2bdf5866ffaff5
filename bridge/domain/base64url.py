"""Bytes as the JOSE standards write them."""

from base64 import urlsafe_b64encode


def encoded(raw: bytes) -> str:
    """Base64url without padding (RFC 7515 section 2); the way back, strictly, is `jws.decoded`."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
