"""One BigCommerce storefront."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from bridge.domain.customer import Customer, Profile
from bridge.domain.deadline import Deadline
from bridge.domain.finding import Finding
from bridge.domain.hand_off import HandOff, Redirect
from bridge.domain.http import Http
from bridge.domain.refusal import Reason, Refused
from bridge.net.kept import Ages, Kept
from bridge.platforms.bigcommerce.account import Account
from bridge.platforms.bigcommerce.api import Api
from bridge.platforms.bigcommerce.clock import SUSPICIOUS, StoreClock
from bridge.platforms.bigcommerce.customers import Customers, allows_global_logins
from bridge.platforms.bigcommerce.login_token import is_customer_id, login_claims, sign

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

    def find(self, email: str, deadline: Deadline) -> Sequence[Customer]:
        """See the port."""
        self._need_access_token()
        return self._customers.find(email, deadline)

    def exists(self, customer: Customer, deadline: Deadline) -> bool:
        """See the port. Without an access token the provider's word has to do."""
        if not is_customer_id(customer.id):
            return False
        return self._customers.exists(customer, deadline) if self._api.available else True

    def create(self, profile: Profile, deadline: Deadline) -> Customer:
        """See the port."""
        self._need_access_token()
        return self._customers.create(profile, deadline)

    def sign_in(self, customer: Customer, return_to: str, provider_clock: float | None) -> HandOff:
        """The storefront's access point with a token minted now."""
        iat = self.clock.iat(provider_clock)
        claims = login_claims(self._account, customer, return_to, iat=iat, jti=str(uuid.uuid4()))
        return Redirect(f"{self._url}/login/token/{sign(claims, self._account)}")

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
