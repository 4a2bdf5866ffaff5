"""What the way to a provider tells beside its answers: its clock, and how long its certificate is good."""

from collections.abc import Iterator

from bridge.domain.connection import Connection
from bridge.domain.finding import Finding

#: Days before its end from which a certificate is warned of; those that renew themselves do so earlier.
_WARNED_BEFORE = 14
_DAY = 86400


def clock_findings(connection: Connection, ahead: float | None, subject: str) -> Iterator[Finding]:
    """`ahead`: seconds by which the provider's clock is before ours; None where it does not say."""
    tolerance = connection.clock_tolerance
    if ahead is None or abs(ahead) <= max(2, tolerance / 2):
        return
    beyond = abs(ahead) > tolerance
    yield Finding(
        "failed" if beyond else "warning",
        subject,
        f"the provider's clock is {ahead:+.0f} s from ours; clock_tolerance is {tolerance} s",
        "Synchronise this machine's clock: timedatectl set-ntp true, or chrony (the section `clock` says"
        f" whether others disagree with it too). If the provider's is wrong, raise connections."
        f"{connection.name}.clock_tolerance (300 at most) until it is mended.",
        "ID tokens count as expired, or as not yet valid: id_token_invalid."
        if beyond
        else "It is more than half of what is tolerated, and clocks drift.",
    )


def certificate_findings(end: float | None, now: float, subject: str) -> Iterator[Finding]:
    """`end`: when the provider's TLS certificate runs out, in seconds since the epoch; None if not known."""
    if end is None:
        return
    days = (end - now) / _DAY
    if days >= _WARNED_BEFORE:
        yield Finding("ok", subject, f"its TLS certificate is good for {int(days)} more days")
    else:
        yield Finding(
            "warning",
            subject,
            f"its TLS certificate ends in {max(0, int(days))} days",
            "Tell who runs the provider; certificates that renew themselves are renewed earlier.",
            "From then on nobody can sign in through it.",
        )
