"""The shape of the handbook's entries."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """What an operator is told of a refusal beyond its cause and remedy.

    `happened`: how far the sign-in came, and what is left of it. `seen`: words of the log line's `detail`
    ("…" for what varies) or, in parentheses, how it shows otherwise; each with what it means and what to do.
    `settings`: keys of the configuration, as docs/configuration.md writes them. `see`: pages below docs/.
    """

    happened: str
    seen: tuple[tuple[str, str], ...] = ()
    settings: tuple[str, ...] = ()
    see: tuple[str, ...] = ()
