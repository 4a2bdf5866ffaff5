"""The authentication server: every grant the bridge uses, and revocation."""

import ipaddress
import json
from collections.abc import Callable, Mapping

from bridge.domain.deadline import Deadline
from bridge.domain.hand_off import PlatformToken, Visit
from bridge.domain.http import HttpReply, HttpRequest
from bridge.domain.refusal import Reason
from bridge.domain.secret import Secret
from bridge.platforms.commercelayer.account import Account, Client
from bridge.platforms.commercelayer.answer import token_of
from bridge.platforms.commercelayer.assertion import bearer_assertion
from bridge.platforms.commercelayer.errors import token_refusal
from bridge.platforms.commercelayer.pacing import Pace

_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_SIZE = 64_000  # bytes of an answer


class Grants:
    """Asks for tokens; keeps none."""

    def __init__(self, account: Account, pace: Pace, now: Callable[[], float]) -> None:
        self._account = account
        self._pace = pace
        self._now = now

    def bearer(self, client: Client, visit: Visit, deadline: Deadline) -> PlatformToken:
        """A token of the visiting customer. Raises `Refused`."""
        form = {"grant_type": _BEARER, "assertion": bearer_assertion(visit, self._now())}
        return self._customer_token("jwt bearer", form, client, visit, deadline)

    def refresh(
        self, client: Client, refresh_token: Secret, visit: Visit, deadline: Deadline
    ) -> PlatformToken:
        """A new token, and a new refresh token, for an old one. Raises `Refused`.

        CUSTOMER_REJECTED where the refresh token is no longer taken.
        """
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token.reveal()}
        return self._customer_token("refresh", form, client, visit, deadline)

    def client_credentials(self, client: Client, scope: str, deadline: Deadline) -> PlatformToken:
        """A token of the client itself; an integration needs no scope. Raises `Refused`."""
        form = {"grant_type": "client_credentials", **({"scope": scope} if scope else {})}
        reply = self._post("/oauth/token", form, client, None, deadline)
        if reply.status != 200:
            raise token_refusal(reply, "client credentials", Reason.STORE_MISCONFIGURED)
        # What an integration is given is its own affair: it never leaves the bridge.
        return token_of(reply, scope or "market:all", None)

    def revoke(self, client: Client, refresh_token: Secret, deadline: Deadline) -> None:
        """Ends a refresh token. Raises `Refused`; one that is unknown by now is as good as ended."""
        form = {"token": refresh_token.reveal()}
        reply = self._post("/oauth/revoke", form, client, None, deadline)
        if not 200 <= reply.status < 300:
            raise token_refusal(reply, "revocation", Reason.STORE_MISCONFIGURED)

    def _customer_token(
        self, grant: str, form: Mapping[str, str], client: Client, visit: Visit, deadline: Deadline
    ) -> PlatformToken:
        # Without a scope the token would be good for all markets.
        scope = self._account.scope
        reply = self._post("/oauth/token", {**form, "scope": scope}, client, visit, deadline)
        if reply.status != 200:
            raise token_refusal(reply, grant, Reason.CUSTOMER_REJECTED)
        return token_of(reply, scope, visit.customer)

    def _post(
        self, path: str, form: Mapping[str, str], client: Client, visit: Visit | None, deadline: Deadline
    ) -> HttpReply:
        body = {**form, "client_id": client.id, "client_secret": client.secret.reveal()}
        counted = self._counted_by_shopper(visit)
        request = HttpRequest(
            "POST",
            f"{self._account.auth_url}{path}",
            {"Accept": "application/json", "Content-Type": "application/json", **counted},
            json.dumps(body).encode(),
            size_limit=_SIZE,
            kind="grant",
        )
        return self._pace.send(request, deadline, own_limit=bool(counted))

    def _counted_by_shopper(self, visit: Visit | None) -> dict[str, str]:
        """Headers that make the rate limit count the shopper's address; both of them or neither.

        The secret alone would say nothing, and an address without it anybody could write.
        """
        secret = self._account.backend_auth
        if secret is None or visit is None or "%" in visit.client_address:
            return {}  # the zone of an IPv6 address may be any text
        try:
            address = ipaddress.ip_address(visit.client_address)
        except ValueError:
            return {}
        return {"x-backend-auth": secret.reveal(), "x-true-client-ip": str(address)}
