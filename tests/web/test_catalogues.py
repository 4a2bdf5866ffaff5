"""Every language has every text: translated, with the same places, and compiled as it stands."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from babel import Locale

from bridge.domain.languages import LANGUAGES
from bridge.domain.page_texts import PAGE_TEXTS, english, fault_of
from bridge.flows.choosing import Note
from bridge.web.languages import texts_of

ROOT = Path(__file__).parents[2]
TRANSLATED = tuple(language for language in LANGUAGES if language != "en")
#: The same word in both languages, and what has no words.
SAME = {("es", "page.title_error"), *((each, "refusal.sentence") for each in ("de", "es", "fr"))}
ENGLISH = re.compile(
    r"\b(the|you|your|please|is|not|this|that|again|with|from|store|sign|organisation's)\b", re.IGNORECASE
)
POLITE = {
    "de": re.compile(r"\b(du|dich|dir|dein\w*)\b", re.IGNORECASE),
    "fr": re.compile(r"\b(tu|toi|ton|ta|tes)\b", re.IGNORECASE),
    "es": re.compile(r"\b(tú|tu|tus|vosotros|contigo)\b", re.IGNORECASE),
}


def maker() -> ModuleType:
    """What `make texts` runs."""
    spec = importlib.util.spec_from_file_location("texts", ROOT / "scripts" / "texts.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TEXTS = maker()


@pytest.mark.parametrize("language", TRANSLATED)
class TestEachLanguage:
    def test_every_text_is_translated_and_there_is_none_of_an_unknown_key(self, language: str) -> None:
        messages = TEXTS.by_key(TEXTS.read(language))
        assert list(messages) == list(english()), "run `make texts`"
        left = [key for key, one in messages.items() if not one.string or one.fuzzy]
        assert left == [], f"translate these in {language}.po, then run `make texts`"
        stale = [key for key, one in messages.items() if one.id != english()[key]]
        assert stale == [], "run `make texts`: the English changed"

    def test_what_the_bridge_reads_is_what_the_translators_wrote(self, language: str) -> None:
        catalogue = TEXTS.brought_up_to_date(language)
        assert (TEXTS.FOLDER / f"{language}.po").read_bytes() == TEXTS.po_of(catalogue), "run `make texts`"
        assert (TEXTS.FOLDER / f"{language}.mo").read_bytes() == TEXTS.mo_of(catalogue), "run `make texts`"
        written = {key: one.string for key, one in TEXTS.by_key(TEXTS.read(language)).items()}
        assert texts_of(language) == written

    def test_places_are_the_same_as_in_english(self, language: str) -> None:
        found = {key: fault_of(texts_of(language)[key], text) for key, text in english().items()}
        assert {key: fault for key, fault in found.items() if fault} == {}

    def test_nothing_is_left_in_english(self, language: str) -> None:
        texts, originals = texts_of(language), english()
        same = {(language, key) for key in originals if texts[key] == originals[key]}
        assert same <= SAME
        words = {key: ENGLISH.findall(re.sub(r"\{\w+\}", "", text)) for key, text in texts.items()}
        assert {key: found for key, found in words.items() if found} == {}

    def test_sentences_end_where_the_english_ones_do(self, language: str) -> None:
        for key, text in english().items():
            ends = texts_of(language)[key].endswith((".", "。"))
            assert ends == text.endswith("."), key
            assert "  " not in texts_of(language)[key], key

    def test_shoppers_are_spoken_to_politely_and_in_letters_of_their_own(self, language: str) -> None:
        texts = texts_of(language)
        if language in POLITE:
            found = {key: POLITE[language].findall(text) for key, text in texts.items()}
            assert {key: words for key, words in found.items() if words} == {}
        else:
            bare = [key for key, text in texts.items() if not re.search(r"[ぁ-んァ-ヶ一-龥]", text)]
            assert set(bare) <= {"refusal.sentence"}
            messages = [text for key, text in texts.items() if key.endswith((".message", ".lead"))]
            assert [
                text
                for text in messages
                if not re.search(r"(ます|です|ください|ません|ました|でした)。$", text)
            ] == []


def test_french_is_set_as_french_is() -> None:
    """A narrow space before two-part marks, which no line ends at, and typographic apostrophes."""
    wrong = {key: text for key, text in texts_of("fr").items() if re.search(r"'|[ \w][?!:;]", text)}
    assert wrong == {}


def test_every_language_is_one_that_babel_knows_too() -> None:
    assert [str(Locale.parse(language)) for language in LANGUAGES] == list(LANGUAGES)
    assert sorted(path.stem for path in TEXTS.FOLDER.glob("*.mo")) == sorted(TRANSLATED)
    assert sorted(path.stem for path in TEXTS.FOLDER.glob("*.po")) == sorted(TRANSLATED)


def sources() -> str:
    kinds = ("bridge/web/templates/*.html", "bridge/web/*.py")
    return "".join(path.read_text(encoding="utf-8") for kind in kinds for path in ROOT.glob(kind))


def test_every_text_that_is_asked_for_is_there() -> None:
    said = set(re.findall(r"""["']([a-z_]+\.[a-z_]+)["']""", sources()))
    groups = {key.partition(".")[0] for key in PAGE_TEXTS}
    asked = {key for key in said if key.partition(".")[0] in groups and not key.endswith(".html")}
    assert asked - set(PAGE_TEXTS) == set()
    assert {f"email.{note.value}" for note in Note} <= set(PAGE_TEXTS)


@pytest.mark.parametrize("key", PAGE_TEXTS)
def test_no_text_is_there_for_nobody(key: str) -> None:
    """Asked for as a whole, by an f-string that begins like it, or by its group and its name."""
    code = sources()
    group, _, name = key.partition(".")
    begun = re.findall(rf"""f["']{group}\.([a-z_]*)\{{""", code)
    parts = re.search(rf"""["']{group}["']""", code) and re.search(rf"""["']\.{name}["']""", code)
    assert re.search(rf"""["']{re.escape(key)}["']""", code) or name.startswith(tuple(begun)) or parts


def test_no_template_says_anything_by_itself() -> None:
    for path in (ROOT / "bridge/web/templates").glob("*.html"):
        text = re.sub(
            r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL
        )
        assert not re.search(r"[A-Za-z]{2}", text), (path.name, text.split())
