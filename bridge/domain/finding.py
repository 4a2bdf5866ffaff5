"""One line of a check-up."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is, and what to do about it."""

    level: Literal["ok", "warning", "failed"]
    subject: str  # e.g. "connections.acme"
    message: str
    remedy: str = ""
