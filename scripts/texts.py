"""Bring the catalogues of the pages up to date with the English texts, and compile them: `make texts`.

bridge/web/catalogues/LANGUAGE.po is what translators edit; the .mo beside it is what the bridge reads. A text
that is new has no translation yet; one whose English changed keeps its translation, marked as fuzzy, until
somebody looked at it and took the mark away. Neither is compiled, and a test fails until all are there.
"""

import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from bridge.domain.languages import LANGUAGES
from bridge.domain.page_texts import english

FOLDER = Path(__file__).parent.parent / "bridge" / "web" / "catalogues"
#: English is in the source. The others, which are translated.
TRANSLATED = tuple(language for language in LANGUAGES if language != "en")
_LEFT_OUT = tuple(
    f'"{name}'
    for name in (
        "POT-Creation-Date",
        "PO-Revision-Date",
        "Generated-By",
        "Last-Translator",
        "Language-Team",
        "Report-Msgid-Bugs-To",
        "Project-Id-Version",
    )
)
_HEAD = "The texts of the bridge's pages. msgctxt is the key by which operators override a text too."


class _Undated(Catalog):
    """Its headers depend on nothing but what gettext needs to read it."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [("Content-Type", "text/plain; charset=utf-8")]


def read(language: str) -> Catalog:
    """What the translators wrote; nothing yet for a new language."""
    path = FOLDER / f"{language}.po"
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def by_key(catalogue: Catalog) -> dict[str, Message]:
    """The messages by their key."""
    return {str(message.context): message for message in catalogue if message.id}


def brought_up_to_date(language: str) -> Catalog:
    """The language's catalogue with exactly the keys that there are, in their order."""
    before = by_key(read(language))
    made = Catalog(locale=language, header_comment=f"# {_HEAD}", charset="utf-8", fuzzy=False)
    for key, text in english().items():
        known = before.get(key)
        message = made.add(text, known.string if known else "", context=key)
        if known and known.string and (known.fuzzy or known.id != text):
            message.flags.add("fuzzy")
    return made


def po_of(catalogue: Catalog) -> bytes:
    """As it stands in the repository: without dates, which would differ with each run, and without names."""
    text = BytesIO()
    write_po(text, catalogue, width=110)
    lines = text.getvalue().decode().split("\n")
    return "\n".join(line for line in lines if not line.startswith(_LEFT_OUT)).encode()


def mo_of(catalogue: Catalog) -> bytes:
    """Compiled; what is missing or fuzzy is left out."""
    compiled = BytesIO()
    plain = _Undated(locale=catalogue.locale, charset="utf-8")
    for message in catalogue:
        if message.id and message.string and not message.fuzzy:
            plain.add(message.id, message.string, context=message.context)
    write_mo(compiled, plain)
    return compiled.getvalue()


def main() -> int:
    """Write all of them; 1 if something is left to translate."""
    left = 0
    for language in TRANSLATED:
        catalogue = brought_up_to_date(language)
        (FOLDER / f"{language}.po").write_bytes(po_of(catalogue))
        (FOLDER / f"{language}.mo").write_bytes(mo_of(catalogue))
        for key, message in by_key(catalogue).items():
            if message.fuzzy or not message.string:
                left += 1
                print(
                    f"{language}.po: {key}: {'the English changed' if message.string else 'no translation'}"
                )
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
