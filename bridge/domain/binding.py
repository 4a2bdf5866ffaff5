"""What a storefront bound a sign-in to before it began: its own browser, and a secret of its own."""

import re
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest

from bridge.domain.base64url import encoded
from bridge.domain.refusal import Reason, Refused

METHOD = "S256"
MAX_STATE = 512
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # a SHA-256 in base64url, without padding
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")  # RFC 7636 4.1
_STATE = re.compile(rf"[\x20-\x7e]{{1,{MAX_STATE}}}")  # RFC 6749 A.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """Nothing by default. Both were given to `/login` by the storefront's own page."""

    state: str = ""  # opaque; handed back beside the code or token, against login CSRF
    code_challenge: str = ""  # RFC 7636: only who holds the verifier can redeem the code

    def __bool__(self) -> bool:
        return bool(self.state or self.code_challenge)

    @classmethod
    def parse(cls, state: str | None, challenge: str | None, method: str | None) -> "Binding":
        """Only S256: with `plain` whoever reads the way to `/login` holds the verifier as well.

        Raises `Refused(BAD_REQUEST)`.
        """
        if state and not _STATE.fullmatch(state):
            raise Refused(Reason.BAD_REQUEST, f"state: printable ASCII only, {MAX_STATE} at most")
        if challenge is None and method is None:
            return cls(state=state or "")
        if method != METHOD:
            raise Refused(Reason.BAD_REQUEST, "code_challenge_method: S256 only")
        if challenge is None or not _CHALLENGE.fullmatch(challenge):
            raise Refused(Reason.BAD_REQUEST, "code_challenge: no SHA-256 in base64url")
        return cls(state=state or "", code_challenge=challenge)

    @property
    def query(self) -> dict[str, str]:
        """The parameters by which a link to `/login` repeats it."""
        query = {"state": self.state} if self.state else {}
        if self.code_challenge:
            query |= {"code_challenge": self.code_challenge, "code_challenge_method": METHOD}
        return query


UNBOUND = Binding()


def fits(verifier: str, challenge: str) -> bool:
    """Whether the challenge was made of this verifier (RFC 7636 4.6), compared in constant time."""
    if not _VERIFIER.fullmatch(verifier):
        return False
    made = encoded(sha256(verifier.encode()).digest())
    return compare_digest(made.encode(), challenge.encode())
