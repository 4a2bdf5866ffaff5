"""The authorization request as a signed statement: nobody on the way can change it (RFC 9101, Core 6)."""

from collections.abc import Mapping
from typing import Any

from bridge.domain.connection import Connection
from bridge.idp.client_keys import client_key, signed

#: Seconds for which a request object may be used. A person can do nothing between its making and its use.
LIFETIME = 300
#: What Core 6.1 wants beside it, in words of OAuth's: providers of that time read them there.
_BESIDE = ("client_id", "response_type", "scope")


def request_object(
    connection: Connection, parameters: Mapping[str, Any], issuer: str, now: float, jti: str
) -> str:
    """All of `parameters`, signed by the first of the client's keys for this provider alone.

    `issuer` is the audience (RFC 9101 section 4); `jti` must be fresh. The type in the header keeps it from
    passing for a client's proof (section 10.8), and so does the lack of `sub`.
    """
    key = client_key(connection.client_keys[0], connection.client_rsa_alg)
    issued = int(now)
    claims = {
        **parameters,
        "iss": connection.client_id,
        "aud": issuer,
        "iat": issued,
        "nbf": issued,
        "exp": issued + LIFETIME,
        "jti": jti,
    }
    return signed(key, {"kid": key.kid, "typ": "oauth-authz-req+jwt"}, claims)


def beside(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What goes through the browser next to the object; the provider believes only what is inside."""
    return {name: parameters[name] for name in _BESIDE}
