"""What a provider made of one of our proofs of who we are, tried without a sign-in."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Tried:
    """One secret or key. `detail` says what the provider answered."""

    verdict: Literal["accepted", "refused", "unknown"]
    detail: str
    #: Refused in the form that RFC 6749 section 2.3.1 wants, and accepted in its plain one.
    plain_only: bool = False
