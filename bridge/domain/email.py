"""E-mail addresses as evidence: one spelling, or none."""

import re

# Deliberately narrower than RFC 5321: what a store accepts, and nothing that two systems
# could read differently (quoted parts, comments, several @, look-alikes beyond ASCII).
_ADDRESS = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@"
    r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])"
)
MAX_LENGTH = 250


def normal_email(value: object) -> str:
    """The address in lower case, or an empty text when it cannot serve as evidence."""
    # ASCII first: lower() turns the Kelvin sign into a k, and a stranger into a customer.
    if not isinstance(value, str) or len(value) > MAX_LENGTH or not value.isascii():
        return ""
    address = value.lower()
    return address if _ADDRESS.fullmatch(address) else ""


def domain_of(address: str) -> str:
    """The part behind the @ of a normal address."""
    return address.rpartition("@")[2]
