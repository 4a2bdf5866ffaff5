"""Why a provider's documents cannot be had, in words that lead to the key or the console to change."""

import re
from collections.abc import Callable
from typing import NamedTuple

from bridge.domain.connection import Connection
from bridge.domain.finding import Finding
from bridge.domain.metadata import discovery_url
from bridge.domain.refusal import Reason, Refused
from bridge.idp.consoles import Console

_NOBODY = "Nobody can sign in through it; who is at the provider already cannot come back."


class _Cause(NamedTuple):
    """What a detail looks like, what to say of it and what to do; `{…}` is filled in."""

    pattern: str
    message: str
    remedy: str


_TRUST = (
    "If the provider's certificate is your own authority's: connections.{name}.ca_file = the PEM file of that"
    " authority. Else have the provider send its whole chain. Never switch verification off."
)
#: The first that fits. The detail is ours and libcurl's, never the provider's own words.
_CAUSES: tuple[_Cause, ...] = (
    _Cause(
        r"differs only by (?:a slash|upper and lower case); configure issuer = '(?P<found>[^']+)'",
        "the issuer differs from the provider's own only by a slash or by case; it is compared byte by byte",
        'Set connections.{name}.issuer = "{found}".',
    ),
    _Cause(
        r"no issuer but a template",
        "the address is one for many tenants, and its metadata name no issuer",
        "Write the issuer of one tenant ({console}); or, for several of Entra ID, set"
        ' provider = "entra" and list them in `tenants`.',
    ),
    _Cause(
        r"the document is that of '(?P<found>[^']+)', not of",
        "the metadata are another issuer's: {found}",
        'Set connections.{name}.issuer = "{found}" if that is the one meant; else take the issuer from'
        " {console}. A wrong tenant, realm or custom domain looks like this.",
    ),
    _Cause(
        r"the document is that of",
        "the metadata are another issuer's, or name none",
        "Take the issuer from {console}.",
    ),
    _Cause(
        r"the metadata: status (?P<found>30[1278])",
        "the address of the metadata redirects (status {found}); redirects are not followed",
        "Open {url} in a browser, see where it leads, and write the `issuer` that the metadata there name. A"
        " missing tenant, http in place of https or a host that moved look like this.",
    ),
    _Cause(
        r"the metadata: status (?P<found>404)",
        "no metadata at {url} (status {found})",
        "connections.{name}.issuer is surely wrong: take it from {console}. A realm, tenant or"
        " /oauth2/… that is missing at its end looks like this.",
    ),
    _Cause(
        r"the metadata: status (?P<found>\d+)",
        "{url} was answered with status {found}",
        "Open it in a browser. 401 or 403: a firewall or an access rule in front of the provider keeps this"
        " machine out. 5xx: see the provider's status page.",
    ),
    _Cause(
        r"the key set: status (?P<found>\d+)",
        "the provider's key set (jwks_uri) was answered with status {found}",
        "Open the jwks_uri that its metadata name; where it is behind a proxy or a firewall, let this machine"
        " pass. 5xx: see the provider's status page.",
    ),
    _Cause(
        r"self.signed certificate",
        "the provider's certificate is signed by an authority that is not trusted here (self-signed)",
        _TRUST,
    ),
    _Cause(
        r"unable to get (?:local )?issuer certificate",
        "the provider's certificate is signed by an authority that is not trusted here",
        _TRUST,
    ),
    _Cause(
        r"certificate has expired",
        "the provider's TLS certificate has expired",
        "Have it renewed by who runs the provider. If theirs is good, this machine's clock is wrong: NTP.",
    ),
    _Cause(
        r"certificate is not yet valid",
        "the provider's TLS certificate is not valid yet",
        "Synchronise this machine's clock (NTP): it is likely in the past.",
    ),
    _Cause(
        r"no alternative certificate subject name|does not match target host|Hostname mismatch"
        r"|subject name .* does not match|IP address mismatch",
        "the provider's TLS certificate is for another host",
        "Write the host that its certificate names into connections.{name}.issuer, or have the certificate"
        " issued for this host. A load balancer's default certificate looks like this.",
    ),
    _Cause(
        r"\Atls: ",
        "no TLS connection to the provider ({detail})",
        "The provider must speak TLS 1.2 or newer at this address; see whether a proxy in between breaks it.",
    ),
    _Cause(
        r"\Arefused_address: ",
        "the provider's host name leads to a private address, which is refused",
        "If the provider is inside your own network: connections.{name}.allow_private_network = true. If it"
        " is not, its name should not lead there: see your DNS.",
    ),
    _Cause(
        r"Could ?n.t resolve host|Could not resolve",
        "the provider's host name does not resolve from this machine",
        "See the spelling in connections.{name}.issuer ({console}), then this machine's DNS.",
    ),
    _Cause(
        r"\Aunreachable: ",
        "nothing answers at the provider's address ({detail})",
        "See whether the provider runs, and whether a firewall lets this machine reach it. The bridge takes"
        " no proxy from the environment (https_proxy): it must reach the provider directly.",
    ),
    _Cause(
        r"\Atimeout: ",
        "the provider did not answer in time ({detail})",
        "See whether a firewall drops what this machine sends; then the provider's status page.",
    ),
    _Cause(
        r"not JSON|not a JSON object|too_large",
        "what {url} answers is not the provider's document: no JSON, but a web page perhaps",
        "connections.{name}.issuer leads to a page for people, or a proxy shows its own: take the issuer from"
        " {console}.",
    ),
    _Cause(
        r"pushed_authorization_request_endpoint is missing",
        "requests must be pushed (RFC 9126), and the metadata name no endpoint for that",
        'Take pushed_authorization_requests = "always" out, or switch PAR on at the provider.',
    ),
    _Cause(
        r"(?P<found>\w+) is (?:missing|not https)",
        "the metadata cannot be used: {detail}",
        "Have the provider mend its metadata. If it is yours and behind a proxy, tell it its public https"
        " address ({console}).",
    ),
    _Cause(
        r"offers no signature algorithm",
        "the provider signs ID tokens by no algorithm that is taken here",
        "Have it sign with RS256, PS256, ES256 or EdDSA: {signing}. HS256 and none are never taken.",
    ),
    _Cause(
        r"RSA below",
        "the provider's key set holds no usable key: RSA below 2048 bits is too weak",
        "Have the provider make a new signing key, RSA of 2048 bits or more, or EC P-256: {signing}.",
    ),
    _Cause(
        r"not for signatures|not for verifying",
        "the provider's key set holds no key for signatures, only others (use: enc)",
        "Have the provider publish its signing keys at jwks_uri: {signing}.",
    ),
    _Cause(
        r"no usable key",
        "the provider's key set holds no usable key ({detail})",
        "Have the provider publish its signing keys at jwks_uri: {signing}.",
    ),
    _Cause(
        r"no array of keys",
        "what stands at the provider's jwks_uri is no key set",
        "Open the jwks_uri that its metadata name; have the provider name the right one.",
    ),
)


def failure(connection: Connection, console: Console, refused: Refused) -> Finding:
    """The finding for a document that could not be had."""
    subject = f"connections.{connection.name}"
    for cause in _CAUSES:
        fitting = re.search(cause.pattern, refused.detail)
        if fitting:
            filled = _filling(connection, console, refused, fitting.groupdict().get("found") or "")
            return Finding("failed", subject, filled(cause.message), filled(cause.remedy), _NOBODY)
    words = refused.reason.words
    return Finding("failed", subject, f"{words.cause} ({refused.detail})", words.remedy, _NOBODY)


def of_documents(refused: Refused) -> bool:
    """Whether this is about what a provider publishes, or about the way to it."""
    return refused.reason in (
        Reason.IDP_UNAVAILABLE,
        Reason.IDP_TIMEOUT,
        Reason.IDP_BUSY,
        Reason.IDP_METADATA_INVALID,
        Reason.IDP_KEYS_INVALID,
    )


def _filling(connection: Connection, console: Console, refused: Refused, found: str) -> Callable[[str], str]:
    values = {
        "name": connection.name,
        "found": found,
        "url": discovery_url(connection.issuer),
        "console": console.issuer,
        "signing": console.signing,
        "detail": refused.detail.partition(": ")[2] or refused.detail,
    }
    return lambda words: words.format(**values)
