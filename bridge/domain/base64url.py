"""Bytes as the JOSE standards write them."""

from binascii import b2a_base64

_URL_SAFE = bytes.maketrans(b"+/", b"-_")


def encoded(raw: bytes) -> str:
    """Base64url without padding (RFC 7515 section 2); the way back, strictly, is `jws.decoded`."""
    return b2a_base64(raw, newline=False).rstrip(b"=").translate(_URL_SAFE).decode()
