"""What the product has, its documents tell: every reason, key, route, command and Redis key; no link leads nowhere."""

import difflib
import importlib.util
import re
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import pytest

from bridge.cli import main
from bridge.domain.limits import OUTCOME_LIFE
from bridge.domain.refusal import Reason
from bridge.settings import declared_keys, read_settings
from bridge.state import keys as redis_keys
from bridge.web.app import create_app
from bridge.wiring.bridge import wire

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", *DOCS.rglob("*.md")])


def text(*names: str) -> str:
    """The documents of these names; one that is not there fails the test."""
    return "".join((ROOT / name).read_text(encoding="utf-8") for name in names)


def generator() -> ModuleType:
    """What `make docs` runs."""
    spec = importlib.util.spec_from_file_location("documents", ROOT / "scripts" / "documents.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_generated_documents_are_up_to_date() -> None:
    documents: dict[str, Any] = generator().DOCUMENTS
    assert documents
    there = {name: text(f"docs/{name}") for name in documents}
    made = {name: write() for name, write in documents.items()}
    assert "".join(differences(there, made)) == "", "run `make docs`"


def differences(there: dict[str, str], made: dict[str, str]) -> Iterator[str]:
    """As `diff -u` tells them, for all documents of both."""
    for name, before in there.items():
        lines = before.splitlines(keepends=True), made[name].splitlines(keepends=True)
        yield from difflib.unified_diff(*lines, f"docs/{name}", "made now", n=1)


def test_the_example_configuration_is_up_to_date() -> None:
    from bridge.settings import example_toml

    assert text("config/bridge.example.toml") == example_toml(), "run `bridge config example`"


@pytest.mark.parametrize("reason", Reason, ids=lambda reason: reason.value)
def test_every_refusal_is_documented_with_cause_and_remedy(reason: Reason) -> None:
    assert f"](refusals/{reason.value}.md)" in text("docs/refusals.md")
    section = text(f"docs/refusals/{reason.value}.md")
    assert str(reason.words.status) in section
    assert reason.words.cause in section
    assert reason.words.remedy in section


def test_every_refusal_speaks_to_shoppers_in_words_of_theirs() -> None:
    jargon = re.compile(
        r"\b(token|redis|oidc|openid|jwt|http|api|idp|issuer|claim|callback|nonce)\b", re.IGNORECASE
    )
    for reason in Reason:
        words = reason.words
        assert not jargon.search(f"{words.title} {words.message}"), reason
        assert words.title[-1] not in ".!", reason
        assert words.message.endswith("."), reason
        assert words.cause.endswith("."), reason
        assert words.remedy.endswith("."), reason


def test_every_key_of_the_configuration_is_documented() -> None:
    document = text("docs/configuration.md")
    paths = [".".join(key.path) for key in declared_keys() if key.table is None]
    assert len(paths) > 20
    assert [path for path in paths if f"`{path}`" not in document] == []


def routes() -> list[str]:
    example = ROOT / "config" / "bridge.example.toml"
    names = set(re.findall(r'"env:(\w+)"', example.read_text(encoding="utf-8")))
    settings = read_settings(example, dict.fromkeys(names, "x" * 40))
    bridge = wire(settings, now=time.time, monotonic=time.monotonic, pause=time.sleep)
    return sorted({rule.rule for rule in create_app(bridge).url_map.iter_rules()})


def test_every_route_is_documented() -> None:
    document = text("docs/reference.md", "README.md")
    found = routes()
    assert "/login/<store>" in found
    assert [route for route in found if route not in document] == []


def commands(group: click.Group, before: str) -> list[str]:
    found = []
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        found.append(f"{before} {name}")
        if isinstance(command, click.Group):
            found += commands(command, f"{before} {name}")
    return found


def test_every_command_is_documented() -> None:
    document = text("docs/reference.md", "README.md")
    leaves = [one for one in commands(main, "bridge") if not one.endswith(" config")]
    assert [
        command for command in leaves if f"`{command}" not in document and f"\n{command}" not in document
    ] == []


def test_every_redis_key_is_documented() -> None:
    table = re.findall(r"^\| `([^`]+)` \|", redis_keys.__doc__ or "", re.MULTILINE)
    assert len(table) >= 7
    document = text("docs/redis.md")
    assert [key for key in table if f"`{key}`" not in document] == []


def test_the_table_of_redis_keys_is_whole() -> None:
    """Each method of Keys that makes a name has its row, and no row is of a key that is gone."""
    rows = {
        re.split(r"[:{]", row)[0].replace("-", "_")
        for row in re.findall(r"^\| `([^`]+)`", redis_keys.__doc__ or "", re.MULTILINE)
    }
    made = {
        name
        for name in vars(redis_keys.Keys)
        if not name.startswith("_") and name not in ("prefix", "audit_most")
    }
    assert rows == made


def test_every_field_of_a_log_line_and_every_cookie_limit_said_in_the_reference_is_true() -> None:
    from bridge.web import bounds, cookies

    document = text("docs/reference.md")
    assert f"At most {cookies.MAX_TICKETS}" in document
    assert f"{cookies.TICKET_LIFE // 3600} h; {OUTCOME_LIFE} s" in document
    path, query, taken, headers, body = (
        f"{size // 1024} kB"
        for size in (
            bounds.MAX_PATH,
            bounds.MAX_QUERY,
            bounds.MAX_COOKIES,
            bounds.MAX_HEADERS,
            bounds.MAX_BODY,
        )
    )
    assert f"{path}, {query}; {taken}, {headers}; {bounds.MAX_FIELDS}; {body}" in document


def test_every_event_of_a_log_line_is_documented() -> None:
    sources = [path for path in (ROOT / "bridge").rglob("*.py") if "demo" not in path.parts]
    code = "".join(path.read_text(encoding="utf-8") for path in sources)
    found = {"request", *re.findall(r'\blog\.\w+\(\s*"([a-z_]+)"', code, re.IGNORECASE)}
    for usual, other in re.findall(r'\bnotes\.event\b[^=\n]*= "(\w+)"(?:.* else "(\w+)")?', code):
        found |= {usual, other} - {""}
    assert {"signed_in", "token_given", "refused", "fault"} <= found
    document = text("docs/reference.md").partition("## Logs")[2].partition("\n## ")[0]
    assert [event for event in sorted(found) if f"`{event}`" not in document] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_link_and_no_path_leads_nowhere(page: Path) -> None:
    words = page.read_text(encoding="utf-8")
    targets = [
        target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", words) if "://" not in target
    ]
    gone = [target for target in targets if target and not (page.parent / target).exists()]
    paths = re.findall(r"`((?:bridge|docs|scripts|tests|config|deploy|bench)/[\w./-]+)`", words)
    gone += [path for path in paths if not (ROOT / path).exists()]
    assert gone == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_a_document_shows_exists(page: Path) -> None:
    shown = re.findall(r"(?:^|[`$] ?)bridge ([a-z]+)\b", page.read_text(encoding="utf-8"), re.MULTILINE)
    known = main.list_commands(click.Context(main))
    assert [name for name in shown if name not in known] == []


def test_every_make_target_a_document_shows_exists() -> None:
    makefile = text("Makefile")
    for page in PAGES:
        for target in re.findall(r"`make ([a-z]+)", page.read_text(encoding="utf-8")):
            assert re.search(rf"^{target}:", makefile, re.MULTILINE), (page.name, target)
