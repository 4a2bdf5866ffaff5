"""What a provider says about itself, once we believe it (OpenID Connect Discovery 1.0)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
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
    #: RFC 9449 5.1; None where the provider does not say.
    dpop_algs: tuple[str, ...] | None = None
    #: RFC 8705 5: endpoints of the same names for those who show a certificate.
    mtls_aliases: Mapping[str, Any] = field(default_factory=dict)
    #: For the token endpoint; None where the provider does not say (then: `client_secret_basic`).
    client_auth_methods: tuple[str, ...] | None = None
    pushed_request_endpoint: str | None = None  # RFC 9126
    requires_pushed_requests: bool = False
    request_object_algs: tuple[str, ...] | None = None  # None where it says nothing of request objects
    requires_request_objects: bool = False  # RFC 9101 section 10.5
    response_modes: tuple[str, ...] | None = None  # None where it does not say: then query and fragment

    @classmethod
    def check(
        cls, document: Mapping[str, Any], issuer: str, *, development: bool, issuer_template: str = ""
    ) -> "ProviderMetadata":
        """The metadata in `document`, which must be that of `issuer`, character by character.

        Discovery 4.3: without this comparison a malicious provider can name another one's
        endpoints and keys. Where the connection declares a template, the document must name that
        and nothing else. Raises `MetadataFault`.
        """
        found, wanted = document.get("issuer"), issuer_template or issuer
        if found != wanted:
            raise MetadataFault(_issuer_hint(found, wanted))
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
            client_auth_methods=_words(document, "token_endpoint_auth_methods_supported"),
            dpop_algs=_words(document, "dpop_signing_alg_values_supported"),
            mtls_aliases=_aliases(document, development=development),
            pushed_request_endpoint=_optional(
                document, "pushed_authorization_request_endpoint", development=development
            ),
            requires_pushed_requests=document.get("require_pushed_authorization_requests") is True,
            request_object_algs=_words(document, "request_object_signing_alg_values_supported"),
            requires_request_objects=document.get("require_signed_request_object") is True,
            response_modes=_words(document, "response_modes_supported"),
        )

    def for_mutual_tls(self) -> "ProviderMetadata":
        """The same provider as a client talks to it that shows a certificate (RFC 8705 section 5)."""
        return replace(self, **self.mtls_aliases) if self.mtls_aliases else self


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


#: Our name of each endpoint that is sent a client's proof or its token: no other has use for an alias.
_ALIASED = {
    "token_endpoint": "token_endpoint",
    "userinfo_endpoint": "userinfo_endpoint",
    "pushed_authorization_request_endpoint": "pushed_request_endpoint",
}


def _aliases(document: Mapping[str, Any], *, development: bool) -> dict[str, Any]:
    aliases = document.get("mtls_endpoint_aliases")
    if aliases is None:
        return {}
    if not isinstance(aliases, dict):
        raise MetadataFault("mtls_endpoint_aliases is not an object")
    return {
        ours: _endpoint(aliases, theirs, development=development)
        for theirs, ours in _ALIASED.items()
        if aliases.get(theirs) is not None
    }


def _words(document: Mapping[str, Any], name: str) -> tuple[str, ...] | None:
    values = document.get(name)
    if values is None:
        return None
    if not isinstance(values, list):
        raise MetadataFault(f"{name} is not an array")
    return tuple(value for value in values if isinstance(value, str))


def _issuer_hint(found: object, issuer: str) -> str:
    if isinstance(found, str) and found.rstrip("/") == issuer.rstrip("/"):
        return f"the provider's issuer differs only by a slash; configure issuer = {url_name(found)!r}"
    if isinstance(found, str) and found.rstrip("/").lower() == issuer.rstrip("/").lower():
        hint = "the provider's issuer differs only by upper and lower case"
        return f"{hint}; configure issuer = {url_name(found)!r}"
    if isinstance(found, str) and found.count("{tenantid}") == 1 and "{" not in issuer:
        return "the document names no issuer but a template for many tenants; write the issuer of one"
    return f"the document is that of {url_name(found)!r}, not of {issuer!r}"
