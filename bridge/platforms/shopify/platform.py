"""One Shopify store that takes Multipass tokens."""

from collections.abc import Iterator, Sequence
from typing import Literal

from bridge.platform_api import (
    Customer,
    Deadline,
    Details,
    Finding,
    HandOff,
    HttpFailure,
    HttpRequest,
    IdentityKey,
    Leave,
    Profile,
    Reason,
    Redirect,
    Refused,
    Secret,
    StoreContext,
    Visit,
    normal_email,
    safe_return_to,
)
from bridge.platforms.shopify.multipass import multipass_claims, multipass_token

#: A token is good for 900 s; a clock that is wrong by more than this is about to be noticed.
SUSPICIOUS = 60.0  # seconds


class Shopify:
    """Signs in locally, and asks the store nothing: Multipass has no look-up, and makes customers by itself.

    A customer is an e-mail address and nothing else, so the id of a customer is the normal address.
    """

    def __init__(self, secret: Secret, shop_domain: str, tag_string: str, context: StoreContext) -> None:
        self.subject = context.subject
        self._secret = secret
        self._tag_string = tag_string
        self._shop = f"https://{shop_domain}" if shop_domain else context.url
        self._context = context

    def find(self, email: str, deadline: Deadline) -> Sequence[Customer]:
        """See the port. Whether or not the store has the customer yet: the address is the customer."""
        del deadline
        return [Customer(email)] if is_customer_id(email) else []

    def find_by_identity(self, identity: IdentityKey, deadline: Deadline) -> Customer | None:
        """See the port. Multipass tells nothing back."""
        del identity, deadline
        return None

    def exists(self, customer: Customer, deadline: Deadline) -> bool:
        """See the port. Whether it could: Multipass has no look-up."""
        del deadline
        return is_customer_id(customer.id)

    def create(self, profile: Profile, deadline: Deadline) -> Customer:
        """See the port: the store creates the customer when it reads the token."""
        del deadline
        if not is_customer_id(profile.email):
            raise Refused(Reason.STORE_REJECTED, "no address that can be a customer's")
        return Customer(profile.email)

    def update(self, customer: Customer, details: Details, deadline: Deadline) -> Sequence[str]:
        """See the port. Names go with each token; everything else would need another API of the store's."""
        del customer, deadline
        return ["Multipass writes names alone, with each sign-in"] if details else []

    def hand_off(self, visit: Visit, deadline: Deadline) -> HandOff:
        """See the port: the store's Multipass address with a token minted now."""
        del deadline
        email, path = visit.customer.id, safe_return_to(visit.return_to)
        # Again, and last: whatever was written to Redis, by whomever, only an address becomes a token, and
        # only the one the provider vouched for at this sign-in.
        if not is_customer_id(email) or (visit.profile is not None and visit.profile.email != email):
            raise Refused(Reason.STORE_REJECTED, "the linked customer is not the one of the trusted e-mail")
        claims = multipass_claims(
            email=email,
            created_at=self._context.now(),
            first_name=visit.profile.first_name if visit.profile else "",
            last_name=visit.profile.last_name if visit.profile else "",
            return_to=f"{self._context.url}{path}" if path else "",
            tag_string=self._tag_string,
        )
        return Redirect(f"{self._shop}/account/login/multipass/{multipass_token(claims, self._secret)}")

    def sign_out(self, leave: Leave, deadline: Deadline) -> HandOff:
        """See the port `SignsOut`: the store's own address, for everybody. It ends on a page of the store."""
        del leave, deadline
        return Redirect(f"{self._context.url}/account/logout")

    @property
    def state(self) -> str:
        """Nothing that sign-ins wait for."""
        return "ok"

    def start(self) -> None:
        """Nothing to begin."""

    def check(self, deadline: Deadline) -> Iterator[Finding]:
        """See the port: whether the store answers, and its clock. The secret cannot be tried out."""
        sent = self._context.now()
        try:
            reply = self._context.http.send(HttpRequest("GET", f"{self._shop}/"), deadline)
        except HttpFailure as failure:
            raise Refused(Reason.STORE_UNAVAILABLE, f"the storefront: {failure}") from None
        if reply.date is None:
            yield Finding("ok", self.subject, f"the storefront answers (status {reply.status})")
        else:
            ahead = reply.date - (sent + self._context.now()) / 2
            level: Literal["ok", "warning"] = "ok" if abs(ahead) <= SUSPICIOUS else "warning"
            remedy = "" if level == "ok" else "Synchronise this machine's clock (NTP)."
            words = f"the storefront answers; its clock is {ahead:+.0f} s from ours"
            yield Finding(level, self.subject, words, remedy)
        yield Finding(
            "ok", self.subject, "the Multipass secret cannot be tried: a wrong one shows at a sign-in"
        )


def is_customer_id(text: str) -> bool:
    """Whether this can be a customer's id here: an e-mail address in its normal spelling, not too long."""
    return bool(text) and normal_email(text) == text and Customer(text).plausible
