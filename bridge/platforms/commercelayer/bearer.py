"""Customers' tokens by the JWT bearer grant: the mode to use."""

from bridge.domain.deadline import Deadline
from bridge.domain.hand_off import PlatformToken, Visit
from bridge.domain.refusal import Reason, Refused
from bridge.domain.secret import Secret
from bridge.platforms.commercelayer.account import Client
from bridge.platforms.commercelayer.grants import Grants
from bridge.platforms.commercelayer.tokens import TokenKey, Tokens


class BearerIssuer:
    """A `TokenIssuer` that asks the platform, once for all who want the same token."""

    def __init__(self, client: Client, scope: str, grants: Grants, tokens: Tokens) -> None:
        self._client = client
        self._scope = scope
        self._grants = grants
        self._tokens = tokens

    def issue(self, visit: Visit, deadline: Deadline) -> PlatformToken:
        """See the port."""
        key = self._key(visit)
        with self._tokens.alone(key, deadline):
            token = self._tokens.get(key)
            if token is None:
                token = self._grants.bearer(self._client, visit, deadline)
                self._tokens.put(key, token)
            return token

    def renew(self, refresh_token: Secret, visit: Visit, deadline: Deadline) -> PlatformToken:
        """See the port. A refresh token that is no longer taken costs a grant more, and nobody a sign-in."""
        key = self._key(visit)
        with self._tokens.alone(key, deadline):
            token = self._tokens.get(key)
            if token is not None and token.refresh_token not in (None, refresh_token):
                return token  # renewed a moment ago by somebody with the same, older refresh token
            try:
                token = self._grants.refresh(self._client, refresh_token, visit, deadline)
            except Refused as refused:
                if refused.reason is not Reason.CUSTOMER_REJECTED:
                    raise
                token = self._grants.bearer(self._client, visit, deadline)
            self._tokens.put(key, token)
            return token

    def revoke(self, refresh_token: Secret, deadline: Deadline) -> None:
        """See the port."""
        self._tokens.drop(refresh_token)
        self._grants.revoke(self._client, refresh_token, deadline)

    def _key(self, visit: Visit) -> TokenKey:
        return TokenKey(self._client.id, self._scope, visit.customer.id, visit.session)
