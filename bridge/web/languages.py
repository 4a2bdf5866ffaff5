"""The texts of the pages in each language, and the language that a request is answered in.

The catalogues are GNU gettext's, read by the standard library: each once, when somebody first reads that
language. Babel, which makes them (scripts/texts.py), is not needed to run the bridge.
"""

import gettext
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from markupsafe import Markup, escape
from werkzeug.http import parse_accept_header

from bridge.domain.languages import LANGUAGES, base_of, direction_of, fitting, known_by
from bridge.domain.page_texts import english, filled

Texts = Mapping[str, str]
#: Characters of a header or a parameter that are looked at. Browsers send some fifty.
_LOOKED_AT = 300
_CATALOGUES = Path(__file__).parent / "catalogues"


@dataclass(frozen=True, slots=True)
class Language:
    """One language as a store speaks it. Called with a key, it gives the text; see page_texts.py."""

    tag: str
    direction: str
    texts: Texts

    def __call__(self, key: str, **values: object) -> str:
        """The text of `key` with its places filled. Raises KeyError for a key that there is not."""
        text = self.texts[key]
        return filled(text, values) if values else text

    def html(self, key: str, **values: object) -> Markup:
        """The same for values that hold markup; what is not `Markup` is escaped, the text first of all."""
        return Markup(filled(escape(self.texts[key]), {name: escape(one) for name, one in values.items()}))  # noqa: S704


@cache  # holds one for each of LANGUAGES
def texts_of(language: str) -> Texts:
    """The bridge's own texts in one of its languages; in English where one is not translated yet."""
    texts = english()
    if language == "en":
        return texts
    with (_CATALOGUES / f"{language}.mo").open("rb") as file:
        catalogue = gettext.GNUTranslations(file)
    return {key: catalogue.pgettext(key, text) for key, text in texts.items()}


class Languages:
    """The languages of one store."""

    def __init__(self, overrides: Iterable[Mapping[str, Texts]] = (), default: str = "en") -> None:
        """`overrides`: texts by language and key, the more particular ones later."""
        self._overrides = tuple(overrides)
        tags = {tag for texts in self._overrides for tag in texts}
        self._known = known_by((*LANGUAGES, *sorted(tags)))
        self._default = fitting((default,), self._known)
        # The header is what browsers send, byte for byte the same at each request; whoever sends others only
        # makes these few hundred short texts change.
        self._chosen = lru_cache(maxsize=512)(self._choose)
        self._spoken: dict[str, Language] = {}  # fills up to the languages that there are

    def best(self, accept: str, ui_locales: str = "", before: str = "") -> Language:
        """Of `ui_locales` (tags separated by spaces, best first: OpenID Connect Core 3.1.2.1), else the one
        taken before, else of the header Accept-Language (RFC 9110 section 12.5.4), else the default.
        """
        return self._language(self._chosen(accept[:_LOOKED_AT], ui_locales[:_LOOKED_AT], before[:16]))

    def named(self, ui_locales: str) -> str:
        """The tag of the language that `ui_locales` asks for; empty if there is none of these."""
        return fitting(ui_locales[:_LOOKED_AT].split(), self._known)

    def _choose(self, accept: str, ui_locales: str, before: str) -> str:
        return (
            fitting(ui_locales.split(), self._known)
            or fitting((before,), self._known)
            or fitting(_wanted(accept), self._known)
            or self._default
        )

    def _language(self, tag: str) -> Language:
        found = self._spoken.get(tag)
        if found is None:
            base = base_of(tag)
            texts = dict(texts_of(base or "en"))
            for overrides in self._overrides:
                for one in dict.fromkeys((base, tag)):
                    texts.update(overrides.get(one, {}))
            # Two threads may both do this, with the same end.
            found = self._spoken[tag] = Language(tag, direction_of(tag), texts)
        return found


def _wanted(accept: str) -> list[str]:
    """The tags of Accept-Language, best first, without those of weight 0 and of weights that are none."""
    weighed = [(tag, weight) for tag, weight in parse_accept_header(accept) if weight > 0]
    return [tag for tag, _ in sorted(weighed, key=lambda one: -one[1])]
