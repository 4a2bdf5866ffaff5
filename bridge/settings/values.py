"""The kinds of values the declaration is written in: each a type with its check.

A check raises WrongValueError with words for an operator and never repeats the value. Secrets have a file of
their own, secret_values.py.
"""

import ipaddress
import re
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, ValidationInfo, WithJsonSchema

from bridge.domain.issuers import normal_tenant
from bridge.settings.certificates import checked_certificate
from bridge.settings.faults import WrongValueError
from bridge.settings.urls import checked_base, checked_host, checked_issuer, checked_origin

_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")  # RFC 6749 section 3.3
_COLLECTOR = re.compile(r"(?:https?://[A-Za-z0-9._\[\]:-]{1,255}(?:/[A-Za-z0-9._~/-]*[A-Za-z0-9._~-])?)?")
_PREFIX = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_APPLE_ID = re.compile(r"(?:[A-Z0-9]{10})?")  # empty for none


def tuple_of_list(value: object) -> object:
    """Turn the lists of TOML into what a frozen value holds."""
    return tuple(value) if isinstance(value, list) else value


def _printable(value: str) -> str:
    if not value.isprintable() or value != value.strip():
        raise WrongValueError("must not begin or end with a space, nor hold line ends or control characters")
    return value


def _not_empty(value: str) -> str:
    if not value:
        raise WrongValueError("must not be empty")
    return value


def _address_or_none(value: str) -> str:
    return checked_issuer(value) if value else value


def _base_or_none(value: str) -> str:
    return checked_base(value) if value else value


def empty_is_none(value: object) -> object:
    """Take an empty text as a key that is left out."""
    return None if value == "" else value


def _network(value: object) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    if isinstance(value, ipaddress.IPv4Network | ipaddress.IPv6Network):
        return value
    if not isinstance(value, str):
        raise WrongValueError("must be a network in quotes, such as 10.0.0.0/8")
    try:
        network = ipaddress.ip_network(value)
    except ValueError:
        raise WrongValueError(
            "must be a network such as 10.0.0.0/8, 2001:db8::/32 or the address of one proxy"
            " (the bits after the prefix must be zero)"
        ) from None
    if network.prefixlen == 0:
        raise WrongValueError(
            "must not be every address: then anybody could write X-Forwarded-For and be anywhere; list the"
            " networks of your own proxies, such as 10.0.0.0/8"
        )
    return network


def _day(value: object) -> date | None:
    if value in (None, ""):
        return None
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise WrongValueError("must be a date without quotes and without a time, such as 2027-01-31")


def _domain(value: str) -> str:
    if value == "*":
        return value
    if "@" in value:
        raise WrongValueError("must be the part after the @ alone, such as acme.com")
    if "*" in value:
        raise WrongValueError('must be a full domain: list sub-domains one by one, or write ["*"]')
    if value != value.lower():
        raise WrongValueError("must be written in lower case")
    try:
        return checked_host(value)
    except WrongValueError:
        raise WrongValueError("must be a domain such as acme.com (an international one as xn--…)") from None


def _domains(values: tuple[str, ...]) -> tuple[str, ...]:
    if "*" in values and len(values) > 1:
        raise WrongValueError('must hold "*" alone or domain names alone: "*" already means every domain')
    return values


def _tenant(value: str) -> str:
    if tenant := normal_tenant(value):
        return tenant
    raise WrongValueError("must hold tenant IDs (GUIDs without braces), not names or domains")


def _scope(value: str) -> str:
    if not _SCOPE.fullmatch(value):
        raise WrongValueError('must hold one scope each: ["openid", "email"], not ["openid email"]')
    return value


def _scopes(values: tuple[str, ...]) -> tuple[str, ...]:
    if "openid" not in values:
        raise WrongValueError('must hold "openid": without it the identity provider sends no ID token')
    return values


def _signing_alg(value: object) -> object:
    if value == "none":
        raise WrongValueError('must not hold "none": an unsigned ID token proves nothing')
    if isinstance(value, str) and value.upper().startswith("HS"):
        raise WrongValueError(
            "must not hold an HS… algorithm: with it whoever knows the client secret could write ID tokens;"
            " have the identity provider sign with RS256, PS256, ES256 or EdDSA"
        )
    return value


def _without_repeats(values: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(values)) < len(values):
        raise WrongValueError("must not hold the same name twice")
    return values


def _pattern(pattern: re.Pattern[str], expected: str) -> AfterValidator:
    def check(value: str) -> str:
        if not pattern.fullmatch(value):
            raise WrongValueError(expected)
        return value

    return AfterValidator(check)


def _readable_file(value: str, info: ValidationInfo) -> str:
    """Make `value` absolute and try to open it, if the reader has told the configuration's folder."""
    folder = info.context
    if not value or not isinstance(folder, Path):
        return value
    path = folder / value
    try:
        path.open("rb").close()
    except (OSError, ValueError) as error:
        reason = (isinstance(error, OSError) and error.strerror) or "not a usable path"
        raise WrongValueError(
            f"cannot be read as a file: {reason}; a relative path starts at the configuration's folder"
        ) from None
    return str(path)


Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Line = Annotated[str, AfterValidator(_printable)]
Word = Annotated[Line, AfterValidator(_not_empty)]
AppleId = Annotated[str, _pattern(_APPLE_ID, "must be the ten letters and digits that Apple shows")]
Prefix = Annotated[str, _pattern(_PREFIX, "must be 1 to 64 letters, digits or . : _ -")]
FileName = Annotated[str, AfterValidator(_readable_file)]
Certificate = Annotated[str, AfterValidator(checked_certificate)]
OptionalDay = Annotated[date | None, PlainValidator(_day), WithJsonSchema({"type": "string"})]
Issuer = Annotated[str, AfterValidator(checked_issuer)]
Origin = Annotated[str, AfterValidator(checked_origin)]
OptionalAddress = Annotated[str, AfterValidator(_address_or_none)]
BaseUrl = Annotated[str, AfterValidator(checked_base)]
Collector = Annotated[
    str, _pattern(_COLLECTOR, "must be a collector's address, such as http://collector:4318")
]
OptionalBaseUrl = Annotated[str, AfterValidator(_base_or_none)]
Networks = Annotated[
    tuple[
        Annotated[
            ipaddress.IPv4Network | ipaddress.IPv6Network,
            PlainValidator(_network),
            WithJsonSchema({"type": "string"}),
        ],
        ...,
    ],
    BeforeValidator(tuple_of_list),
]
Domains = Annotated[
    tuple[Annotated[str, AfterValidator(_domain)], ...],
    BeforeValidator(tuple_of_list),
    AfterValidator(_domains),
]
Scopes = Annotated[
    tuple[Annotated[str, AfterValidator(_scope)], ...],
    BeforeValidator(tuple_of_list),
    AfterValidator(_scopes),
]
Tenants = Annotated[
    tuple[Annotated[str, AfterValidator(_tenant)], ...],
    BeforeValidator(tuple_of_list),
    AfterValidator(_without_repeats),
]
SigningAlg = Literal[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
    "Ed25519",
]  # fmt: skip
SigningAlgs = Annotated[
    tuple[Annotated[SigningAlg, BeforeValidator(_signing_alg)], ...],
    BeforeValidator(tuple_of_list),
]
Origins = Annotated[
    tuple[Origin, ...],
    BeforeValidator(tuple_of_list),
    AfterValidator(_without_repeats),
]
ConnectionNamesOrNone = Annotated[
    tuple[str, ...],
    BeforeValidator(tuple_of_list),
    AfterValidator(_without_repeats),
]
ConnectionNames = Annotated[
    tuple[str, ...],
    BeforeValidator(tuple_of_list),
    Field(min_length=1),
    AfterValidator(_without_repeats),
]
