"""Signing out from a storefront: what is known on the way, and who has a part in it."""

from dataclasses import dataclass
from typing import Literal, Protocol, TypeGuard

from bridge.domain.customer import Customer
from bridge.domain.deadline import Deadline
from bridge.domain.hand_off import HandOff
from bridge.domain.reference import reference_of
from bridge.domain.secret import Secret

#: What becomes of the session at the provider. `leaving`: the browser was sent there, and has to come back.
#: `none`: its make has no way to sign out. `skipped`: the operator wants it to go on. `unknown`: nothing
#: tells which provider it was. `failed`: it could not be asked, or said no.
ProviderPart = Literal["leaving", "ended", "none", "skipped", "unknown", "failed"]

#: The same once the browser is back, where there is something to say to a person.
UNFINISHED: frozenset[ProviderPart] = frozenset({"none", "failed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveTicket:
    """One sign-out under way. The browser itself carries it, signed, in a cookie of its own.

    Without it nothing follows from an address: neither the store's sign-out nor a way on.
    """

    state: str
    store: str
    connection: str  # empty where nothing tells which
    customer: str  # the store's own id; empty where it is not known
    return_to: str  # a path on the store, or empty
    created_at: int  # seconds since the epoch
    provider: ProviderPart
    #: Whether the provider hands `state` back; one that does not is known to be like that by its make.
    has_state: bool = True

    @property
    def reference(self) -> str:
        """The id under which it is logged."""
        return reference_of(self.state)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutRequest:
    """What a provider is told (RP-Initiated Logout 1.0 section 2)."""

    id_token: Secret  # empty where it is not known any more; may have run out
    sid: str  # the provider's own session id, or empty
    back: str  # the post_logout_redirect_uri, as registered
    state: str


@dataclass(frozen=True, slots=True)
class ToLogout:
    """Where the browser goes at the provider."""

    url: str
    has_state: bool = True


class LogsOut(Protocol):
    """The provider of one connection, as far as sign-out is concerned."""

    def logout_url(self, request: LogoutRequest, deadline: Deadline) -> ToLogout | None:
        """Where it ends its session and sends the browser back; None where it has no such place.

        Raises `Refused`.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """Somebody who leaves the store."""

    customer: Customer | None  # None where it is not known any more who it was
    return_to: str  # a path on the store, or empty for its default page


class SignsOut(Protocol):
    """A platform whose own pages keep a session of theirs, and which ends it at an address."""

    def sign_out(self, leave: Leave, deadline: Deadline) -> HandOff | None:
        """Where the browser goes to be signed out of the store; None where there is no such address.

        A token in it was minted now, and is for this one browser. What it does not know of `leave` it does
        without. Raises `Refused`.
        """
        ...


def signs_out(platform: object) -> TypeGuard[SignsOut]:
    """Whether it has a sign-out of its own."""
    return callable(getattr(platform, "sign_out", None))
