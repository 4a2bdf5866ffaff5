"""One connection, spoken OpenID Connect with: the relying party's side of the code flow."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from bridge.domain.asked import Asked, check_asked, check_required, lacks
from bridge.domain.asking import PLAIN
from bridge.domain.attempt import Attempt
from bridge.domain.callback import Callback
from bridge.domain.connection import Connection
from bridge.domain.consent import UnsignedName
from bridge.domain.credential import Tried
from bridge.domain.deadline import Deadline
from bridge.domain.document import Documents
from bridge.domain.http import Http, HttpReply, HttpRequest
from bridge.domain.id_token import ClaimFault, Expected, VerifiedClaims, verify
from bridge.domain.identity import Identity
from bridge.domain.logout_token import LogoutNotice
from bridge.domain.metadata import ProviderMetadata
from bridge.domain.ports import Verified
from bridge.domain.quoting import scrub
from bridge.domain.refusal import Refused
from bridge.domain.secret import Secret
from bridge.domain.sign_out import LogoutRequest, ToLogout
from bridge.domain.signed_userinfo import ExpectedUserinfo
from bridge.domain.signed_userinfo import verify as verify_userinfo
from bridge.idp.answer import check_answer
from bridge.idp.authorization import AuthorizationRequests, form_of, with_parameters
from bridge.idp.calls import Calls
from bridge.idp.client import Client
from bridge.idp.client_auth import assertion_audience
from bridge.idp.credential_probe import try_credentials
from bridge.idp.end_session import logout_url
from bridge.idp.logout_token import logout_notice
from bridge.idp.published import Published
from bridge.idp.pushed import pushed_endpoint, pushed_response
from bridge.idp.request_object import beside, request_object
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
        own_http: Http | None = None,
        documents: Documents | None = None,
        waiting: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        """`own_http`: the way out that shows the connection's certificate, where it has one.

        Only what asks for tokens or brings one goes by it: a certificate tells who we are.
        `documents`: where processes share what providers publish. `waiting`: see `Calls`.
        """
        self.connection = connection
        self._now = now
        self._token = token
        self.calls = Calls(http, now, waiting)
        self.published = Published(connection, self.calls, now, monotonic, documents)
        self._own_calls = Calls(own_http, now) if own_http else self.calls
        self._client = Client(connection, self._own_calls, now, token)
        self._requests = AuthorizationRequests(connection)

    @property
    def state(self) -> str:
        """How this provider is, as far as known; asks nobody."""
        return self.published.state

    def try_credentials(self, deadline: Deadline) -> list[Tried]:
        """What the provider makes of our secrets or keys: see `credential_probe`. Raises `Refused`."""
        return try_credentials(
            self.connection, self._client, self.published.metadata.get(deadline), self._token, deadline
        )

    # -- going ------------------------------------------------------------------------------

    def authorize_url(self, attempt: Attempt, login_hint: str, deadline: Deadline) -> str:
        """Where the browser goes to sign in. Raises `Refused`."""
        metadata = self.published.metadata.get(deadline)
        if self.connection.asking.request_objects or pushed_endpoint(self.connection, metadata):
            return self._request_url(self._requests.parameters(attempt, login_hint), metadata, deadline)
        return self._requests.url(metadata.authorization_endpoint, attempt, login_hint)

    def try_request(self, attempt: Attempt, deadline: Deadline) -> HttpReply:
        """What the provider answers, without anybody there, to a request that may ask nobody (prompt=none).

        The redirect it may be is not followed. Raises `Refused`.
        """
        metadata = self.published.metadata.get(deadline)
        parameters = {**self._requests.parameters(attempt, ""), "prompt": "none"}
        return self.calls.send(
            HttpRequest("GET", self._request_url(parameters, metadata, deadline)), deadline
        )

    def _request_url(self, parameters: dict[str, Any], metadata: ProviderMetadata, deadline: Deadline) -> str:
        pushed_to = pushed_endpoint(self.connection, metadata)
        if self.connection.asking.request_objects:
            # Beside a pushed object nothing else may stand (RFC 9126 section 3).
            others = {} if pushed_to else beside(parameters)
            made = request_object(self.connection, parameters, metadata.issuer, self._now(), self._token())
            parameters = {**others, "request": made}
        form = form_of(parameters)
        if pushed_to:
            # For the issuer, whatever the token endpoint is told (RFC 9126 section 2). Metadata may name
            # another provider's token endpoint beside a pushing endpoint of their own: a proof for the one,
            # sent to the other, could be used there in our name.
            reference = self._client.post(pushed_to, form, metadata.issuer, pushed_response, deadline)
            form = {"client_id": self.connection.client_id, "request_uri": reference}
        return with_parameters(metadata.authorization_endpoint, form)

    # -- signing out ------------------------------------------------------------------------

    def verify_logout(self, compact: str, deadline: Deadline) -> LogoutNotice:
        """See the port in flows/provider_sign_out.py."""
        return logout_notice(compact, self.connection, self.published, self._now, deadline)

    @property
    def pages(self) -> tuple[str, ...]:
        """Addresses that it sends browsers to, as far as known; asks nobody."""
        known = self.published.metadata.value
        return (known.authorization_endpoint, known.end_session_endpoint or "") if known else ()

    def logout_url(self, request: LogoutRequest, deadline: Deadline) -> ToLogout | None:
        """See the port `LogsOut`. Makes without a way to sign out are not asked for their metadata."""
        if self.connection.logout_style == "none":
            return None
        return logout_url(self.connection, self.published.metadata.get(deadline), request)

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
        provider_clock = self._own_calls.clock_ahead
        secrets.append(tokens.access_token)
        story, token = deadline.story, tokens.unverified_id_token
        story.tell("code_exchanged", credential=self._client.accepted + 1)
        claims = self._verify(tokens, attempt, callback.code, metadata, deadline)
        told = {} if provider_clock is None else {"clock_ahead": round(provider_clock, 1)}
        story.tell("id_token_verified", alg=token.alg, kid=token.kid is not None, **told)
        self._check_asked(attempt, claims)
        userinfo = self._userinfo(tokens, claims, metadata, deadline)
        identity = Identity.of(claims, userinfo, self.connection, self._unsigned_name(callback))
        check_required(identity.claims, self.connection.asking)
        return Verified(
            identity=identity,
            id_token=Secret(tokens.unverified_id_token.compact),
            provider_clock=provider_clock,
        )

    def _unsigned_name(self, callback: Callback) -> UnsignedName:
        return UnsignedName.parse(callback.user if self.connection.names_in_callback else "")

    def _exchange(
        self, attempt: Attempt, code: str, metadata: ProviderMetadata, deadline: Deadline
    ) -> Tokens:
        """One use of the code."""
        form = code_grant(self.connection, attempt, code)
        return self._client.post(
            metadata.token_endpoint,
            form,
            assertion_audience(self.connection, metadata),
            lambda reply: token_response(reply, self.connection),
            deadline,
            for_tokens=True,
        )

    def _verify(
        self, tokens: Tokens, attempt: Attempt, code: str, metadata: ProviderMetadata, deadline: Deadline
    ) -> VerifiedClaims:
        try:
            return verify(
                tokens.unverified_id_token,
                self._expected(tokens, attempt, code, metadata),
                lambda token: self.published.verify_signature(token, deadline),
            )
        except ClaimFault as fault:
            raise Refused(fault.reason, str(fault)) from None

    def _expected(self, tokens: Tokens, attempt: Attempt, code: str, metadata: ProviderMetadata) -> Expected:
        return Expected(
            issuer=metadata.issuer,
            client_id=self.connection.client_id,
            nonce=attempt.nonce,
            algorithms=self.connection.signing_algs or metadata.signing_algs,
            access_token=tokens.access_token,
            code=code,
            now=self._now(),
            tolerance=self.connection.clock_tolerance,
            sole_audience=self.connection.extra_audiences == "never",
            issuer_aliases=self.connection.issuer_aliases,
            issuer_template=self.connection.issuer_template,
            tenants=self.connection.tenants,
            required_id_token_claims=self.connection.required_id_token_claims,
        )

    def _check_asked(self, attempt: Attempt, claims: VerifiedClaims) -> None:
        """Before userinfo is called: who did not sign in as was asked for gets no further."""
        if self.connection.asking is not PLAIN:
            check_asked(claims, self._asked(attempt))

    def _asked(self, attempt: Attempt) -> Asked:
        asking = self.connection.asking
        return Asked(
            asking=asking,
            parameters=asking.parameters_with(attempt.portal_parameters),
            sent_at=attempt.created_at,
            now=self._now(),
            tolerance=self.connection.clock_tolerance,
        )

    def _userinfo(
        self, tokens: Tokens, claims: VerifiedClaims, metadata: ProviderMetadata, deadline: Deadline
    ) -> Mapping[str, Any]:
        """What the ID token left out, where it is wanted. Only asked once the ID token is believed."""
        asked, why = self._why_userinfo(claims, metadata)
        deadline.story.tell("userinfo", asked=asked, why=why)
        if not asked or metadata.userinfo_endpoint is None:
            return {}
        request = userinfo_request(metadata.userinfo_endpoint)
        reply = self._client.get(request, tokens.access_token, deadline)
        expected = ExpectedUserinfo(
            issuers=(claims["iss"], metadata.issuer),
            client_id=self.connection.client_id,
            algorithms=self.connection.signing_algs or metadata.signing_algs,
            now=self._now(),
            tolerance=self.connection.clock_tolerance,
        )
        return userinfo_response(
            reply,
            claims,
            self.connection,
            lambda signed: verify_userinfo(
                signed, expected, lambda token: self.published.verify_signature(token, deadline)
            ),
        )

    def _why_userinfo(self, claims: VerifiedClaims, metadata: ProviderMetadata) -> tuple[bool, str]:
        """Whether userinfo is to be called, and why: a word of the step `userinfo`."""
        how = self.connection.userinfo
        if how == "never":
            return False, "never"
        if how == "when_missing" and not (
            is_wanted(self.connection, claims) or lacks(claims, self.connection.asking)
        ):
            return False, "enough"
        if not metadata.userinfo_endpoint:
            return False, "no_endpoint"
        return True, "always" if how == "always" else "missing"
