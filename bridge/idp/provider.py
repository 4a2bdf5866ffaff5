"""One connection, spoken OpenID Connect with: the relying party's side of the code flow."""

import logging
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from authlib.oauth2.rfc7636 import create_s256_code_challenge

from bridge.domain.attempt import Attempt
from bridge.domain.callback import Callback
from bridge.domain.connection import SIGNING_ALGS, Connection
from bridge.domain.deadline import Deadline
from bridge.domain.http import Http, HttpFailure, HttpReply, HttpRequest
from bridge.domain.id_token import ClaimFault, Expected, VerifiedClaims, verify
from bridge.domain.identity import Identity
from bridge.domain.jws import UnverifiedToken
from bridge.domain.metadata import MetadataFault, ProviderMetadata, discovery_url
from bridge.domain.ports import Verified
from bridge.domain.quoting import error_name, scrub, url_name
from bridge.domain.refusal import Reason, Refused
from bridge.domain.secret import Secret
from bridge.domain.strict_json import JsonFault, parse_object
from bridge.idp.client_auth import Proof, credentials
from bridge.idp.keys import KeySet, UnknownKey
from bridge.idp.token_endpoint import Tokens, clock_ahead, token_request, token_response
from bridge.idp.userinfo import is_wanted, userinfo_request, userinfo_response
from bridge.net.kept import Ages, Kept

#: Seconds. Keys go stale sooner: a key that the provider withdrew must not verify for long.
METADATA_AGES = Ages(fresh=3600, stale=86400, last_good=7 * 86400)
KEYS_AGES = Ages(fresh=600, stale=3600, last_good=86400)
_LOG = logging.getLogger("bridge")


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
        self._http = http
        self._now = now
        self._token = token
        self._accepted = 0  # which of the client's secrets or keys the provider took last
        #: Seconds by which the provider's clock was ahead of ours when it last said so.
        self.clock_ahead: float | None = None
        self.metadata = Kept(self._fetch_metadata, **METADATA_AGES, monotonic=monotonic)
        self.keys = Kept(self._fetch_keys, **KEYS_AGES, monotonic=monotonic)

    @property
    def state(self) -> str:
        """How this provider is, as far as known; asks nobody."""
        failure = self.metadata.failure or self.keys.failure
        if failure is not None:
            return failure.reason.value
        return "ok" if self.metadata.value else "not asked yet"

    # -- going ------------------------------------------------------------------------------

    def authorize_url(self, attempt: Attempt, login_hint: str, deadline: Deadline) -> str:
        """The authorization request (Core 3.1.2.1), always with PKCE S256, state and nonce."""
        endpoint = self.metadata.get(deadline).authorization_endpoint
        connection = self.connection
        query = {
            "response_type": "code",
            "client_id": connection.client_id,
            "redirect_uri": connection.redirect_uri,
            "scope": " ".join(connection.scopes),
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": create_s256_code_challenge(attempt.code_verifier),
            "code_challenge_method": "S256",
        }
        if connection.response_mode != "query":
            query["response_mode"] = connection.response_mode
        if login_hint:
            query["login_hint"] = login_hint
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"

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
        metadata = self.metadata.get(deadline)
        self._check_answer(callback, metadata)
        tokens, provider_clock = self._exchange(attempt, callback.code, metadata, deadline)
        secrets.append(tokens.access_token)
        claims = self._verify(tokens, attempt, callback.code, metadata, deadline)
        userinfo: Mapping[str, Any] = {}
        if metadata.userinfo_endpoint and is_wanted(self.connection, claims):
            request = userinfo_request(metadata.userinfo_endpoint, tokens.access_token)
            userinfo = userinfo_response(self._send(request, deadline), claims)
        return Verified(
            identity=Identity.of(claims, userinfo, self.connection),
            id_token=Secret(tokens.unverified_id_token.compact),
            provider_clock=provider_clock,
        )

    def _check_answer(self, callback: Callback, metadata: ProviderMetadata) -> None:
        """RFC 9207, and that the answer came the way we asked for: before the code is used."""
        if callback.form_post != (self.connection.response_mode == "form_post"):
            raise Refused(Reason.CALLBACK_MALFORMED, "came by another response mode than asked for")
        if callback.iss is not None and callback.iss != metadata.issuer:
            raise Refused(Reason.ISSUER_MISMATCH, f"the answer names {url_name(callback.iss)}")
        if callback.error:
            # Some providers leave `iss` out of errors: an error proves nothing, so it need not be proven.
            reason = Reason.ACCESS_DENIED if callback.error == "access_denied" else Reason.IDP_ERROR
            raise Refused(reason, f"the provider answered {error_name(callback.error)}")
        if callback.iss is None and metadata.iss_parameter:
            raise Refused(
                Reason.ISSUER_MISMATCH, "the answer names no issuer, though the provider promises it"
            )

    def _exchange(
        self, attempt: Attempt, code: str, metadata: ProviderMetadata, deadline: Deadline
    ) -> tuple[Tokens, float | None]:
        """One use of the code; a second secret or key is tried only when the first was not accepted.

        The one that was accepted last comes first: in a rotation no shopper pays for two tries.
        """
        usable = credentials(self.connection)
        order = sorted(range(len(usable)), key=lambda position: position != self._accepted)
        for position in order:
            proof = Proof(
                self.connection.client_id,
                usable[position],
                metadata.token_endpoint,
                self._now(),
                self._token(),
            )
            reply = self._send(token_request(self.connection, attempt, code, proof), deadline)
            try:
                tokens = token_response(reply)
            except Refused as refused:
                if refused.reason is not Reason.CLIENT_REJECTED or position == order[-1]:
                    raise
            else:
                self._note_accepted(position, len(usable))
                return tokens, self.clock_ahead
        raise AssertionError("unreachable: the last credential returns or raises")

    def _note_accepted(self, position: int, count: int) -> None:
        if position != self._accepted:
            self._accepted = position
            detail = f"secret or key {position + 1} of {count} is accepted now, another one no more"
            _LOG.warning(
                "client_credential_changed", extra={"connection": self.connection.name, "detail": detail}
            )

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
                tokens.unverified_id_token, expected, lambda token: self._signature(token, deadline)
            )
        except ClaimFault as fault:
            raise Refused(Reason.ID_TOKEN_INVALID, str(fault)) from None

    def _signature(self, token: UnverifiedToken, deadline: Deadline) -> None:
        """By the keys held; else once more by newer ones: providers rotate, also under the same kid."""
        keys = self.keys.get(deadline)
        try:
            keys.verify(token)
        except UnknownKey:
            newer = self.keys.renew(keys, deadline)
            if newer is keys:
                raise
            newer.verify(token)

    # -- fetching ---------------------------------------------------------------------------

    def _fetch_metadata(self, deadline: Deadline) -> ProviderMetadata:
        reply = self._send(HttpRequest("GET", discovery_url(self.connection.issuer)), deadline)
        try:
            document = parse_object(_body(reply, "the metadata", Reason.IDP_METADATA_INVALID))
            metadata = ProviderMetadata.check(
                document, self.connection.issuer, development=self.connection.development
            )
        except (JsonFault, MetadataFault) as fault:
            raise Refused(Reason.IDP_METADATA_INVALID, str(fault)) from None
        if not (self.connection.signing_algs or metadata.signing_algs):
            known = ", ".join(SIGNING_ALGS)
            raise Refused(Reason.IDP_METADATA_INVALID, f"it offers no signature algorithm among {known}")
        return metadata

    def _fetch_keys(self, deadline: Deadline) -> KeySet:
        reply = self._send(HttpRequest("GET", self.metadata.get(deadline).jwks_uri), deadline)
        try:
            return KeySet.parse(parse_object(_body(reply, "the key set", Reason.IDP_KEYS_INVALID)))
        except ValueError as fault:
            raise Refused(Reason.IDP_KEYS_INVALID, str(fault)) from None

    def _send(self, request: HttpRequest, deadline: Deadline) -> HttpReply:
        try:
            reply = self._http.send(request, deadline)
        except HttpFailure as failure:
            reason = Reason.IDP_TIMEOUT if failure.kind == "timeout" else Reason.IDP_UNAVAILABLE
            raise Refused(reason, str(failure)) from None
        self.clock_ahead = clock_ahead(reply, self._now())
        return reply


def _body(reply: HttpReply, what: str, otherwise: Reason) -> bytes:
    if reply.status >= 500 or reply.status == 429:
        raise Refused(Reason.IDP_UNAVAILABLE, f"{what}: status {reply.status}")
    if reply.status != 200:  # a redirect could lead to an attacker's document
        raise Refused(otherwise, f"{what}: status {reply.status}")
    return reply.body
