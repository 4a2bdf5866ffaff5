"""The command explains itself."""

import json
import re
import secrets
import tomllib
from pathlib import Path

import click
import pytest

from bridge import __version__
from bridge.cli import main
from tests.cli.command import bridge


def commands(group: click.Group, *before: str) -> list[tuple[str, ...]]:
    """Every command, with those of its groups: ("config", "example")."""
    found: list[tuple[str, ...]] = []
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        found.append((*before, name))
        if isinstance(command, click.Group):
            found += commands(command, *before, name)
    return found


def test_help_names_every_command_with_a_line_of_words() -> None:
    ended = bridge("--help")
    assert (ended.status, ended.err) == (0, "")
    for name in main.list_commands(click.Context(main)):
        assert re.search(rf"^  {name} +\S.*\w", ended.out, re.MULTILINE)


@pytest.mark.parametrize("command", commands(main), ids=" ".join)
def test_each_command_explains_itself_and_every_option(command: tuple[str, ...]) -> None:
    ended = bridge(*command, "--help")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.startswith(f"Usage: python -m bridge {' '.join(command)}") or ended.out.startswith(
        f"Usage: bridge {' '.join(command)}"
    )
    for shown in re.findall(r"^  (--\w+.*)$", ended.out, re.MULTILINE):
        assert re.search(r"\S  +\S", shown), f"an option without words: {shown}"


def test_the_version_is_the_packages() -> None:
    assert __version__ in bridge("--version").out


@pytest.mark.parametrize(
    "words", [["nonsense"], ["serve", "--nonsense"], ["serve", "--port", "0"], ["check", "x"]]
)
def test_a_mistyped_command_says_what_is_wrong_and_exits_2(words: list[str]) -> None:
    ended = bridge(*words)
    assert (ended.status, ended.out) == (2, "")
    assert "Error: " in ended.err
    assert "--help" in ended.err
    assert "Traceback" not in ended.err


def test_the_example_is_a_configuration_to_start_from(tmp_path: Path) -> None:
    ended = bridge("config", "example")
    assert (ended.status, ended.err) == (0, "")
    assert {"server", "redis", "connections", "stores"} <= tomllib.loads(ended.out).keys()

    path = tmp_path / "bridge.toml"
    path.write_text(ended.out, encoding="utf-8")
    names = set(re.findall(r'"env:(\w+)"', re.sub(r"^#.*", "", ended.out, flags=re.MULTILINE)))
    environ = {name: secrets.token_urlsafe(40) for name in names}
    checked = bridge("check", "--offline", "--config", path, environ=environ)
    assert checked.status == 0, checked.said


def test_the_schema_is_a_json_schema_that_names_every_table() -> None:
    ended = bridge("config", "schema")
    assert (ended.status, ended.err) == (0, "")
    schema = json.loads(ended.out)
    assert {"server", "redis", "connections", "stores"} <= schema["properties"].keys()
