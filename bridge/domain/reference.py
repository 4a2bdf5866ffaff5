"""The short id on a refusal page and in every log line of one attempt."""

from functools import lru_cache
from hashlib import sha256

_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford: nothing that is misread on the telephone
_PAIRS = tuple(one + other for one in _LETTERS for other in _LETTERS)  # of ten bits each


@lru_cache(maxsize=256)  # asked for by everybody who tells of an attempt
def reference_of(state: str) -> str:
    """Eight characters that follow from an attempt's state and do not reveal it."""
    bits = int.from_bytes(sha256(b"reference\0" + state.encode()).digest()[:5])
    return f"{_PAIRS[bits >> 30]}{_PAIRS[bits >> 20 & 1023]}{_PAIRS[bits >> 10 & 1023]}{_PAIRS[bits & 1023]}"
