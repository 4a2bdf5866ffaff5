"""What a shop's server does with a webhook before it believes it: Standard Webhooks 1.0, by hand."""

import base64
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import Headers

_PATIENCE = 300  # seconds that a webhook may be old, or ahead
_LARGEST = 1 << 16  # bytes

PATH = "/hooks/bridge"


def new_secret() -> str:
    """As both sides know it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def read_event(
    secret: str, headers: Headers | Mapping[str, str], body: bytes, now: float
) -> dict[str, Any] | None:
    """What it says; None where nobody who knows `secret` said it just now."""
    event, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not secret or not at.isascii() or not at.isdigit() or abs(now - int(at)) > _PATIENCE:
        return None
    key = base64.b64decode(secret.removeprefix("whsec_"))
    # Of the bytes as they came: JSON that was read and written again may be spelt otherwise.
    mac = hmac.digest(key, f"{event}.{at}.".encode() + body, "sha256")
    good = b"v1," + base64.b64encode(mac)
    given = headers.get("webhook-signature", "").encode("utf-8", "replace").split(b" ")
    if len(body) > _LARGEST or not any(hmac.compare_digest(good, one) for one in given):
        return None
    said = json.loads(body)
    return said if isinstance(said, dict) else None
