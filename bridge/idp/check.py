"""One provider's check-up: metadata, keys, algorithms, credentials, clock."""

import secrets
from collections.abc import Callable, Iterator
from typing import Literal

from bridge.domain.attempt import Attempt
from bridge.domain.deadline import Deadline
from bridge.domain.finding import Finding
from bridge.domain.metadata import ProviderMetadata
from bridge.domain.refusal import Reason, Refused
from bridge.idp.check_client_auth import client_auth_findings
from bridge.idp.check_credentials import credential_findings
from bridge.idp.check_failures import failure, of_documents
from bridge.idp.check_request import pushed_refusal, request_findings
from bridge.idp.check_transport import certificate_findings, clock_findings
from bridge.idp.client_certificate import WARNED_BEFORE, days_left
from bridge.idp.client_keys import client_key
from bridge.idp.consoles import console_of
from bridge.idp.dpop import ALG
from bridge.idp.keys import KeySet
from bridge.idp.provider import OpenIdProvider
from bridge.idp.pushed import pushed_endpoint


class ProviderCheck:
    """See `Checked` in `bridge.flows.check_up`."""

    def __init__(
        self,
        provider: OpenIdProvider,
        now: Callable[[], float],
        make: str = "oidc",
        certificate_end: Callable[[str, Deadline], float | None] | None = None,
    ) -> None:
        """`make`: whose console the remedies speak of. `certificate_end`: see `HttpClient`."""
        self._provider = provider
        self._now = now
        self._console = console_of(make)
        self._certificate_end = certificate_end
        self.subject = f"connections.{provider.connection.name}"

    def check(self, deadline: Deadline) -> Iterator[Finding]:
        """Ends early where metadata or keys cannot be had: nothing else could be told."""
        try:
            yield from self._check(deadline)
        except Refused as refused:
            if not of_documents(refused):
                raise
            yield failure(self._provider.connection, self._console, refused)

    def _check(self, deadline: Deadline) -> Iterator[Finding]:
        connection = self._provider.connection
        metadata = self._provider.published.metadata.ask(deadline)
        yield Finding("ok", self.subject, f"metadata of {metadata.issuer}")
        # Whatever else fails: a clock that is wrong, or a certificate that ends, is worth knowing.
        yield from clock_findings(connection, self._provider.calls.clock_ahead, self.subject)
        if self._certificate_end and metadata.token_endpoint.startswith("https://"):
            end = self._certificate_end(metadata.token_endpoint, deadline)
            yield from certificate_findings(end, self._now(), self.subject)
        keys = self._provider.published.keys.ask(deadline)
        yield Finding("ok", self.subject, f"{len(keys.keys)} usable key{'' if len(keys.keys) == 1 else 's'}")
        for reason in keys.left_out:
            yield Finding(
                "warning", self.subject, f"left out {reason}", "Nothing, unless sign-ins fail for want of it."
            )
        yield from self._algorithms(metadata, keys)
        tried = self._provider.try_credentials(deadline)
        # What form-encoding does to a secret need not be guessed at where the provider has told.
        guess = all(each.verdict == "unknown" for each in tried)
        yield from client_auth_findings(connection, metadata, self.subject, guess=guess)
        yield from credential_findings(connection, tried, metadata, self.subject, self._console)
        yield from self._requests(metadata)
        yield from self._proofs(metadata)
        if not connection.domains:
            yield Finding(
                "warning",
                self.subject,
                "domains is empty: nobody is linked or created by e-mail",
                f"Set connections.{connection.name}.domains to the e-mail domains this provider speaks for,"
                ' or to ["*"].',
                "Only people whom the store knows already, by a link or a claim, can sign in.",
            )
        yield from self._try_request(metadata, deadline)

    def _algorithms(self, metadata: ProviderMetadata, keys: KeySet) -> Iterator[Finding]:
        """Whether what the provider signs with is what we take, and whether a key is there for it."""
        connection = self._provider.connection
        algorithms = connection.signing_algs or metadata.signing_algs
        if any(key.fits(alg) for key in keys.keys for alg in algorithms):
            unknown = [alg for alg in connection.signing_algs if alg not in metadata.signing_algs]
            if unknown and len(unknown) == len(connection.signing_algs):
                offered = ", ".join(metadata.signing_algs) or "none of those taken here"
                yield Finding(
                    "warning",
                    self.subject,
                    f"signing_algs is {', '.join(unknown)}; the provider's metadata offer {offered}",
                    f"Set connections.{connection.name}.signing_algs to one of these, or take it out.",
                    "ID tokens that are signed otherwise end in id_token_invalid.",
                )
            return
        yield Finding(
            "failed",
            self.subject,
            f"no key fits {', '.join(algorithms)}",
            f"Set connections.{connection.name}.signing_algs to what the provider signs with, or take it out;"
            f" or change it there: {self._console.signing}.",
            "No ID token of this provider could be verified.",
        )

    def _try_request(self, metadata: ProviderMetadata, deadline: Deadline) -> Iterator[Finding]:
        """Last: at worst nothing is learned from it."""
        connection = self._provider.connection
        try:
            reply = self._provider.try_request(self._attempt(), deadline)
        except Refused as refused:
            if refused.reason in (Reason.CLIENT_REJECTED, Reason.IDP_ERROR):
                yield pushed_refusal(connection, self._console, refused)
                return
            if refused.reason is Reason.IDP_METADATA_INVALID:
                raise
            where = f"compare byte for byte: {self._console.redirect_uris}"
            words = f"the redirect URI must be registered: {connection.redirect_uri}"
            yield Finding("note", self.subject, words, f"It could not be tried ({refused.detail}); {where}.")
            return
        yield from request_findings(connection, self._console, metadata, reply)

    def _attempt(self) -> Attempt:
        token = secrets.token_urlsafe
        return Attempt.new(
            store="check",
            connection=self._provider.connection.name,
            return_to="",
            now=self._now(),
            token=lambda: token(32),
        )

    def _requests(self, metadata: ProviderMetadata) -> Iterator[Finding]:
        """Whether the provider takes authorization requests in the form in which we send them."""
        connection = self._provider.connection
        if connection.response_mode not in (metadata.response_modes or ("query", "fragment")):
            yield Finding(
                "warning",
                self.subject,
                f"response_mode is {connection.response_mode}, which the provider's metadata do not offer",
                'Set response_mode = "query", unless sign-ins work.',
                "Those that ignore it end every sign-in in callback_malformed.",
            )
        if pushed_endpoint(connection, metadata):
            yield Finding("ok", self.subject, f"requests are pushed to {metadata.pushed_request_endpoint}")
        if not connection.asking.request_objects:
            if metadata.requires_request_objects:
                yield Finding(
                    "warning",
                    self.subject,
                    "the provider takes signed requests only, and none are sent",
                    "Set request_objects = true, with a key in client_keys.",
                    "It would refuse every request: idp_error, or a page of its own.",
                )
            return
        alg = client_key(connection.client_keys[0], connection.client_rsa_alg).alg
        if metadata.request_object_algs is not None and alg not in metadata.request_object_algs:
            yield Finding(
                "warning",
                self.subject,
                f"requests are signed with {alg}, which is none of the provider's algorithms for them",
                "Put a key of another kind first in client_keys, or set request_objects = false.",
                "It would refuse every request: idp_error, or a page of its own.",
            )

    def _proofs(self, metadata: ProviderMetadata) -> Iterator[Finding]:
        """Whether what we show or send beside our requests will do."""
        connection = self._provider.connection
        if connection.dpop and metadata.dpop_algs is not None and ALG not in metadata.dpop_algs:
            yield Finding(
                "failed",
                self.subject,
                f"dpop is on, and the provider takes no proofs by {ALG}",
                "Take dpop out, or have the provider accept it.",
                "Every sign-in would end in idp_response_invalid or client_rejected.",
            )
        elif connection.dpop and metadata.dpop_algs is None:
            yield Finding(
                "warning",
                self.subject,
                "dpop is on, and the provider's metadata do not speak of it",
                "Nothing, unless sign-ins fail because the token type is not DPoP.",
            )
        if connection.client_certificate:
            left = days_left(connection.client_certificate, self._now())
            if left <= 0:
                yield Finding(
                    "failed", self.subject, "client_certificate has run out", "Have a new one issued."
                )
            else:
                level: Literal["ok", "warning"] = "ok" if left >= WARNED_BEFORE else "warning"
                remedy = "" if level == "ok" else "Have a new one issued, and registered at the provider."
                message = f"client_certificate is good for {int(left)} more days"
                yield Finding(level, self.subject, message, remedy)
