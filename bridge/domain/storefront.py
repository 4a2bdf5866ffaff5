"""How a store's own pages take the token: the storefront's side of a hand-off."""

from dataclasses import dataclass
from hmac import compare_digest
from typing import Literal
from urllib.parse import unquote_plus

from bridge.domain.binding import Binding
from bridge.domain.refusal import Reason, Refused
from bridge.domain.secret import Secret

#: `redirect`: the platform's own one-time address, on the store itself.
DeliveryName = Literal["redirect", "code", "query", "fragment", "form_post"]
DELIVERIES: tuple[DeliveryName, ...] = ("redirect", "code", "query", "fragment", "form_post")


@dataclass(frozen=True, slots=True, kw_only=True)
class Storefront:
    """What the operator said of it."""

    delivery: DeliveryName = "redirect"
    return_url: str = ""
    secrets: tuple[Secret, ...] = ()  # of its server, newest first
    browser_origins: tuple[str, ...] = ()  # whose pages may redeem codes by themselves

    @property
    def has_pages(self) -> bool:
        """Whether a code may be redeemed without a secret, by PKCE."""
        return bool(self.browser_origins)

    @property
    def needs_challenge(self) -> bool:
        """Whether PKCE is all that it can prove itself by."""
        return self.delivery == "code" and not self.secrets

    def check_binding(self, binding: Binding) -> None:
        """Raises `Refused(BAD_REQUEST)` for a binding that nothing would come of.

        A storefront that believes itself protected by a parameter nobody looks at is worse off
        than one that knows it is not.
        """
        if binding.state and self.delivery == "redirect":
            raise Refused(Reason.BAD_REQUEST, "state: this store's delivery hands none back")
        if binding.code_challenge and self.delivery != "code":
            raise Refused(Reason.BAD_REQUEST, 'code_challenge: only with delivery = "code"')
        if self.needs_challenge and not binding.code_challenge:
            raise Refused(Reason.BAD_REQUEST, "code_challenge: missing, and the storefront has no secret")

    def knows(self, password: str) -> bool:
        """Whether this is one of its secrets, as it is or form-encoded (RFC 6749 section 2.3.1).

        Half of all clients encode and half do not. Each comparison takes constant time.
        """
        given = (password.encode(), unquote_plus(password).encode())
        fits = [compare_digest(secret.reveal().encode(), one) for secret in self.secrets for one in given]
        return any(fits)


#: The platform's own address needs nothing of the storefront.
PLAIN = Storefront()
