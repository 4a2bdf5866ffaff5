"""The house is as its plan says: imports go down only, and every room says what it is for."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BRIDGE = ROOT / "bridge"
MODULES = sorted(BRIDGE.rglob("*.py"))
FOLDERS = sorted({path.parent for path in MODULES})


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def docstring(path: Path) -> str:
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""


def test_imports_go_down_only_and_every_library_lives_in_its_room() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache", "--no-logo"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


@pytest.mark.parametrize("folder", FOLDERS, ids=name)
def test_every_folder_says_what_it_is_for(folder: Path) -> None:
    words = docstring(folder / "__init__.py").split()
    assert len(words) >= 4, "one line at least in its __init__.py"


@pytest.mark.parametrize(
    "folder",
    ["domain", "flows", "idp", "platforms", "state", "net", "web", "cli", "settings", "wiring", "demo"],
)
def test_every_layer_says_in_a_few_lines_what_it_may_and_may_not_do(folder: str) -> None:
    words = docstring(BRIDGE / folder / "__init__.py")
    assert len(words.splitlines()) >= 3, words


def test_every_module_says_what_it_is() -> None:
    assert [name(path) for path in MODULES if not docstring(path)] == []


def test_no_module_is_a_drawer_for_odds_and_ends() -> None:
    drawers = {"utils", "util", "helpers", "helper", "common", "misc", "shared"}
    assert [
        name(path) for path in MODULES if drawers & set(path.relative_to(ROOT).with_suffix("").parts)
    ] == []


def test_no_module_has_grown_beyond_three_hundred_lines() -> None:
    assert [name(path) for path in MODULES if len(path.read_text(encoding="utf-8").splitlines()) > 300] == []


def test_importing_a_module_does_nothing_else() -> None:
    """All of them in one fresh process: no thread, no socket, no log line, nothing read from the environment."""
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in MODULES
        if path.name != "__main__.py"
    ]
    probe = (
        "import importlib, logging, socket, sys, threading\n"
        "def no(*_a, **_k): raise AssertionError('a socket at import')\n"
        "socket.socket.connect = socket.socket.bind = no\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
        "assert threading.active_count() == 1, threading.enumerate()\n"
        "assert not logging.getLogger().handlers, 'a log handler at import'\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
