"""How a moment is written for people and for other programs."""

from datetime import UTC, datetime


def utc(seconds: float) -> str:
    """`2026-01-31T12:00:00Z` (RFC 3339), of seconds since the epoch; parts of a second are left off."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def utc_with_milliseconds(seconds: float) -> str:
    """`2026-01-31T12:00:00.000Z`: for what is to be compared with moments of others."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
