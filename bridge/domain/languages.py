"""The languages of the pages, and which of them somebody is best served in. Pure: tags in, one tag out."""

import re
from collections.abc import Iterable, Mapping

#: Those that the bridge brings texts in. English is the language that the texts are written in first.
LANGUAGES = ("en", "de", "fr", "es", "ja")
#: A language tag as far as it is of use here: language, script, region (BCP 47, RFC 5646 section 2.1).
TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
#: Of what is listed, only so many tags are looked at: nobody reads more languages.
MOST = 20
_RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})


def known_by(tags: Iterable[str]) -> Mapping[str, str]:
    """`tags` by what `fitting` looks for: case counts for nothing in a tag (RFC 5646 section 2.1.1)."""
    return {tag.lower(): tag for tag in tags}


def fitting(wanted: Iterable[str], known: Mapping[str, str]) -> str:
    """The first of `wanted` that is known, each shortened until it is (RFC 4647 section 3.4: lookup); or "".

    A wish for de-CH is met by `de` before a second wish is looked at. `known` is of `known_by`.
    """
    for position, tag in enumerate(wanted):
        if position == MOST:
            break
        parts = tag.lower().split("-", 4)[:4]
        while parts:
            if found := known.get("-".join(parts)):
                return found
            parts.pop()
    return ""


def base_of(tag: str) -> str:
    """The language of the bridge's own that a tag is a variant of: `de` for de-AT; empty for none."""
    return fitting((tag,), known_by(LANGUAGES))


def direction_of(tag: str) -> str:
    """Of writing, as the attribute `dir` of HTML has it."""
    return "rtl" if tag.lower().partition("-")[0] in _RIGHT_TO_LEFT else "ltr"
