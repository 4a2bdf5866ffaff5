"""The keys of [stores.NAME] and its tables; those of the platforms come from what is installed."""

import difflib
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, create_model

from bridge.domain.storefront import DeliveryName
from bridge.settings.faults import WrongValueError
from bridge.settings.offers import Installed, Offer, installed
from bridge.settings.pages import LookSettings
from bridge.settings.profile_map import MapSettings
from bridge.settings.secret_values import HandoffSecrets, WebhookSecrets
from bridge.settings.table import Table
from bridge.settings.values import (
    ConnectionNames,
    ConnectionNamesOrNone,
    Line,
    OptionalAddress,
    Origin,
    Origins,
    empty_is_none,
)

_PLATFORM = "The store's software. Its own keys stand in the table of this name."


class CustomersSettings(Table):
    """How an identity without a link becomes a customer of the store."""

    claim: Line = Field(
        default="",
        description="Claim that carries the store's own customer id, if the provider has one; empty for"
        " none.",
        examples=["customer_id"],
    )
    claim_connections: ConnectionNamesOrNone = Field(
        default=(),
        description="Connections whose word counts in `claim`; without it all of the store's. Name those at"
        " which people cannot write the claim themselves: whoever can, can enter as any customer whom no"
        " identity of that connection holds.",
        examples=[["acme"]],
    )
    match_email: bool = Field(
        default=True,
        description="Link to an existing customer by an e-mail the connection may be trusted for.",
        examples=[False],
    )
    create: bool = Field(
        default=True,
        description="Create the customer at the first sign-in, with an e-mail the connection may be trusted"
        " for.",
        examples=[False],
    )
    sync: Literal["best_effort", "required"] = Field(
        default="best_effort",
        description="What happens at a sign-in at which the profile cannot be written. best_effort: a known"
        " customer signs in all the same, and the next sign-in tries again. required: the sign-in is refused;"
        " for markets that only a group may enter.",
        examples=["required"],
    )
    update_email: bool = Field(
        default=False,
        description="Let the store's address follow the provider's, where the connection may be trusted for"
        " it and no other customer of the store has it.",
        examples=[True],
    )
    verify_customer: Literal["never", "hourly", "daily", "weekly"] = Field(
        default="never",
        description="How often the store is asked, at a sign-in, whether it still has the customer. A"
        " platform that gives out tokens itself tells by itself.",
        examples=["daily"],
    )
    relink: bool = Field(
        default=False,
        description="true: who is linked to a customer whom the store has no more is resolved anew, by a"
        " claim, a trusted e-mail or a new customer. false: refused until an operator unlinks it.",
        examples=[True],
    )
    map: MapSettings = Field(default=MapSettings(), description="Which claim tells what of a customer.")


class WebhookSettings(Table):
    """Where the store's server is told what it did not ask for."""

    url: OptionalAddress = Field(
        default="",
        description="Address that takes a signed POST when a session ended before its time, so that the"
        " storefront signs the person out as well. Empty for none.",
        examples=["https://shop.example.eu/hooks/bridge"],
    )
    secret: WebhookSecrets = Field(
        default=(),
        description="Secret that signs: whsec_ and then 24 to 64 bytes in base64; or a list, newest first:"
        " each of them signs.",
        examples=["env:EU_WEBHOOK"],
    )


class StoreTable(Table):
    """What every store has, whatever its platform."""

    platform: str = Field(description=_PLATFORM, examples=["bigcommerce"])
    url: Origin = Field(
        description="Address of the storefront: scheme and host, without a path.",
        examples=["https://store.example.com"],
    )
    connections: ConnectionNames = Field(
        description="Names of the connections people may sign in with. The first is used when nothing else"
        " decides.",
        examples=[["acme"]],
    )
    delivery: Annotated[DeliveryName | None, BeforeValidator(empty_is_none)] = Field(
        default=None,
        description="How the platform's token reaches the storefront. redirect: by the platform's own"
        " one-time address (BigCommerce and Shopify; their default). code: return_url gets a one-time code,"
        " which the storefront redeems at /token (Commerce Layer's default). query, fragment, form_post:"
        " return_url gets the token itself, through the browser (Commerce Layer).",
        examples=["code"],
    )
    return_url: OptionalAddress = Field(
        default="",
        description="Page of the storefront that takes the code or token; at `url`, or at one of"
        " `browser_origins`. Needed with every delivery but redirect.",
        examples=["https://shop.example.eu/auth/return"],
    )
    handoff_secret: HandoffSecrets = Field(
        default=(),
        description="Secret by which the storefront's server redeems codes, at least 32 characters; or a"
        " list, newest first: each of them is accepted.",
        examples=["env:EU_HANDOFF"],
    )
    browser_origins: Origins = Field(
        default=(),
        description="Origins of pages that redeem codes by themselves, by PKCE and without a secret:"
        " storefronts that run in the browser. Compared byte for byte.",
        examples=[["https://shop.example.eu"]],
    )
    customers: CustomersSettings = Field(
        default=CustomersSettings(),
        description="How an identity becomes a customer.",
    )

    pages: LookSettings = Field(default=LookSettings(), description="How this store's pages look.")

    webhook: WebhookSettings = Field(
        default=WebhookSettings(),
        description="Tells the store's server of sessions that ended.",
    )

    @property
    def account(self) -> Any:
        """The table of the store's platform; which `Table` it is, that platform knows."""
        return getattr(self, self.platform)


#: The platforms that can be named, each with its distribution, and those that cannot, each with the reason.
PLATFORMS: Mapping[str, Installed] = MappingProxyType(installed({*StoreTable.model_fields, *dir(StoreTable)}))
OFFERS: Mapping[str, Offer[Any]] = MappingProxyType({
    name: one.offer for name, one in PLATFORMS.items() if one.offer is not None
})  # fmt: skip


def _known(value: object) -> object:
    """Says what else could have been meant, and where platforms come from. Never repeats the value."""
    if not isinstance(value, str) or value in OFFERS:
        return value
    if value in PLATFORMS:
        raise WrongValueError(f"this platform {PLATFORMS[value].fault}")
    near = difflib.get_close_matches(value, OFFERS, n=1)
    hint = f"did you mean `{near[0]}`?" if near else f"there are: {', '.join(OFFERS) or 'none'}"
    raise WrongValueError(
        f"names no platform that is installed; {hint}"
        " (another one comes with a Python distribution, to be installed where the bridge is)"
    )


if TYPE_CHECKING:
    StoreSettings = StoreTable
else:
    _names = Literal[tuple(OFFERS)] if OFFERS else str
    StoreSettings = create_model(
        "StoreSettings",
        __base__=StoreTable,
        __module__=__name__,
        __doc__="One storefront that people are signed in to.",
        platform=(
            Annotated[_names, BeforeValidator(_known)],
            Field(description=_PLATFORM, examples=["bigcommerce"]),
        ),
        **{
            name: (
                offer.settings | None,
                Field(default=None, description=f"{offer.title}; needed with platform = {name}."),
            )
            for name, offer in OFFERS.items()
        },
    )
