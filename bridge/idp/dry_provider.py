"""A provider that remembers what it saw: for `bridge connections test`, never for shoppers.

The judge is the same; what it judges is looked at beforehand, and only written down.
"""

from collections.abc import Callable, Mapping
from typing import Any

from bridge.domain import asked, id_token
from bridge.domain.asking import PLAIN
from bridge.domain.attempt import Attempt
from bridge.domain.callback import Callback
from bridge.domain.deadline import Deadline
from bridge.domain.dry_sign_in import Seen
from bridge.domain.id_token import ClaimFault, VerifiedClaims
from bridge.domain.metadata import ProviderMetadata
from bridge.domain.ports import Verified
from bridge.domain.refusal import Refused
from bridge.idp.provider import OpenIdProvider
from bridge.idp.token_endpoint import Tokens


class DryProvider(OpenIdProvider):
    """One dry sign-in at a time: `seen` is of the last `redeem`, and only there after one."""

    seen: Seen

    def redeem(self, attempt: Attempt, callback: Callback, deadline: Deadline) -> Verified:
        self.seen = Seen(failed="answer")
        verified = super().redeem(attempt, callback, deadline)
        self.seen.passed.append("required claims")
        self.seen.failed = ""
        return verified

    def _exchange(
        self, attempt: Attempt, code: str, metadata: ProviderMetadata, deadline: Deadline
    ) -> Tokens:
        seen = self.seen
        seen.passed.append("answer")
        seen.failed = "token response"
        tokens = super()._exchange(attempt, code, metadata, deadline)
        seen.passed.append("token response")
        seen.credential = self._client.accepted + 1
        token = tokens.unverified_id_token
        seen.id_token = token.unverified_claims
        seen.header = {name: token.header[name] for name in ("alg", "kid") if name in token.header}
        return tokens

    def _verify(
        self, tokens: Tokens, attempt: Attempt, code: str, metadata: ProviderMetadata, deadline: Deadline
    ) -> VerifiedClaims:
        token, expected = tokens.unverified_id_token, self._expected(tokens, attempt, code, metadata)
        whole = self._walk(id_token.CHECKS, token, token.unverified_claims, expected)
        if whole:
            self.seen.failed = "signature"
        claims = super()._verify(tokens, attempt, code, metadata, deadline)
        self.seen.passed.append("signature")
        self.seen.failed = "asked for"
        return claims

    def _check_asked(self, attempt: Attempt, claims: VerifiedClaims) -> None:
        if self.connection.asking is not PLAIN:
            self._walk(asked.CHECKS, claims, self._asked(attempt))
        super()._check_asked(attempt, claims)
        self.seen.failed = "userinfo"

    def _userinfo(
        self, tokens: Tokens, claims: VerifiedClaims, metadata: ProviderMetadata, deadline: Deadline
    ) -> Mapping[str, Any]:
        told = super()._userinfo(tokens, claims, metadata, deadline)
        if told:
            self.seen.userinfo = told
            self.seen.passed.append("userinfo")
        self.seen.failed = "required claims"
        return told

    def _walk(self, checks: tuple[Callable[..., None], ...], *judged: object) -> bool:
        """Notes each check of a table that passes, up to the first that does not; True when all do."""
        for check in checks:
            name = check.__name__.replace("_", " ")
            try:
                check(*judged)
            except (ClaimFault, Refused):
                self.seen.failed = name
                return False
            self.seen.passed.append(name)
        return True
