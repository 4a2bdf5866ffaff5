"""Compact tokens (RFC 7515) signed with HS512, the one algorithm of this platform."""

from collections.abc import Mapping
from typing import Any

from jwt.algorithms import HMACAlgorithm

from bridge.domain.base64url import encoded
from bridge.domain.compact_json import compact

_HEADER = encoded(b'{"alg":"HS512","typ":"JWT"}')
_HS512 = HMACAlgorithm(HMACAlgorithm.SHA512)


def signed(claims: Mapping[str, Any], key: bytes) -> str:
    """By the algorithm itself, with the key as it is.

    The library's front door looks at each token whether the key might be of another kind, and warns each time
    of a short one, of which `bridge check` has warned.
    """
    signing_input = f"{_HEADER}.{encoded(compact(claims).encode())}"
    return f"{signing_input}.{encoded(_HS512.sign(signing_input.encode(), key))}"
