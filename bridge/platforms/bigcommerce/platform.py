"""One BigCommerce storefront."""

import re
import uuid
from collections.abc import Callable, Iterator, Sequence

from bridge.domain.customer import Customer, CustomerGone, Profile
from bridge.domain.deadline import Deadline
from bridge.domain.finding import Finding
from bridge.domain.hand_off import HandOff, PlatformToken, Redirect, Visit
from bridge.domain.http import Http
from bridge.domain.identity import IdentityKey
from bridge.domain.profile import Details
from bridge.domain.refusal import Reason, Refused
from bridge.domain.secret import Secret
from bridge.domain.sign_out import Leave
from bridge.net.kept import Ages, Kept
from bridge.platforms.bigcommerce.account import Account
from bridge.platforms.bigcommerce.api import Api
from bridge.platforms.bigcommerce.check import check_account, check_api, check_clock, not_tried, try_login
from bridge.platforms.bigcommerce.clock import StoreClock
from bridge.platforms.bigcommerce.customers import Customers, allows_global_logins
from bridge.platforms.bigcommerce.graphql import StorefrontApi
from bridge.platforms.bigcommerce.login_token import (
    SIGN_OUT_PATH,
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
        self._http = http
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

    def sign_out(self, leave: Leave, deadline: Deadline) -> HandOff:
        """See the port `SignsOut`: as documented, signed in by a token that goes on to the sign-out at once.

        Nobody known is sent to the sign-out alone, as the store's own link does. It ends on the store's page.
        """
        del deadline
        if leave.customer is None:
            return Redirect(f"{self._url}{SIGN_OUT_PATH}")
        iat = self.clock.iat(None)
        return Redirect(self._access_point(self._token(leave.customer, SIGN_OUT_PATH, iat)))

    def _login_token(self, visit: Visit) -> str:
        return self._token(visit.customer, visit.return_to, self.clock.iat(visit.provider_clock))

    def _token(self, customer: Customer, path: str, iat: int) -> str:
        claims = login_claims(self._account, customer, path, iat=iat, jti=str(uuid.uuid4()))
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
        yield from check_account(self.subject, self._account)
        try:
            yield from check_clock(self.subject, self.clock, deadline)
        except Refused as refused:
            if refused.reason is not Reason.STORE_CLOCK_UNKNOWN:
                raise
            yield Finding("warning", self.subject, refused.detail, refused.reason.words.remedy)
        yield from check_api(self.subject, self._account, self._api, self._customers, deadline)
        yield not_tried(self.subject)

    def try_customer(self, customer: Customer, deadline: Deadline) -> Iterator[Finding]:
        """See `CustomerTried` in `bridge.flows.customer_check`: a login token made and opened, by nobody."""
        token = self._login_token(
            Visit(customer=customer, identity=IdentityKey("", ""), session="", return_to="")
        )
        yield from try_login(self.subject, self._access_point(token), self._http, deadline)

    def _need_access_token(self) -> None:
        if not self._api.available:
            raise Refused(
                Reason.CUSTOMER_UNKNOWN, "no access_token is configured: only known customers sign in"
            )
