"""One Commerce Layer storefront."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from secrets import SystemRandom

from bridge.domain.customer import Customer, CustomerGone, Profile
from bridge.domain.deadline import Deadline
from bridge.domain.finding import Finding
from bridge.domain.hand_off import PlatformToken, Visit
from bridge.domain.http import Http
from bridge.domain.identity import IdentityKey
from bridge.domain.ports import TokenIssuer
from bridge.domain.profile import Details
from bridge.domain.refusal import Reason, Refused
from bridge.domain.secret import Secret
from bridge.platforms.commercelayer.account import Account
from bridge.platforms.commercelayer.api import Api
from bridge.platforms.commercelayer.bearer import BearerIssuer
from bridge.platforms.commercelayer.check import check_client, check_customers, check_legacy, no_integration
from bridge.platforms.commercelayer.customers import Customers, is_customer_id
from bridge.platforms.commercelayer.grants import Grants
from bridge.platforms.commercelayer.legacy_token import LegacyIssuer
from bridge.platforms.commercelayer.pacing import Pace, Waiting
from bridge.platforms.commercelayer.tokens import Tokens


class CommerceLayer:
    """Customers of an organization, and their tokens. How these reach the storefront is not decided here."""

    def __init__(
        self,
        account: Account,
        http: Http,
        now: Callable[[], float],
        monotonic: Callable[[], float],
        pause: Callable[[float], None],
        subject: str,
        waiting: Waiting = nullcontext,
    ) -> None:
        """`subject`: what this store is called in the configuration. `waiting`: see `Waiting`."""
        self.subject = subject
        self._account = account
        random = SystemRandom().random
        # Two limits: the authentication server's is far lower than the Core API's.
        self._grants = Grants(account, Pace(http, monotonic, pause, random, waiting), now)
        self._issuer: TokenIssuer
        if account.legacy is not None:
            self._issuer = LegacyIssuer(account.legacy, now, random)
        elif account.client is not None:
            self._issuer = BearerIssuer(
                account.client, account.scope, self._grants, Tokens(monotonic, waiting)
            )
        else:
            raise ValueError(f"{subject}.commercelayer has neither a client nor legacy_sso")
        self._api: Api | None = None
        self._customers: Customers | None = None
        if account.integration is not None:
            pace = Pace(http, monotonic, pause, random, waiting)
            self._api = Api(account, account.integration, self._grants, pace, monotonic, waiting)
            self._customers = Customers(self._api, account.customer_group, account.integration.secret)

    def find(self, email: str, deadline: Deadline) -> Sequence[Customer]:
        """See the port."""
        return self._known_customers().find(email, deadline)

    def find_by_identity(self, identity: IdentityKey, deadline: Deadline) -> Customer | None:
        """See the port."""
        return self._known_customers().find_by_identity(identity, deadline)

    def exists(self, customer: Customer, deadline: Deadline) -> bool:
        """See the port. Without an integration the provider's word has to do."""
        if not is_customer_id(customer.id):
            return False
        return self._customers.exists(customer, deadline) if self._customers is not None else True

    def create(self, profile: Profile, deadline: Deadline) -> Customer:
        """See the port."""
        return self._known_customers().create(profile, deadline)

    def update(self, customer: Customer, details: Details, deadline: Deadline) -> Sequence[str]:
        """See the port."""
        if not is_customer_id(customer.id):
            raise CustomerGone  # there cannot be one, and it would become part of an address
        return self._known_customers().update(customer, details, deadline)

    def unknown_groups(self, ids: Sequence[str], deadline: Deadline) -> Sequence[str]:
        """Those of `ids` that the organization has not. Raises `Refused`."""
        return self._known_customers().unknown_groups(ids, deadline)

    def issue(self, visit: Visit, deadline: Deadline) -> PlatformToken:
        """See the port."""
        return self._issuer.issue(visit, deadline)

    def renew(self, refresh_token: Secret, visit: Visit, deadline: Deadline) -> PlatformToken:
        """See the port."""
        return self._issuer.renew(refresh_token, visit, deadline)

    def revoke(self, refresh_token: Secret, deadline: Deadline) -> None:
        """See the port."""
        self._issuer.revoke(refresh_token, deadline)

    @property
    def state(self) -> str:
        """How the store's API is, as far as known; asks nobody."""
        if self._api is None:
            return "ok"  # nothing there that sign-ins wait for
        failure = self._api.token.failure
        return failure.reason.value if failure else "ok" if self._api.token.value else "not asked yet"

    def start(self) -> None:
        """Fetches the integration's token in the background."""
        if self._api is not None:
            self._api.token.renew_if_stale()

    def check(self, deadline: Deadline) -> Iterator[Finding]:
        """See `Checked` in `bridge.flows.check_up`. What fails first does not hide the rest."""
        for part in (self._check_tokens, self._check_customers):
            try:
                yield from part(deadline)
            except Refused as refused:
                words = refused.reason.words
                yield Finding("failed", self.subject, f"{words.cause} ({refused.detail})", words.remedy)

    def _check_tokens(self, deadline: Deadline) -> Iterator[Finding]:
        account = self._account
        if account.legacy is not None:
            yield from check_legacy(self.subject, account.legacy)
        elif account.client is not None:
            yield from check_client(self.subject, account, account.client, self._grants, deadline)

    def _check_customers(self, deadline: Deadline) -> Iterator[Finding]:
        if self._api is None or self._customers is None:
            yield no_integration(self.subject)
        else:
            yield from check_customers(self.subject, self._account, self._api, self._customers, deadline)

    def try_customer(self, customer: Customer, deadline: Deadline) -> Iterator[Finding]:
        """See `CustomerTried` in `bridge.flows.customer_check`: a token is asked for, and taken back."""
        visit = Visit(customer=customer, identity=IdentityKey("", ""), session="", return_to="")
        token = self._issuer.issue(visit, deadline)
        if token.refresh_token is not None:
            self._issuer.revoke(token.refresh_token, deadline)
        yield Finding(
            "ok", self.subject, f"a token for the customer was given (good for {token.expires_in} s)"
        )

    def _known_customers(self) -> Customers:
        if self._customers is None:
            raise Refused(
                Reason.CUSTOMER_UNKNOWN, "no integration is configured: only known customers sign in"
            )
        return self._customers
