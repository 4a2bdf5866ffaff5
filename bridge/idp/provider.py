"""One connection, spoken OpenID Connect with: the relying party's side of the code flow."""

from collections.abc import Callable, Mapping
from typing import Any

from bridge.domain.attempt import Attempt
from bridge.domain.callback import Callback
from bridge.domain.connection import Connection
from bridge.domain.deadline import Deadline
from bridge.domain.http import Http
from bridge.domain.id_token import ClaimFault, Expected, VerifiedClaims, verify
from bridge.domain.identity import Identity
from bridge.domain.metadata import ProviderMetadata
from bridge.domain.ports import Verified
from bridge.domain.quoting import scrub
from bridge.domain.refusal import Reason, Refused
from bridge.domain.secret import Secret
from bridge.idp.answer import check_answer
from bridge.idp.authorization import authorization_parameters, with_parameters
from bridge.idp.calls import Calls
from bridge.idp.client import Client
from bridge.idp.published import Published
from bridge.idp.token_endpoint import Tokens, code_grant, token_response
from bridge.idp.userinfo import is_wanted, userinfo_request, userinfo_response


class OpenIdProvider:
    """Fetches and hands over; every judgement is one of the domain's pure checks."""

    def __init__(
        self,
        connection: Connection,
        http: Http,
        now: Callable[[], float],
        monotonic: Callable[[], float],
        token: Callable[[], str],
    ) -> None:
        self.connection = connection
        self._now = now
        self.calls = Calls(http, now)
        self.published = Published(connection, self.calls, monotonic)
        self._client = Client(connection, self.calls, now, token)

    @property
    def state(self) -> str:
        """How this provider is, as far as known; asks nobody."""
        return self.published.state

    # -- going ------------------------------------------------------------------------------

    def authorize_url(self, attempt: Attempt, login_hint: str, deadline: Deadline) -> str:
        """Where the browser goes to sign in. Raises `Refused`."""
        metadata = self.published.metadata.get(deadline)
        parameters = authorization_parameters(self.connection, attempt, login_hint)
        return with_parameters(metadata.authorization_endpoint, parameters)

    # -- coming back ------------------------------------------------------------------------

    def redeem(self, attempt: Attempt, callback: Callback, deadline: Deadline) -> Verified:
        """The verified person. Nothing is sent to the provider before its answer was checked."""
        secrets = [callback.code, attempt.code_verifier, attempt.nonce]
        secrets += [secret.reveal() for secret in self.connection.client_secrets]
        try:
            return self._redeem(attempt, callback, deadline, secrets)
        except Refused as refused:
            raise Refused(refused.reason, scrub(refused.detail, secrets)) from None

    def _redeem(
        self, attempt: Attempt, callback: Callback, deadline: Deadline, secrets: list[str]
    ) -> Verified:
        metadata = self.published.metadata.get(deadline)
        check_answer(callback, self.connection, metadata)
        tokens = self._exchange(attempt, callback.code, metadata, deadline)
        provider_clock = self.calls.clock_ahead
        secrets.append(tokens.access_token)
        claims = self._verify(tokens, attempt, callback.code, metadata, deadline)
        userinfo = self._userinfo(tokens, claims, metadata, deadline)
        return Verified(
            identity=Identity.of(claims, userinfo, self.connection),
            id_token=Secret(tokens.unverified_id_token.compact),
            provider_clock=provider_clock,
        )

    def _exchange(
        self, attempt: Attempt, code: str, metadata: ProviderMetadata, deadline: Deadline
    ) -> Tokens:
        """One use of the code."""
        endpoint = metadata.token_endpoint
        form = code_grant(self.connection, attempt, code)
        return self._client.post(endpoint, form, endpoint, token_response, deadline)

    def _verify(
        self, tokens: Tokens, attempt: Attempt, code: str, metadata: ProviderMetadata, deadline: Deadline
    ) -> VerifiedClaims:
        expected = Expected(
            issuer=metadata.issuer,
            client_id=self.connection.client_id,
            nonce=attempt.nonce,
            algorithms=self.connection.signing_algs or metadata.signing_algs,
            access_token=tokens.access_token,
            code=code,
            now=self._now(),
            tolerance=self.connection.clock_tolerance,
        )
        try:
            return verify(
                tokens.unverified_id_token,
                expected,
                lambda token: self.published.verify_signature(token, deadline),
            )
        except ClaimFault as fault:
            raise Refused(Reason.ID_TOKEN_INVALID, str(fault)) from None

    def _userinfo(
        self, tokens: Tokens, claims: VerifiedClaims, metadata: ProviderMetadata, deadline: Deadline
    ) -> Mapping[str, Any]:
        """What the ID token left out, where it is wanted. Only asked once the ID token is believed."""
        if not (metadata.userinfo_endpoint and is_wanted(self.connection, claims)):
            return {}
        request = userinfo_request(metadata.userinfo_endpoint, tokens.access_token)
        return userinfo_response(self.calls.send(request, deadline), claims)
