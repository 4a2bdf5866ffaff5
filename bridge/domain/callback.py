"""The provider's answer as it came through the browser (RFC 6749 section 4.1.2)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from bridge.domain.refusal import Reason, Refused

_STATE = re.compile(r"[A-Za-z0-9_-]{8,128}\.[a-z0-9][a-z0-9_-]{0,63}")
_ERROR = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,80}")
_CODE = re.compile(r"[\x20-\x7e]{1,4096}")
_KNOWN = ("code", "state", "iss", "error", "error_description", "session_state")
#: Answers of flows we never began; taking one would mean to take tokens from the front channel.
_NEVER_ASKED = ("id_token", "access_token", "token_type", "response")


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """A well-formed answer: a code, or an error, for a state."""

    connection: str
    state: str
    code: str
    error: str
    iss: str | None
    form_post: bool
    user: str = field(default="", repr=False)  # see bridge.domain.consent

    @classmethod
    def parse(cls, connection: str, parameters: Iterable[tuple[str, str]], *, form_post: bool) -> "Callback":
        """Refuses parameters sent twice (which twin would others read?) and answers not asked for.

        Raises `Refused(CALLBACK_MALFORMED)`.
        """
        values: dict[str, str] = {}
        for name, value in parameters:
            if name in values:
                raise Refused(
                    Reason.CALLBACK_MALFORMED, f"{name if name in _KNOWN else 'a parameter'} sent twice"
                )
            values[name] = value
        for name in _NEVER_ASKED:
            if name in values:
                raise Refused(Reason.CALLBACK_MALFORMED, f"{name} was not asked for")
        state, code, error = values.get("state", ""), values.get("code", ""), values.get("error", "")
        if not _STATE.fullmatch(state):
            raise Refused(Reason.CALLBACK_MALFORMED, "no state of ours")
        if bool(code) == bool(error):
            raise Refused(Reason.CALLBACK_MALFORMED, "neither a code nor an error, or both")
        if code and not _CODE.fullmatch(code):
            raise Refused(Reason.CALLBACK_MALFORMED, "the code is too long or not ASCII")
        if error and not _ERROR.fullmatch(error):
            raise Refused(Reason.CALLBACK_MALFORMED, "the error code is too long or not ASCII")
        return cls(
            connection=connection,
            state=state,
            code=code,
            error=error,
            iss=values.get("iss"),
            form_post=form_post,
            user=values.get("user", "") if form_post else "",
        )
