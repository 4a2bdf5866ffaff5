"""How a signed-in customer reaches the storefront."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bridge.domain.binding import UNBOUND, Binding
from bridge.domain.customer import Customer, Profile
from bridge.domain.identity import IdentityKey
from bridge.domain.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A customer on the way to the storefront, or back for a fresh token."""

    customer: Customer
    identity: IdentityKey
    session: str  # the bridge session's handle; at `/token`, its digest
    return_to: str  # a path on the store, or empty for its default page
    reference: str = ""  # of the attempt, for the log lines
    provider_clock: float | None = None  # seconds the provider's clock was ahead of ours
    binding: Binding = UNBOUND  # what the storefront gave to /login
    client_address: str = ""  # the shopper's own IP address, where it is known
    #: What the provider vouches for at this very sign-in, for platforms that know customers by their e-mail;
    #: None for other platforms, at a repeated callback, and for a later token.
    profile: Profile | None = None
    cart: str = ""  # the guest's cart, for a platform that takes it over


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
