"""What a provider says about itself, once we believe it (OpenID Connect Discovery 1.0)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from bridge.domain.connection import SIGNING_ALGS
from bridge.domain.loopback import is_loopback
from bridge.domain.quoting import url_name

WELL_KNOWN = "/.well-known/openid-configuration"


class MetadataFault(ValueError):
    """The document is not this provider's, or not usable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderMetadata:
    """The checked part of a discovery document."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    end_session_endpoint: str | None
    signing_algs: tuple[str, ...]
    iss_parameter: bool  # RFC 9207: the provider promises `iss` in its authorization responses

    @classmethod
    def check(cls, document: Mapping[str, Any], issuer: str, *, development: bool) -> "ProviderMetadata":
        """The metadata in `document`, which must be that of `issuer`, character by character.

        Discovery 4.3: without this comparison a malicious provider can name another one's
        endpoints and keys. Raises `MetadataFault`.
        """
        found = document.get("issuer")
        if found != issuer:
            raise MetadataFault(_issuer_hint(found, issuer))
        algs = document.get("id_token_signing_alg_values_supported", ["RS256"])
        if not isinstance(algs, list):
            raise MetadataFault("id_token_signing_alg_values_supported is not an array")
        return cls(
            issuer=issuer,
            authorization_endpoint=_endpoint(document, "authorization_endpoint", development=development),
            token_endpoint=_endpoint(document, "token_endpoint", development=development),
            jwks_uri=_endpoint(document, "jwks_uri", development=development),
            userinfo_endpoint=_optional(document, "userinfo_endpoint", development=development),
            end_session_endpoint=_optional(document, "end_session_endpoint", development=development),
            signing_algs=tuple(alg for alg in SIGNING_ALGS if alg in algs),
            iss_parameter=document.get("authorization_response_iss_parameter_supported") is True,
        )


def discovery_url(issuer: str) -> str:
    """Where an issuer publishes its metadata (Discovery 4.1: a trailing slash is removed first)."""
    return issuer.removesuffix("/") + WELL_KNOWN


def _endpoint(document: Mapping[str, Any], name: str, *, development: bool) -> str:
    value = document.get(name)
    if not isinstance(value, str):
        raise MetadataFault(f"{name} is missing")
    try:
        parts = urlsplit(value)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise MetadataFault(f"{name} is not a URL") from None
    if not value.isascii() or not value.isprintable() or " " in value or "\\" in value or "#" in value:
        raise MetadataFault(f"{name} is not a plain URL")
    if not host or parts.username is not None or parts.password is not None:
        raise MetadataFault(f"{name} has no host, or carries credentials")
    if parts.scheme != "https" and not (development and parts.scheme == "http" and is_loopback(host)):
        raise MetadataFault(f"{name} is not https")
    return value


def _optional(document: Mapping[str, Any], name: str, *, development: bool) -> str | None:
    return _endpoint(document, name, development=development) if document.get(name) is not None else None


def _issuer_hint(found: object, issuer: str) -> str:
    if isinstance(found, str) and found.rstrip("/") == issuer.rstrip("/"):
        return f"the provider's issuer differs only by a slash; configure issuer = {url_name(found)!r}"
    return f"the document is that of {url_name(found)!r}, not of {issuer!r}"
