"""One provider's check-up: metadata, keys, algorithms, credentials, clock."""

from collections.abc import Callable, Iterator
from typing import Literal

from bridge.domain.deadline import Deadline
from bridge.domain.finding import Finding
from bridge.domain.metadata import ProviderMetadata
from bridge.idp.check_client_auth import client_auth_findings
from bridge.idp.check_credentials import credential_findings
from bridge.idp.client_certificate import WARNED_BEFORE, days_left
from bridge.idp.client_keys import client_key
from bridge.idp.dpop import ALG
from bridge.idp.provider import OpenIdProvider
from bridge.idp.pushed import pushed_endpoint


class ProviderCheck:
    """See `Checked` in `bridge.flows.check_up`."""

    def __init__(self, provider: OpenIdProvider, now: Callable[[], float]) -> None:
        self._provider = provider
        self._now = now
        self.subject = f"connections.{provider.connection.name}"

    def check(self, deadline: Deadline) -> Iterator[Finding]:
        """Raises `Refused` when metadata or keys cannot be had."""
        connection = self._provider.connection
        metadata = self._provider.published.metadata.ask(deadline)
        yield Finding(
            "ok", self.subject, f"metadata of {metadata.issuer}; token endpoint {metadata.token_endpoint}"
        )
        keys = self._provider.published.keys.ask(deadline)
        yield Finding("ok", self.subject, f"{len(keys.keys)} usable key{'' if len(keys.keys) == 1 else 's'}")
        for reason in keys.left_out:
            yield Finding(
                "warning", self.subject, f"left out {reason}", "Nothing, unless sign-ins fail for want of it."
            )
        algorithms = connection.signing_algs or metadata.signing_algs
        usable = [alg for alg in algorithms if any(key.fits(alg) for key in keys.keys)]
        if not usable:
            yield Finding(
                "failed",
                self.subject,
                f"no key fits {', '.join(algorithms)}",
                "Set connections.*.signing_algs to what the provider signs with.",
            )
        tried = self._provider.try_credentials(deadline)
        # What form-encoding does to a secret need not be guessed at where the provider has told.
        guess = all(each.verdict == "unknown" for each in tried)
        yield from client_auth_findings(connection, metadata, self.subject, guess=guess)
        yield from credential_findings(connection, tried, metadata, self.subject)
        yield from self._requests(metadata)
        yield from self._proofs(metadata)
        ahead = self._provider.calls.clock_ahead
        if ahead is not None and abs(ahead) > connection.clock_tolerance:
            yield Finding(
                "failed",
                self.subject,
                f"the provider's clock is {ahead:+.0f} s from ours",
                "Synchronise this machine's clock (NTP); else raise clock_tolerance.",
            )
        if not connection.domains:
            yield Finding(
                "warning",
                self.subject,
                "domains is empty: nobody is linked or created by e-mail",
                'List the e-mail domains this provider may speak for, or ["*"].',
            )
        yield Finding("ok", self.subject, f"register at the provider: {connection.redirect_uri}")

    def _requests(self, metadata: ProviderMetadata) -> Iterator[Finding]:
        """Whether the provider takes authorization requests in the form in which we send them."""
        connection = self._provider.connection
        if connection.response_mode not in (metadata.response_modes or ("query", "fragment")):
            yield Finding(
                "warning",
                self.subject,
                f"response_mode is {connection.response_mode}, which the provider's metadata do not offer:"
                " those that ignore it end every sign-in in callback_malformed",
                'Set response_mode = "query", unless sign-ins work.',
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
                )
            return
        alg = client_key(connection.client_keys[0], connection.client_rsa_alg).alg
        if metadata.request_object_algs is not None and alg not in metadata.request_object_algs:
            yield Finding(
                "warning",
                self.subject,
                f"requests are signed with {alg}, which is none of the provider's algorithms for them",
                "Put a key of another kind first in client_keys, or set request_objects = false.",
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
