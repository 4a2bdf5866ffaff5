"""What a store's server is told without having asked, and how it knows that the bridge says so.

Signed by Standard Webhooks 1.0, for whose symmetric signatures there are libraries in most languages.
"""

import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from hashlib import sha256

from bridge.domain.ending_work import EndingWork
from bridge.domain.http import HttpReply
from bridge.domain.secret import Secret
from bridge.domain.utc import utc, utc_with_milliseconds

#: How a secret is written: this, then its bytes in base64.
SECRET_HEAD = "whsec_"  # noqa: S105 - not one


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where a store wants to hear of things."""

    url: str
    secrets: tuple[Secret, ...]  # newest first; each signs


def headers(webhook: Webhook, event: str, body: bytes, now: float) -> Mapping[str, str]:
    """Of one attempt. `event`: the id, which is the same at every attempt."""
    at = str(int(now))
    signed = b".".join((event.encode(), at.encode(), body))
    return {
        "Content-Type": "application/json",
        "webhook-id": event,
        "webhook-timestamp": at,
        "webhook-signature": _signatures(webhook.secrets, signed),
    }


def _signatures(secrets: Sequence[Secret], signed: bytes) -> str:
    macs = (hmac.digest(secret_bytes(one), signed, sha256) for one in secrets)
    return " ".join(f"v1,{b64encode(mac).decode()}" for mac in macs)


def secret_bytes(secret: Secret) -> bytes:
    """Raises `ValueError` where it is not written as `SECRET_HEAD` and base64."""
    text = secret.reveal()
    if not text.startswith(SECRET_HEAD):
        raise ValueError("no head")
    return b64decode(text.removeprefix(SECRET_HEAD), validate=True)


def session_ended(work: EndingWork) -> bytes:
    """The event `session.ended`; the same bytes at every attempt."""
    ending = work.ending
    return _json({
        "id": work.id,
        "type": "session.ended",
        "at": utc_with_milliseconds(ending.at),
        "store": ending.store,
        "sid": str(ending.ref),
        "customer_id": ending.customer,
        "reason": ending.reason,
        "connection": ending.connection,
    })  # fmt: skip


def ping(event: str, store: str, now: float) -> bytes:
    """The event `ping`, by which an operator tries whether the others would arrive."""
    return _json({"id": event, "type": "ping", "at": utc(now), "store": store})


def retry_after(reply: HttpReply, now: float) -> float:
    """Seconds for which the receiver wants to be left alone (RFC 9110 section 10.2.3), or 0."""
    said = reply.headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return float(said[:9])
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - now)
    except (ValueError, OverflowError):
        return 0.0


def _json(members: Mapping[str, str]) -> bytes:
    return json.dumps(members, separators=(",", ":")).encode()
