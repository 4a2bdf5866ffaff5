"""[pages]: the look and the texts of an operator, or everything that is wrong with them, at the start."""

from pathlib import Path

import pytest

from bridge.domain.page_texts import english
from bridge.settings.page_values import contrast

from .samples import MINIMAL, faults_of, read

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def only(folder: Path, text: str) -> str:
    (fault,) = faults_of(folder, text)
    return fault


def with_pages(lines: str, store: str = "") -> str:
    text = f"[pages]\n{lines}\n"
    return MINIMAL + "\n" + text + (f"[stores.us.pages]\n{store}\n" if store else "")


def test_a_look_of_files_and_values_is_read(tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(PNG)
    (tmp_path / "store.css").write_text(
        "/* @import */ h1 { color: red; background: url(/static/pages/x.png) }"
    )
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "de.toml").write_text('[action]\nback = "Heim"\n', encoding="utf-8")
    pages = read(
        tmp_path,
        with_pages(
            'logo = "logo.png"\naccent = "#0A6B4B"\nfont = \'Georgia, "Noto Serif", serif\'\n'
            'stylesheet = "store.css"\ntexts_dir = "texts"\nlanguage = "de"\n'
            'support_url = "https://store.example.com/help"\nsupport_email = "help@store.example.com"'
        ),
    ).pages
    assert pages.accent == "#0a6b4b"
    assert pages.logo == str(tmp_path / "logo.png")
    assert pages.texts_dir == str(tmp_path / "texts")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('accent = "#ffcc00"', "stands out from white by 1.5 to 1 only"),
        ('accent = "green"', "must be a colour"),
        ('accent = "#0a6b4b;} body{display:none"', "must be a colour"),
        ('font = "Arial; } * { color: red"', "names of fonts"),
        ("font = 'url(x)'", "names of fonts"),
        ('support_email = "nobody"', "e-mail address"),
        ('support_email = "a@b.example?subject=x"', "e-mail address"),
        ('support_url = "javascript:alert(1)"', "https://"),
        ('support_url = "http://store.example.com"', "https://"),
        ('language = "klingon"', "language tag"),
        ('language = "nl"', "no texts in"),
        ('logo = "nowhere.svg"', "cannot be read"),
        ('texts_dir = "nowhere"', "cannot be read as a folder"),
        ('acent = "#000000"', "did you mean `accent`?"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_remedy_and_without_the_value(
    tmp_path: Path, line: str, words: str
) -> None:
    fault = only(tmp_path, with_pages(line))
    assert words in fault
    assert fault.startswith("pages")
    value = line.partition("= ")[2].strip("'\"")
    assert value not in fault.replace("nowhere", "") or value == "nl"


def test_the_darker_colour_that_is_offered_would_do(tmp_path: Path) -> None:
    for colour in ("#ffcc00", "#ffffff", "#00ff00", "#ff69b4", "#999999"):
        fault = only(tmp_path, with_pages(f'accent = "{colour}"'))
        offered = fault.rpartition('such as "')[2][:7]
        assert contrast(offered, "#ffffff") >= 4.5
        assert read(tmp_path, with_pages(f'accent = "{offered}"')).pages.accent == offered


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"GIF89a", "must be a picture"),
        (b"<html><svg>", "must be a picture"),
        (b"", "must be a picture"),
        (b"RIFF0000WAVE", "must be a picture"),
        (PNG + b"\0" * 300_000, "256 kB at most"),
    ],
)
def test_a_logo_is_a_picture_by_what_is_in_it(tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / "logo.png").write_bytes(data)
    assert words in only(tmp_path, with_pages('logo = "logo.png"'))


@pytest.mark.parametrize(
    "data", [b"<svg/>", b'<?xml version="1.0"?>\n<!-- made -->\n<svg xmlns="x">', b"\xff\xd8\xff\xe0", PNG]
)
def test_pictures_of_every_kind_pass(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "logo").write_bytes(data)
    assert read(tmp_path, with_pages('logo = "logo"')).pages.logo


@pytest.mark.parametrize(
    "css",
    [
        '@import "https://fonts.example/css";',
        "h1 { background: url(https://evil.example/x.png) }",
        "h1 { background: URL( '//evil.example/x.png') }",
        "h1 { background: url(logo.png) }",
        "h1 { background: u\\72l(https://evil.example) }",
        "</style><script>",
    ],
)
def test_a_style_sheet_that_browsers_would_load_by_half_is_refused(tmp_path: Path, css: str) -> None:
    (tmp_path / "store.css").write_text("h1 { color: red }\n" + css, encoding="utf-8")
    assert "line 2 of that file" in only(tmp_path, with_pages('stylesheet = "store.css"'))


def test_every_fault_of_a_folder_of_texts_is_named_at_once_and_no_text(tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "de.toml").write_text(
        '[action]\nbakc = "SECRET"\nback = ""\n[arrived]\nlead = "SECRET"\n', encoding="utf-8"
    )
    (folder / "fr.toml").write_text("[action\n", encoding="utf-8")
    (folder / "nl.toml").write_text('[action]\nback = "Terug"\n', encoding="utf-8")
    (folder / "es.po").write_text("", encoding="utf-8")
    (folder / ".hidden").write_text("", encoding="utf-8")
    fault = only(tmp_path, with_pages("", 'texts_dir = "texts"'))
    assert fault.startswith("stores.us.pages.texts_dir:")
    for words in (
        "did you mean `action.back`?",
        "action.back: must be a text",
        "arrived.lead: must hold {label}",
        "fr.toml: not valid TOML",
        "nl.toml: the bridge has no texts in this language",
        "'es.po': must be named after a language",
    ):
        assert words in fault
    assert "SECRET" not in fault
    assert "hidden" not in fault


def test_a_language_of_ones_own_that_is_whole_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    lines = [f'"{key}" = "{text}"' for key, text in english().items()]
    flat = "\n".join(line.replace('"', "", 2) for line in lines)
    (folder / "nl.toml").write_text(flat, encoding="utf-8")
    assert read(tmp_path, with_pages('texts_dir = "texts"\nlanguage = "nl"')).pages.language == "nl"
