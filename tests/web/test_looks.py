"""An operator's own look: per store, served by ourselves, escaped, and within the strict policy."""

import re
import time
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from bridge.settings import read_settings
from bridge.web.app import create_app
from bridge.wiring.bridge import wire
from tests.journeys.browser import CLICK
from tests.journeys.stage import Stage

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
HOSTILE = '<script>alert(1)</script> {{ 7*7 }} & "quoted" {title'


@pytest.fixture(scope="module")
def dressed(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """`us` has a look of its own, `list` the one of all stores."""
    folder = tmp_path_factory.mktemp("look")
    (folder / "logo.png").write_bytes(PNG)
    (folder / "own.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
    (folder / "store.css").write_text("h1 { text-transform: uppercase }")
    (folder / "texts").mkdir()
    (folder / "texts" / "de.toml").write_text('[action]\nback = "Zurück & weg"\n', encoding="utf-8")
    (folder / "us").mkdir()
    (folder / "us" / "en.toml").write_text(
        "[action]\nback = '<b>Home</b>'\n[refusal.connection_unknown]\ntitle = '<img src=x>'\n",
        encoding="utf-8",
    )
    stage.tables["pages"] = {
        "logo": str(folder / "logo.png"),
        "accent": "#0a6b4b",
        "support_url": "https://help.example.com/de",
        "texts_dir": str(folder / "texts"),
    }
    stage.tables["stores.us.pages"] = {
        "logo": str(folder / "own.svg"),
        "accent": "#7a1f5c",
        "font": 'Georgia, "Noto Serif", serif',
        "stylesheet": str(folder / "store.css"),
        "support_email": "help@store.example.com",
        "texts_dir": str(folder / "us"),
    }
    try:
        settings = read_settings(stage.write_configuration("looks.toml"), {})
    finally:
        del stage.tables["pages"], stage.tables["stores.us.pages"]
    bridge = wire(settings, now=time.time, monotonic=time.monotonic, pause=time.sleep)
    yield create_app(bridge)
    bridge.redis.close()


def refused(app: Flask, store: str, language: str = "en") -> TestResponse:
    headers = {**CLICK, "Accept-Language": language}
    return app.test_client().get(f"/login/{store}?connection=nobody", headers=headers)


def files(page: str) -> list[str]:
    return re.findall(r'(?:href|src)="(/static/pages/[^"]+)"', page)


def test_each_store_has_its_own_look_over_that_of_all(dressed: Flask) -> None:
    client = dressed.test_client()
    us, others = refused(dressed, "us").text, refused(dressed, "list").text
    ours = "".join(client.get(path).text for path in files(us) if path.endswith(".css"))
    theirs = "".join(client.get(path).text for path in files(others) if path.endswith(".css"))
    assert "--bridge-accent:#7a1f5c" in ours
    assert 'Georgia, "Noto Serif", serif' in ours
    assert "text-transform" in ours
    assert "--bridge-accent:#0a6b4b" in theirs
    assert "Georgia" not in theirs
    assert "mailto:help@store.example.com" in us
    assert "https://help.example.com/de" in us, "what the store leaves out is as for all"
    assert "mailto:" not in others
    assert [path[-4:] for path in files(us) + files(others) if not path.endswith("css")] == [".svg", ".png"]


def test_files_are_served_by_their_content_for_ever_and_run_nothing(dressed: Flask) -> None:
    for path in files(refused(dressed, "us").text) + files(refused(dressed, "list").text):
        answer = dressed.test_client().get(path)
        assert answer.status_code == 200
        assert re.fullmatch(r"/static/pages/[0-9a-f]{32}\.(css|svg|png)", path)
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "script-src" not in answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    picture = next(path for path in files(refused(dressed, "us").text) if path.endswith("svg"))
    assert dressed.test_client().get(picture).mimetype == "image/svg+xml"


@pytest.mark.parametrize(
    "name",
    ["nowhere.css", "..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/app.py", "x" * 5_000, ""],
)
def test_attack_no_other_file_is_served(dressed: Flask, name: str) -> None:
    answer = dressed.test_client().get(f"/static/pages/{name}")
    assert answer.status_code in (404, 413)
    assert answer.headers["Bridge-Refusal"] in ("not_found", "too_large")


def test_pages_stay_within_the_strict_policy(dressed: Flask) -> None:
    answer = refused(dressed, "us")
    policy = answer.headers["Content-Security-Policy"]
    assert "style-src 'self'; img-src 'self'" in policy
    assert "unsafe" not in policy
    assert "script-src" not in policy
    assert "style=" not in answer.text
    assert "<style" not in answer.text


def test_attack_an_operators_words_are_words(dressed: Flask) -> None:
    page = refused(dressed, "us").text
    assert "&lt;b&gt;Home&lt;/b&gt;" in page
    assert "<b>" not in page
    assert "<title>&lt;img src=x&gt; \N{EN DASH} sign-in</title>" in page
    assert "<img src=x>" not in page
    german = refused(dressed, "us", "de").text
    assert "Zurück & weg" in unescape(german), "the texts for all stores count for this one, too"
    assert "Zurück &amp; weg" in german


def test_a_hostile_label_stays_a_label_in_every_language(app: Flask) -> None:
    from types import SimpleNamespace
    from typing import Any

    from bridge.domain.languages import LANGUAGES
    from bridge.web.pages import arrived

    connection: Any = SimpleNamespace(label=HOSTILE)
    for language in LANGUAGES:
        with app.test_request_context(headers={"Accept-Language": language}):
            page = arrived(connection).get_data(as_text=True)
        assert "<script" not in page
        assert HOSTILE in unescape(page)


def test_a_plain_bridge_has_no_footer_and_no_files(app: Flask) -> None:
    page = refused(app, "us").text
    assert files(page) == []
    assert "<footer" not in page


def test_a_file_that_is_gone_after_it_was_checked_is_a_fault_and_no_page_without_it(tmp_path: Path) -> None:
    from bridge.settings.faults import WrongValueError
    from bridge.settings.pages import LookSettings, PagesSettings
    from bridge.web.look import Looks

    with pytest.raises(WrongValueError):
        Looks(PagesSettings(logo=str(tmp_path / "gone.png")), {"us": LookSettings()}, lambda *_: "")
