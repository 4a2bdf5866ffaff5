"""How a signed-in customer reaches the storefront."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bridge.domain.customer import Customer
from bridge.domain.identity import IdentityKey
from bridge.domain.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A customer on the way to the storefront, or back for a fresh token."""

    customer: Customer
    identity: IdentityKey
    session: str  # the bridge session's handle
    return_to: str  # a path on the store, or empty for its default page
    provider_clock: float | None = None  # seconds the provider's clock was ahead of ours
    code_challenge: str = ""  # PKCE of a public storefront, given to /login (RFC 7636, S256)
    client_address: str = ""  # the shopper's own IP address, where it is known


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformToken:
    """A token that the platform takes as its own customer's. Never logged and never stored."""

    access_token: Secret
    expires_in: int  # seconds from now
    token_type: str = "Bearer"  # noqa: S105 - a kind, no token
    scope: str = ""
    refresh_token: Secret | None = None  # stays with the bridge, sealed; never given to a browser
    more: Mapping[str, str] = field(default_factory=dict, repr=False)  # further members of the answer


@dataclass(frozen=True, slots=True)
class Redirect:
    """An address for this one browser; it may sign in whoever opens it. Never logged, cached or stored."""

    url: str

    def __repr__(self) -> str:
        return "Redirect(…)"


@dataclass(frozen=True, slots=True)
class FormPost:
    """Fields that the browser posts to an address of the storefront by itself."""

    url: str
    fields: Mapping[str, str]

    def __repr__(self) -> str:
        return "FormPost(…)"


HandOff = Redirect | FormPost
