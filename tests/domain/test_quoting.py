"""What of a stranger's words may stand in a log."""

import subprocess
import sys
from pathlib import Path

import pytest

from bridge.domain.quoting import error_name, scrub, type_name, url_name

SECRET = "Zx9-planted-secret-of-some-length"


@pytest.mark.parametrize("text", ["invalid_grant", "access_denied", "temporarily_unavailable"])
def test_an_error_code_is_quoted(text: str) -> None:
    assert error_name(text) == text


@pytest.mark.parametrize("text", ["", SECRET, "Invalid", "a b", "a\n", "x" * 41, "e.y.J", "7", "\u00e4"])
def test_anything_else_in_its_place_is_not(text: str) -> None:
    assert error_name(text) == "(not shown)"


@pytest.mark.parametrize("text", ["text/html", "application/vnd.a+json"])
def test_a_media_type_is_quoted(text: str) -> None:
    assert type_name(text) == text


@pytest.mark.parametrize("text", ["html", SECRET, "text/html; a=b", "text/html\n", "x/" + "y" * 41])
def test_what_is_no_media_type_is_not(text: str) -> None:
    assert type_name(text) == "(not shown)"


@pytest.mark.parametrize("text", ["https://idp.example", "http://127.0.0.1:8080/t", "https://[::1]/a_b"])
def test_an_issuer_is_quoted(text: str) -> None:
    assert url_name(text) == text


@pytest.mark.parametrize(
    "value",
    [
        "https://a?code=x",
        "https://u:p@h",
        "https://a#b",
        "javascript:x",
        SECRET,
        "",
        None,
        ["https://a"],
        "https://a\n",
    ],
)
def test_what_could_carry_something_else_is_not(value: object) -> None:
    assert url_name(value) == "(not shown)"


@pytest.mark.parametrize(
    "detail",
    [
        f"answered {SECRET}",
        f"{SECRET} twice {SECRET}",
        f"cut {SECRET[:20]}",
        f"cut {SECRET[:12]}",
        f"a{SECRET}b",
        SECRET * 3,
    ],
)
def test_a_secret_and_its_beginning_are_taken_out(detail: str) -> None:
    shown = scrub(detail, ["another-secret-entirely", SECRET])
    assert SECRET[:12] not in shown
    assert "planted" not in shown
    assert "(not shown)" in shown


def test_the_rest_of_a_detail_stays() -> None:
    assert scrub(f"status 400 {SECRET}, again", [SECRET]) == "status 400 (not shown), again"
    assert scrub("status 400", [SECRET, ""]) == "status 400"


def test_whatever_a_stranger_chose_as_a_code_it_comes_to_an_end() -> None:
    # In a process of its own: a loop without end would take the memory of this machine along.
    program = (
        "import resource\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (5, 5))\n"
        "resource.setrlimit(resource.RLIMIT_AS, (1 << 29, 1 << 29))\n"
        "from bridge.domain.quoting import scrub\n"
        "hidden = scrub('a-long-planted-secret', ['a-long-planted-secret'])\n"
        "parts = [hidden[a:b] for a in range(len(hidden)) for b in range(a + 1, len(hidden) + 1)]\n"
        "for part in parts:\n"
        "    for detail in ('the token endpoint answered 400 invalid_grant', hidden, part * 5):\n"
        "        scrub(detail, [part, 'n', hidden, part])\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=30, cwd=Path(__file__).parents[2])
