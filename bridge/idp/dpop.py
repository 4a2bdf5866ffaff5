"""Tokens that only we can use: each request brings a proof by a key that never leaves us (RFC 9449)."""

import hashlib
import re
from collections.abc import Callable
from urllib.parse import urlsplit

from joserfc.jwk import ECKey

from bridge.domain.base64url import encoded
from bridge.domain.http import HttpReply
from bridge.idp.client_keys import ClientKey, signed
from bridge.idp.oauth_error import oauth_error

ALG = "ES256"  # on P-256: the one that every implementation has
#: RFC 9449 section 8.1; bounded, since it comes back with every request.
_NONCE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,1000}")


class Dpop:
    """One connection's key, made when the process starts and never written anywhere, and its nonces.

    A key of the process is enough: the code, its tokens and their use are all within one request.
    That is why the authorization request does not name the key (dpop_jkt, section 10): the browser
    may come back to another process.
    """

    def __init__(self, now: Callable[[], float], token: Callable[[], str]) -> None:
        """`now`: seconds since the epoch; `token`: fresh random text."""
        self._now = now
        self._token = token
        key = ECKey.generate_key("P-256", private=True)
        self._key = ClientKey(key.thumbprint(), ALG, key)
        # What RFC 7638 counts and no more, whatever the library adds.
        self._jwk = {name: key.as_dict(private=False)[name] for name in ("kty", "crv", "x", "y")}
        self._nonces: dict[str, str] = {}  # the latest of each server

    def proof(self, method: str, url: str, access_token: str = "") -> str:
        """A proof for one request (section 4.2); with `access_token`, for one that brings it."""
        claims = {
            "jti": self._token(),
            "htm": method,
            "htu": url.partition("?")[0].partition("#")[0],
            "iat": int(self._now()),
        }
        if access_token:
            claims["ath"] = encoded(hashlib.sha256(access_token.encode()).digest())
        if nonce := self.nonce(url):
            claims["nonce"] = nonce
        return signed(self._key, {"typ": "dpop+jwt", "jwk": self._jwk}, claims)

    def nonce(self, url: str) -> str:
        """What the server of `url` wants to see in the next proof; empty where it wants nothing."""
        return self._nonces.get(_server(url), "")

    def hear(self, url: str, reply: HttpReply) -> str:
        """Keeps the nonce that a server gives with any reply (sections 8.2 and 9). The one to use next."""
        nonce = reply.headers.get("dpop-nonce", "")
        if _NONCE.fullmatch(nonce):
            self._nonces[_server(url)] = nonce  # its servers are few: the metadata name them
        return self.nonce(url)


def token_wants_nonce(reply: HttpReply) -> bool:
    """Section 8: the token endpoint asks for the same again with its nonce; the code was not used."""
    return reply.status in (400, 401) and oauth_error(reply) == "use_dpop_nonce"


def token_headers(dpop: Dpop | None, method: str, url: str, access_token: str) -> dict[str, str]:
    """How an access token is sent: bound (section 7.1), or to whoever bears it (RFC 6750 2.1)."""
    if dpop is None:
        return {"Authorization": f"Bearer {access_token}"}
    return {"Authorization": f"DPoP {access_token}", "DPoP": dpop.proof(method, url, access_token)}


def _server(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
