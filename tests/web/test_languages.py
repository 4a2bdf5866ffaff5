"""The language of an answer: by the link, by what was taken before, by the browser; whatever they send."""

from time import perf_counter

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.languages import LANGUAGES
from bridge.domain.refusal import Reason
from bridge.web.languages import Languages, texts_of
from tests.journeys.browser import CLICK, JSON

OURS = Languages()
HOSTILE = [
    "de;q=NaN",
    "de;q=inf",
    "de;q=-1",
    "de;q=1e999",
    "de;q=",
    "q=1",
    ";;;,,,;q=;=",
    "\x00de\x07\x1b[31m",
    "de\r\nSet-Cookie: a=b",
    "ja;" * 3_000,
    ",".join(f"x{number}" for number in range(5_000)),
    "a" * 10_000,
    "de-" * 5_000,
    '"' * 10_000,
    "*",
    "*;q=0",
    "\xff\xfe\xf0",
    "日本語",
    "../../etc/passwd",
    "%s%n{tag}",
]


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-CH, en;q=0.9", "de"),
        ("de-CH,de;q=0.9,en;q=0.8", "de"),
        ("en;q=0.2, ja;q=0.9, fr;q=0.8", "ja"),
        ("it, pt;q=0.9, es-419;q=0.5", "es"),
        ("it, nl", "en"),
        ("de;q=0, fr;q=0.1", "fr"),
        ("de;q=NaN, fr;q=0.5", "fr"),
        ("*", "en"),
        ("JA-jp", "ja"),
    ],
)
def test_the_browsers_weights_decide(accept: str, expected: str) -> None:
    assert OURS.best(accept).tag == expected


def test_the_link_is_stronger_than_what_was_before_and_this_than_the_browser() -> None:
    assert OURS.best("de", "it fr-CA ja", "es").tag == "fr"
    assert OURS.best("de", "it", "es").tag == "es"
    assert OURS.best("de", "", "xx").tag == "de"


@pytest.mark.parametrize("text", HOSTILE)
def test_attack_whatever_is_sent_is_answered_at_once_in_a_language_that_there_is(text: str) -> None:
    begin = perf_counter()
    for _ in range(20):
        assert OURS.best(text).tag in LANGUAGES
        assert OURS.best("", text).tag in LANGUAGES
        assert OURS.best("", "", text).tag in LANGUAGES
        assert OURS.named(text) in {"", *LANGUAGES}
    assert perf_counter() - begin < 0.5


def test_attack_nobody_fills_the_memory_with_headers() -> None:
    languages = Languages()
    for number in range(2_000):
        languages.best(f"x{number}" + "y" * 5_000)
    kept = languages._chosen.cache_info()
    assert kept.currsize <= 512


@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=20))
def test_whatever_is_sent_there_is_a_language(accept: str, ui_locales: str, before: str) -> None:
    assert OURS.best(accept, ui_locales, before).tag in LANGUAGES


def test_an_operators_words_go_before_ours_and_a_stores_before_those_of_all() -> None:
    common = {"de": {"action.back": "Zurück", "action.again": "Nochmal"}, "de-CH": {"action.again": "Nomal"}}
    store = {"de": {"action.back": "Heim"}}
    languages = Languages([common, store])
    text = languages.best("de-CH")
    assert (text.tag, text("action.back"), text("action.again")) == ("de-CH", "Heim", "Nomal")
    assert text("choose.title") == texts_of("de")["choose.title"]
    assert languages.best("fr")("action.back") == texts_of("fr")["action.back"]
    assert languages.best("de-AT").tag == "de"


def test_a_language_of_the_operators_own_is_spoken_too() -> None:
    languages = Languages([{"ar": dict.fromkeys(texts_of("en"), "نص")}], "ar")
    assert (languages.best("").tag, languages.best("").direction) == ("ar", "rtl")
    assert languages.best("en").tag == "en"


def test_values_in_a_text_are_escaped_but_for_markup() -> None:
    text = Languages([{"en": {"page.title": "<b> {title}"}}]).best("en")
    assert text.html("page.title", title="<i>") == "&lt;b&gt; &lt;i&gt;"


# -- over HTTP ------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_is_in_the_browsers_language_and_says_so(app: Flask, language: str) -> None:
    answer = app.test_client().get(
        "/login/nowhere", headers={**CLICK, "Accept-Language": f"{language};q=0.5"}
    )
    texts = texts_of(language)
    assert texts["refusal.store_unknown.title"] in answer.text
    assert texts["refusal.reference"] in answer.text
    assert f'<html lang="{language}" dir="ltr">' in answer.text
    assert answer.headers["Content-Language"] == language
    assert "Accept-Language" in answer.headers["Vary"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_program_reads_the_message_in_its_language_and_the_same_code(app: Flask, language: str) -> None:
    answer = app.test_client().get("/login/nowhere", headers={**JSON, "Accept-Language": language})
    assert answer.json is not None
    assert answer.json["error"] == "store_unknown"
    assert answer.json["message"].startswith(texts_of(language)["refusal.store_unknown.title"])
    assert answer.headers["Content-Language"] == language


def test_the_question_is_in_the_language_of_the_link_and_so_is_the_end(app: Flask) -> None:
    client = app.test_client()
    headers = {**CLICK, "Accept-Language": "de"}
    asked = client.get("/login/list?ui_locales=it%20fr-CA%20ja", headers=headers)
    assert texts_of("fr")["choose.title"] in asked.text
    again = client.get("/login/list?connection=nobody", headers=headers)
    assert texts_of("fr")["refusal.connection_unknown.title"] in again.text
    other = client.get("/login/us?connection=globex", headers=headers)
    assert texts_of("de")["refusal.connection_unknown.title"] in other.text, "of another store"


def test_a_redirect_reads_no_language_and_sets_a_cookie_only_for_one_that_was_asked_for(app: Flask) -> None:
    client = app.test_client()
    plain = client.get("/login/us", headers={**CLICK, "Accept-Language": "de"})
    assert plain.status_code == 303
    assert "Content-Language" not in plain.headers
    assert not [line for line in plain.headers.getlist("Set-Cookie") if "language" in line]
    asked = client.get("/login/us?ui_locales=ja-JP", headers=CLICK)
    (cookie,) = [line for line in asked.headers.getlist("Set-Cookie") if "language" in line]
    assert cookie.startswith("bridge-language-us=ja;")
    unknown = client.get("/login/us?ui_locales=xx", headers=CLICK)
    assert not [line for line in unknown.headers.getlist("Set-Cookie") if "language" in line]


@pytest.mark.parametrize("text", HOSTILE)
def test_attack_no_header_and_no_parameter_gives_anything_but_a_page(app: Flask, text: str) -> None:
    client = app.test_client()
    header = text.replace("\r", " ").replace("\n", " ").encode("utf-8", "replace").decode("latin-1")
    answer = client.get("/login/nowhere", headers={**CLICK, "Accept-Language": header})
    assert (answer.status_code, answer.headers["Bridge-Refusal"]) == (404, "store_unknown")
    assert answer.headers["Content-Language"] in LANGUAGES
    client.set_cookie("bridge-language-list", "".join(filter(str.isalnum, text))[:200] or "x")
    asked = client.get("/login/list", query_string={"ui_locales": text}, headers=CLICK)
    assert asked.status_code in (200, 413)
    assert asked.headers["Content-Language"] in LANGUAGES
    assert "\x1b" not in asked.text


def test_ui_locales_sent_twice_are_refused_like_any_parameter(app: Flask) -> None:
    answer = app.test_client().get("/login/us?ui_locales=de&ui_locales=fr", headers=CLICK)
    assert (answer.status_code, answer.headers["Bridge-Refusal"]) == (400, Reason.BAD_REQUEST.value)
