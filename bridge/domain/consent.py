"""What a browser brings beside the code at a person's first consent: a name, which nobody signed.

Apple tells a person's name once, in a form field of its answer, and in no token
(developer.apple.com, "Request an authorization to the Sign in with Apple server"). Whoever holds the
browser can write anything there. So it is read as a suggestion for how to call a new customer: never an
address, never a subject, never a claim.
"""

from dataclasses import dataclass

from bridge.domain.strict_json import JsonFault, parse_object

#: Characters. Two names; a whole form may have more.
MAX_FIELD = 2048


@dataclass(frozen=True, slots=True)
class UnsignedName:
    """A name as the browser brought it; empty texts where it brought none."""

    given: str = ""
    family: str = ""

    @classmethod
    def parse(cls, field: str) -> "UnsignedName":
        """The name in Apple's `user` field. What cannot be read is no name: nothing depends on it."""
        if not 0 < len(field) <= MAX_FIELD:
            return cls()
        try:
            name = parse_object(field.encode()).get("name")
        except (JsonFault, UnicodeEncodeError):
            return cls()
        if not isinstance(name, dict):
            return cls()
        return cls(_text(name.get("firstName")), _text(name.get("lastName")))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
