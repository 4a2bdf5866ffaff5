"""How a benchmark says whether what it promised came true."""


def word(holds: bool) -> str:
    """The first word of a line that may be looked for."""
    return "holds" if holds else "MISSED"
