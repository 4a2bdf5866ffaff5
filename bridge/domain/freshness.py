"""How long a reply may be kept, by its own words (RFC 9111)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

_DIRECTIVE = re.compile(r'\s*([A-Za-z-]{1,40})\s*(?:=\s*"?(\d{1,10})"?)?\s*')
#: RFC 9111 1.2.2: a larger number of seconds means this one.
_MOST = 2**31


@dataclass(frozen=True, slots=True)
class Bounds:
    """Seconds for which a value is fresh: where its source says nothing, at least, and at most."""

    usual: float
    floor: float
    ceiling: float

    def of(self, said: float | None) -> float:
        """What the source said, within bounds."""
        return self.usual if said is None else min(max(said, self.floor), self.ceiling)


def lifetime(headers: Mapping[str, str]) -> float | None:
    """Seconds for which a reply with these headers (names in lower case) is fresh; None if it does not say.

    Zero for `no-store` and `no-cache`. `max-age` counts before `Expires` (5.2.2.1, 5.3), less the `Age`
    that it has already (5.1); `s-maxage` is for caches that serve many. Anything malformed says nothing.
    """
    directives = _directives(headers.get("cache-control", ""))
    if "no-store" in directives or "no-cache" in directives:
        return 0.0
    seconds = directives.get("max-age")
    if seconds is None:
        seconds = _until_expiry(headers)
    return None if seconds is None else max(0.0, seconds - _age(headers))


def _directives(text: str) -> dict[str, float | None]:
    found: dict[str, float | None] = {}
    for part in text.split(","):
        match = _DIRECTIVE.fullmatch(part)
        if match:
            seconds = None if match[2] is None else float(min(int(match[2]), _MOST))
            found.setdefault(match[1].lower(), seconds)
    return found


def _until_expiry(headers: Mapping[str, str]) -> float | None:
    if "expires" not in headers:
        return None
    expires, date = _time(headers["expires"]), _time(headers.get("date", ""))
    if expires is None:
        return 0.0  # RFC 9111 5.3: an invalid date, "0" above all, is one in the past
    return None if date is None else expires - date


def _age(headers: Mapping[str, str]) -> float:
    age = headers.get("age", "").strip()
    return float(min(int(age), _MOST)) if age.isascii() and age.isdigit() and len(age) <= 10 else 0.0


def _time(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None
