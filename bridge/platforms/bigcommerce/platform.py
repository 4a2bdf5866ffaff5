"""One BigCommerce storefront."""

import re
import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from bridge.domain.customer import Customer, CustomerGone, Profile
from bridge.domain.deadline import Deadline
from bridge.domain.finding import Finding
from bridge.domain.hand_off import HandOff, PlatformToken, Redirect, Visit
from bridge.domain.http import Http
from bridge.domain.identity import IdentityKey
from bridge.domain.profile import Details
from bridge.domain.refusal import Reason, Refused
from bridge.domain.secret import Secret
from bridge.net.kept import Ages, Kept
from bridge.platforms.bigcommerce.account import Account
from bridge.platforms.bigcommerce.api import Api
from bridge.platforms.bigcommerce.clock import SUSPICIOUS, StoreClock
from bridge.platforms.bigcommerce.customers import Customers, allows_global_logins
from bridge.platforms.bigcommerce.graphql import StorefrontApi
from bridge.platforms.bigcommerce.login_token import (
    TOKEN_LIFE,
    TOKEN_TYPE,
    is_customer_id,
    login_claims,
    sign,
)
from bridge.platforms.bigcommerce.profiles import Profiles

_CART = re.compile(r"[A-Za-z0-9-]{1,64}")
_CHANNEL_AGES = Ages(fresh=600, stale=86400, last_good=7 * 86400)


class BigCommerce:
    """Signs in locally; calls the management API only for customers not known yet."""

    def __init__(
        self,
        url: str,
        account: Account,
        http: Http,
        now: Callable[[], float],
        monotonic: Callable[[], float],
        subject: str,
    ) -> None:
        """`subject`: what this store is called in the configuration."""
        self.subject = subject
        self._url = url
        self._account = account
        self._api = Api(account, http)
        private = account.storefront_token
        self._storefront_api = StorefrontApi(account, private, http, now) if private else None
        self.clock = StoreClock(self._api, now, monotonic)
        self._customers = Customers(
            account,
            self._api,
            Kept(
                lambda deadline: allows_global_logins(account, self._api, deadline),
                **_CHANNEL_AGES,
                monotonic=monotonic,
                late=Reason.STORE_UNAVAILABLE,
            ),
        )
        self._profiles = Profiles(self._api, self._customers, monotonic)

    def find(self, email: str, deadline: Deadline) -> Sequence[Customer]:
        """See the port."""
        self._need_access_token()
        return self._customers.find(email, deadline)

    def find_by_identity(self, identity: IdentityKey, deadline: Deadline) -> Customer | None:  # noqa: ARG002
        """See the port. BigCommerce customers carry no identity."""
        return None

    def exists(self, customer: Customer, deadline: Deadline) -> bool:
        """See the port. Without an access token the provider's word has to do."""
        if not is_customer_id(customer.id):
            return False
        return self._customers.exists(customer, deadline) if self._api.available else True

    def create(self, profile: Profile, deadline: Deadline) -> Customer:
        """See the port."""
        self._need_access_token()
        return self._customers.create(profile, deadline)

    def update(self, customer: Customer, details: Details, deadline: Deadline) -> Sequence[str]:
        """See the port."""
        if not is_customer_id(customer.id):
            raise CustomerGone  # there cannot be one, and it would become part of an address
        self._need_access_token()
        return self._profiles.update(customer, details, deadline)

    def unknown_groups(self, ids: Sequence[str], deadline: Deadline) -> Sequence[str]:
        """Those of `ids` that the store has not. Raises `Refused`."""
        self._need_access_token()
        return self._profiles.unknown_groups(ids, deadline)

    def unknown_attributes(self, names: Sequence[str], deadline: Deadline) -> Sequence[str]:
        """Those of `names` that the store has not. Raises `Refused`."""
        self._need_access_token()
        return self._profiles.unknown_attributes(names, deadline)

    def hand_off(self, visit: Visit, deadline: Deadline) -> HandOff:
        """See the port `Delivery`: the storefront's access point with a token minted now."""
        del deadline
        return Redirect(self._access_point(self._login_token(visit)))

    def issue(self, visit: Visit, deadline: Deadline) -> PlatformToken:
        """See the port: for a headless storefront, to be used on its server within thirty seconds.

        With a storefront token the customer is signed in right here, and the token is the one for
        the GraphQL Storefront API; without, it is the login token itself.
        """
        token = self._login_token(visit)
        if self._storefront_api is not None:
            cart = visit.cart if _CART.fullmatch(visit.cart) else ""
            return self._storefront_api.login(token, visit.customer, cart, deadline)
        more = {"login_token_url": self._access_point(token)}
        return PlatformToken(
            access_token=Secret(token), expires_in=TOKEN_LIFE, token_type=TOKEN_TYPE, more=more
        )

    def renew(self, refresh_token: Secret, visit: Visit, deadline: Deadline) -> PlatformToken:
        """See the port; the platform gives no refresh tokens."""
        del refresh_token
        return self.issue(visit, deadline)

    def revoke(self, refresh_token: Secret, deadline: Deadline) -> None:
        """Nothing: the platform gives no refresh tokens."""

    def _login_token(self, visit: Visit) -> str:
        iat = self.clock.iat(visit.provider_clock)
        claims = login_claims(self._account, visit.customer, visit.return_to, iat=iat, jti=str(uuid.uuid4()))
        return sign(claims, self._account)

    def _access_point(self, token: str) -> str:
        return f"{self._url}/login/token/{token}"

    @property
    def state(self) -> str:
        """How the store's API is, as far as known; asks nobody."""
        failure = self.clock.offset.failure
        return failure.reason.value if failure else "ok" if self.clock.offset.value else "not asked yet"

    def start(self) -> None:
        """Measures the store's clock in the background."""
        self.clock.offset.renew_if_stale()

    def check(self, deadline: Deadline) -> Iterator[Finding]:
        """See `Checked` in `bridge.flows.check_up`."""
        offset = self.clock.offset.get(deadline)
        level: Literal["ok", "warning"] = "ok" if abs(offset.seconds) <= SUSPICIOUS else "warning"
        yield Finding(
            level,
            self.subject,
            f"the store's clock is {offset.seconds:+.1f} s from ours ({offset.source}); tokens follow it",
            "" if level == "ok" else "Synchronise this machine's clock (NTP).",
        )
        if not self._api.available:
            yield Finding(
                "warning",
                self.subject,
                "no access_token: only known customers sign in",
                "Create an API account with the Customers scope and configure its token.",
            )
            return
        self._customers.find("bridge-check@example.invalid", deadline)
        channel = self._account.channel_id
        yield Finding("ok", self.subject, f"the Customers API answers (channel {channel})")

    def _need_access_token(self) -> None:
        if not self._api.available:
            raise Refused(
                Reason.CUSTOMER_UNKNOWN, "no access_token is configured: only known customers sign in"
            )
