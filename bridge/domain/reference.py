"""The short id on a refusal page and in every log line of one attempt."""

import hashlib

_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford: nothing that is misread on the telephone


def reference_of(state: str) -> str:
    """Eight characters that follow from an attempt's state and do not reveal it."""
    number = int.from_bytes(hashlib.sha256(b"reference\0" + state.encode()).digest()[:5])
    return "".join(_LETTERS[number >> shift & 31] for shift in range(35, -1, -5))
