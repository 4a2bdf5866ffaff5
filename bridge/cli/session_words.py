"""What `bridge sessions` tells of a session, for people and for programs: never a token. Times are UTC."""

from typing import Any

from bridge.domain.utc import utc
from bridge.flows.sessions_by_hand import SignedInSession


def session_json(one: SignedInSession, now: float) -> dict[str, Any]:
    """One session. `idle`: its idle time in seconds, 0 for none; `expires_in`: where nobody uses it."""
    held = one.held.session
    return {
        "sid": str(one.held.ref),
        "store": held.store,
        "connection": held.connection,
        "customer": one.customer,
        "identity": one.held.ref.identity,
        "issuer": held.identity.issuer,
        "subject": held.identity.subject,
        "provider_sid": held.sid,
        "created_at": utc(held.created_at),
        "ends_at": utc(held.ends_at),
        "idle": held.idle,
        "expires_in": one.life,
        "age": max(0, int(now) - held.created_at),
    }


def session_text(one: SignedInSession, now: float) -> str:
    """The same for people."""
    told, held = session_json(one, now), one.held.session
    whose = f"customer {one.customer}" if one.customer else "of no customer"
    lines = [
        f"{told['sid']}  {held.store}: {whose}",
        f"    who        {_shown(held.identity.subject)} at {held.identity.issuer} ({held.connection})",
        f"    signed in  {told['created_at']}, {_span(told['age'])} ago",
        f"    ends       {told['ends_at']} at the latest",
    ]
    if held.idle:
        idle = f"in {_span(one.life)} without use (session_idle: {_span(held.idle)})"
        lines.append(f"    idle       ends {idle}")
    if held.sid:
        lines.append(f"    provider's {_shown(held.sid)}")
    return "\n".join(lines)


def _shown(text: str) -> str:
    """A provider's word must not move a terminal's cursor."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _span(seconds: int) -> str:
    """At most two units."""
    days, rest = divmod(seconds, 86400)
    hours, rest = divmod(rest, 3600)
    minutes, rest = divmod(rest, 60)
    parts = [f"{n} {unit}" for n, unit in ((days, "d"), (hours, "h"), (minutes, "min"), (rest, "s")) if n]
    return " ".join(parts[:2]) or "0 s"
