"""`env:NAME` and `file:PATH`."""

from pathlib import Path

import pytest

from bridge.domain.secret import Secret

from .samples import COOKIE_KEY, ENVIRON, MINIMAL, added, changed, faults_of, read


def test_any_string_can_be_a_reference(tmp_path: Path) -> None:
    text = changed('"https://acme.okta.com"', '"env:ISSUER"')

    settings = read(tmp_path, text, ENVIRON | {"ISSUER": "https://idp.example.com/"})

    assert settings.connections["acme"].issuer == "https://idp.example.com/"


@pytest.mark.parametrize(
    ("content", "expected"),
    [("a\n", "a"), ("a", "a"), ("a\r\n", "a"), ("a\nb\n", "a\nb"), ("env:COOKIE_KEY", "env:COOKIE_KEY")],
)
def test_a_file_is_read_from_the_configurations_folder_without_its_last_line_end(
    tmp_path: Path, content: str, expected: str
) -> None:
    (tmp_path / "secret").write_bytes(content.encode())

    settings = read(tmp_path, changed('"env:ACME_SECRET"', '["file:secret"]'))

    assert settings.connections["acme"].client_secret == (Secret(expected),)


def test_an_absolute_path_is_read_from_there(tmp_path: Path) -> None:
    secret = tmp_path / "elsewhere"
    secret.write_text("value", encoding="utf-8")
    (tmp_path / "config").mkdir()

    settings = read(tmp_path / "config", changed("env:ACME_SECRET", f"file:{secret}"))

    assert settings.connections["acme"].client_secret == (Secret("value"),)


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("env:UNSET", "the environment variable UNSET is not set; set it before starting the bridge"),
        ("env:EMPTY", "the environment variable EMPTY is empty"),
        ("env:BYTES", "the environment variable BYTES is not text in UTF-8"),
        ("env:", "is an incomplete reference: write env:NAME"),
        ("file:", "is an incomplete reference: write file:PATH"),
        (
            "file:unset",
            (
                "the file unset cannot be read: No such file or directory;"
                " a relative path starts at the configuration's folder"
            ),
        ),
        (
            "file:folder",
            "the file folder cannot be read: Is a directory; a relative path starts at the configuration's folder",
        ),
        (
            "file:nul\\u0000byte",
            (
                r"the file 'nul\x00byte' cannot be read: not a usable path;"
                " a relative path starts at the configuration's folder"
            ),
        ),
        ("file:empty", "the file empty is empty"),
        ("file:latin", "the file latin is not text in UTF-8"),
    ],
)
def test_a_reference_that_fails_is_one_fault_with_its_name(
    tmp_path: Path, reference: str, expected: str
) -> None:
    (tmp_path / "empty").write_text("\n", encoding="utf-8")
    (tmp_path / "latin").write_bytes(b"\xff")
    (tmp_path / "folder").mkdir()

    shown = faults_of(
        tmp_path, changed("env:ACME_SECRET", reference), ENVIRON | {"EMPTY": "", "BYTES": "\udcff"}
    )

    assert shown == [f"connections.acme.client_secret: {expected} (line 11)"]


def test_a_failed_reference_in_a_list_hides_no_other_fault(tmp_path: Path) -> None:
    text = changed('["env:COOKIE_KEY"]', '["env:UNSET", "short"]')

    first, second = faults_of(tmp_path, added("connections.acme", 'scopes = ["env:UNSET"]', text=text))[:2]

    assert first.startswith("server.cookie_keys[0]: the environment variable UNSET is not set")
    assert second.startswith("server.cookie_keys[1]: must have at least 32 characters")


def test_a_failed_reference_alone_is_a_fault_even_where_its_text_would_do(tmp_path: Path) -> None:
    text = added("connections.acme", 'label = "env:UNSET"')

    assert faults_of(tmp_path, text) == [
        (
            "connections.acme.label: the environment variable UNSET is not set;"
            " set it before starting the bridge (line 9)"
        )
    ]


def test_tables_of_any_depth_are_survived(tmp_path: Path) -> None:
    deep = ".".join("a" * 3000)

    assert faults_of(tmp_path, f"{deep} = 'env:UNSET'\n{MINIMAL}") == [
        "a: unknown key; the keys here are: server, redis, connections, stores, pages (line 1)"
    ]


def test_a_cookie_key_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{COOKIE_KEY}\n", encoding="utf-8")

    assert read(tmp_path, changed("env:COOKIE_KEY", "file:key")).server.cookie_keys == (Secret(COOKIE_KEY),)
