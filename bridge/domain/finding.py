"""One line of a check-up."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is, why that matters, and what to do about it.

    `note`: nothing is wrong that is known of; something to know, or to compare by hand.
    """

    level: Literal["ok", "note", "warning", "failed"]
    subject: str  # e.g. "connections.acme"
    message: str
    remedy: str = ""
    why: str = ""  # what shoppers or operators meet if it stays so
