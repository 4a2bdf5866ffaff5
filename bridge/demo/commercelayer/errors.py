"""How the platform says no: `{"errors": [...]}`, a little differently at its two servers."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Fault:
    """One entry of `errors`. `why` is for testers and is in no answer."""

    status: int
    code: str
    title: str
    detail: str
    pointer: str = ""
    why: str = ""


class PlatformError(Exception):
    """A request that is refused, for one reason or several; the first one's status is the answer's."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(faults[0].why or faults[0].detail)
        self.faults = faults

    @property
    def status(self) -> int:
        """Of the answer."""
        return self.faults[0].status


def oauth_error(status: int, title: str, detail: str, *, why: str = "") -> PlatformError:
    """A refusal of the authentication server; `title` is the error's name in OAuth."""
    codes = {400: "BAD_REQUEST", 401: "UNAUTHORIZED", 429: "TOO_MANY_REQUESTS"}
    return PlatformError(Fault(status, codes.get(status, "BAD_REQUEST"), title, detail, why=why))


def api_error(
    status: int, code: str, title: str, detail: str, *, pointer: str = "", why: str = ""
) -> PlatformError:
    """A refusal of the Core API."""
    return PlatformError(Fault(status, code, title, detail, pointer, why))


def oauth_body(error: PlatformError) -> dict[str, Any]:
    """As the authentication server writes it: the status is a number."""
    return {
        "errors": [
            {"code": one.code, "title": one.title, "detail": one.detail, "status": one.status, "meta": {}}
            for one in error.faults
        ]
    }


def api_body(error: PlatformError) -> dict[str, Any]:
    """As the Core API writes it: the status is a text, and a pointer shows the field (JSON:API)."""
    return {
        "errors": [
            {
                "title": one.title,
                "detail": one.detail,
                "code": one.code,
                **({"source": {"pointer": one.pointer}} if one.pointer else {}),
                "status": str(one.status),
                "meta": {},
            }
            for one in error.faults
        ]
    }
