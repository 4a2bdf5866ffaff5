"""One provider's check-up: metadata, keys, algorithms, clock."""

from collections.abc import Callable, Iterator

from bridge.domain.deadline import Deadline
from bridge.domain.finding import Finding
from bridge.idp.provider import OpenIdProvider


class ProviderCheck:
    """See `Checked` in `bridge.flows.check_up`."""

    def __init__(self, provider: OpenIdProvider, now: Callable[[], float]) -> None:
        self._provider = provider
        self._now = now
        self.subject = f"connections.{provider.connection.name}"

    def check(self, deadline: Deadline) -> Iterator[Finding]:
        """Raises `Refused` when metadata or keys cannot be had."""
        connection = self._provider.connection
        metadata = self._provider.published.metadata.get(deadline)
        yield Finding(
            "ok", self.subject, f"metadata of {metadata.issuer}; token endpoint {metadata.token_endpoint}"
        )
        keys = self._provider.published.keys.get(deadline)
        yield Finding("ok", self.subject, f"{len(keys.keys)} usable keys")
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
