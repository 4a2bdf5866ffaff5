"""The keys of [stores.NAME.commercelayer] and its tables."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from bridge.platform_api import (
    BaseUrl,
    OptionalBaseUrl,
    OptionalSecretText,
    SecretText,
    Table,
    WrongValueError,
    tuple_of_list,
)

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_ID = re.compile(r"[\x21-\x7e]{1,128}")
_GROUP = re.compile(r"[A-Za-z0-9_-]{0,64}")
_RESTRICTION = re.compile(r"(?:market|store|stock_location):(?:id|code):[A-Za-z0-9._-]{1,128}|market:all")
_NUMBERED = re.compile(r"(?:market|store|stock_location):[0-9]+")


def _slug(value: str) -> str:
    if not _SLUG.fullmatch(value):
        raise WrongValueError("must be the organization's sub-domain: small letters, digits and -")
    return value


def _id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise WrongValueError("must be an id: visible ASCII without spaces, at most 128 characters")
    return value


def _group(value: str) -> str:
    if not _GROUP.fullmatch(value):
        raise WrongValueError("must be the id of a customer group, or empty")
    return value


def _scope(value: str) -> str:
    words = value.split(" ") if value else []
    if any(_NUMBERED.fullmatch(word) for word in words):
        raise WrongValueError("must name markets by id or code, such as market:id:… (numbers are retired)")
    if not all(_RESTRICTION.fullmatch(word) for word in words):
        raise WrongValueError("must be words such as market:code:europe, with one space between them")
    return value


def _some(values: tuple[str, ...]) -> tuple[str, ...]:
    if not values:
        raise WrongValueError("must hold at least one entry")
    return values


Id = Annotated[str, AfterValidator(_id)]
Ids = Annotated[tuple[Id, ...], BeforeValidator(tuple_of_list)]


class OrganizationSettings(Table):
    """The organization a legacy token is made in the name of."""

    id: Id = Field(description="Id of the organization.", examples=["WXlEOFrjnr"])
    slug: Annotated[str, AfterValidator(_slug)] = Field(
        description="Sub-domain of the organization; the same as in the table above.", examples=["my-org"]
    )
    enterprise: bool = Field(description="Whether the organization's plan is enterprise.", examples=[True])


class ApplicationSettings(Table):
    """The application a legacy token speaks for."""

    id: Id = Field(description="Id of the application.", examples=["NkZQOiZDWP"])
    kind: Literal["sales_channel", "integration", "webapp"] = Field(
        description="Kind of the application.", examples=["sales_channel"]
    )
    public: bool = Field(description="Whether the application is a public one.", examples=[True])


class MarketSettings(Table):
    """The markets in a legacy token's scope, and what all of them have in common."""

    id: Annotated[Ids, AfterValidator(_some), Field(json_schema_extra={"minItems": 1})] = Field(
        description="Ids of the markets, at least one.", examples=[["KoaJYhLVzp"]]
    )
    price_list_id: Id = Field(description="Price list of all these markets.", examples=["nZvJYhAlpq"])
    allows_external_prices: bool = Field(
        description="true only if every one of these markets has an external prices URL.", examples=[False]
    )
    stock_location_ids: Ids = Field(
        default=(),
        description="Stock locations of the markets' inventory model; needed by a sales channel that reads"
        " SKUs.",
        examples=[["kpbzgunqrE"]],
    )
    geocoder_id: Annotated[str, AfterValidator(lambda value: _id(value) if value else value)] = Field(
        default="",
        description="Geocoder of all these markets; empty for none.",
        examples=["geNmYvDwpP"],
    )


class LegacySsoSettings(Table):
    """LEGACY, with mode = "legacy_sso" only: what the token is made of. The vendor retired it in 2024."""

    shared_secret: SecretText = Field(
        description="Secret the organization shares with the bridge; at least 64 bytes for HS512.",
        examples=["env:CL_SHARED"],
    )
    test: bool = Field(
        default=False, description="true for the organization's test mode, false for live.", examples=[True]
    )
    lifetime: int = Field(
        default=7200, ge=60, le=86400, description="Seconds a token is good for.", examples=[3600]
    )
    reads_skus: bool = Field(
        default=True,
        description="Whether a sales channel reads SKUs with the token; it then needs stock_location_ids.",
        examples=[False],
    )
    organization: OrganizationSettings = Field(description="The organization.")
    application: ApplicationSettings = Field(description="The application.")
    market: MarketSettings | None = Field(
        default=None, description="The markets in scope; without it the token is for none."
    )


class CommerceLayerSettings(Table):
    """The store's organization at Commerce Layer."""

    mode: Literal["jwt_bearer", "legacy_sso"] = Field(
        default="jwt_bearer",
        description="Where customers' tokens come from. jwt_bearer: the platform gives them to the sales"
        " channel; legacy_sso: the bridge signs them with the organization's shared secret, which"
        " the vendor retired in November 2024.",
        examples=["jwt_bearer"],
    )
    slug: Annotated[str, AfterValidator(_slug)] = Field(
        description="Sub-domain of the organization: my-org of my-org.commercelayer.io.", examples=["my-org"]
    )
    client_id: Annotated[str, AfterValidator(lambda value: _id(value) if value else value)] = Field(
        default="",
        description="Client id of the sales channel the storefront uses; needed with mode = jwt_bearer.",
        examples=["xOyPGgmYM3DPKyxpC6RoLkx0bgQAZ-FX2T2ogRf9vuU"],
    )
    client_secret: SecretText | None = Field(
        default=None,
        description="Client secret of the same sales channel; with it tokens of any customer can be had.",
        examples=["env:CL_SECRET"],
    )
    scope: Annotated[str, AfterValidator(_scope)] = Field(
        default="",
        description="Scope of customers' tokens, needed with mode = jwt_bearer: market:code:…, market:id:…,"
        " store:…, stock_location:…, with a space between several.",
        examples=["market:code:europe"],
    )
    integration_client_id: Annotated[str, AfterValidator(lambda value: _id(value) if value else value)] = (
        Field(
            default="",
            description="Client id of an integration, for look-up and creation of customers. Without it only"
            " customers who are known already can sign in.",
            examples=["Pf9vuUxOyPGgmYM3DPKyxpC6RoLkx0bgQAZ-FX2T2og"],
        )
    )
    integration_client_secret: SecretText | None = Field(
        default=None, description="Client secret of the same integration.", examples=["env:CL_INTEGRATION"]
    )
    auth_url: BaseUrl = Field(
        default="https://auth.commercelayer.io",
        description="Address of the authentication server.",
        examples=["https://commercelayer-auth.internal.example.com"],
    )
    api_url: OptionalBaseUrl = Field(
        default="",
        description="Address of the organization's API; empty for https://SLUG.commercelayer.io.",
        examples=["https://my-org.commercelayer.io"],
    )
    customer_group: Annotated[str, AfterValidator(_group)] = Field(
        default="",
        description="Id of the customer group that new customers belong to; empty for none. A market with a"
        " group is open to its members only.",
        examples=["xgZVGFVZjv"],
    )
    backend_auth: OptionalSecretText = Field(
        default=None,
        description="Secret for the header x-backend-auth (enterprise plans): token requests then count by"
        " the shopper's address, not by the bridge's.",
        examples=["env:CL_BACKEND_AUTH"],
    )
    legacy_sso: LegacySsoSettings | None = Field(
        default=None, description="What a legacy token is made of; needed with mode = legacy_sso."
    )
