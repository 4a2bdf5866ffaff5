"""Read OAuth parameters, each of which may come once (RFC 6749 3.1, 3.2)."""

from werkzeug.datastructures import MultiDict


class SentTwiceError(ValueError):
    """A parameter came more than once."""


def repeated(values: "MultiDict[str, str]") -> list[str]:
    """The names that came more than once."""
    return [name for name, given in values.lists() if len(given) > 1]


def once(values: "MultiDict[str, str]", name: str) -> str | None:
    """The one value of `name`, None when it was left out. Raises SentTwiceError."""
    given = values.getlist(name)
    if len(given) > 1:
        raise SentTwiceError(name)
    return given[0] or None if given else None
