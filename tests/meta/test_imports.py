"""What a server imports before it serves: counted, since seconds depend on the machine.

Its workers are copies of it and import nothing more until a request or a setting needs it. Each module costs
some 0.4 ms of every start and 50 kB of memory.
"""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "config" / "bridge.example.toml"
#: As `bridge serve` has it: settings first, then the server. redis-py takes OpenTelemetry in where it is
#: installed; it is an extra of ours, which most do without.
SERVE = """
import json, os, pathlib, sys
sys.modules["opentelemetry"] = None
from bridge.cli import main
from bridge.cli.serve import serve
from bridge.cli.config_file import usable_settings
usable_settings(pathlib.Path(sys.argv[1]))
import bridge.cli.server
del sys.modules["opentelemetry"]
print(json.dumps(sorted(sys.modules)))
"""
#: How many there were when this was written, by the first part of their names.
KEPT = {
    "bridge": 288,
    "(standard library)": 255,
    "redis": 61,
    "cryptography": 56,
    "joserfc": 48,
    "authlib": 42,
    "pydantic": 41,
    "werkzeug": 39,
    "flask": 21,
    "granian": 21,
    "jinja2": 19,
    "click": 12,
    "jwt": 11,
    "itsdangerous": 8,
    "blinker": 3,
    "hiredis": 3,
    "pycurl": 3,
    "pydantic_core": 3,
    "typing_inspection": 3,
}
#: In all they were 948, with Python 3.11. Who brings more than fit raises this, and knows what it costs.
MOST = 1000
#: Never in a server: heavy, or of others.
FOREIGN = (
    "bridge.demo",
    "bridge.cli.audit",
    "bridge.cli.check",
    "bridge.cli.customers",
    "bridge.cli.demo",
    "bridge.cli.explain",
    "bridge.platform_contract",
    "bridge.settings.example",
    "bridge.web.spans",
    "authlib.integrations",
    "authlib.jose",
    "jinja2.ext",
    "requests",
    "urllib3",
    "unittest",
    "pydantic.v1",
    "pydantic.mypy",
    "xml",
)


@pytest.fixture(scope="module")
def modules() -> list[str]:
    """Of a process that is about to start its workers."""
    names = set(re.findall(r'"env:(\w+)"', EXAMPLE.read_text(encoding="utf-8")))
    given = {name: f"{number:02}" + "x" * 40 for number, name in enumerate(sorted(names))}
    command = [sys.executable, "-c", SERVE, str(EXAMPLE)]
    done = subprocess.run(command, env={**os.environ, **given}, capture_output=True, check=True, timeout=60)
    found: list[str] = json.loads(done.stdout)
    return found


def distributions(modules: list[str]) -> Counter[str]:
    return Counter(map(_distribution, modules))


def _distribution(module: str) -> str:
    top = module.partition(".")[0]
    return "(standard library)" if top in sys.stdlib_module_names else top


def test_a_server_imports_no_more_than_it_did(modules: list[str]) -> None:
    grown = [
        f"{name}: {count}, were {KEPT.get(name, 0)}: {' '.join(m for m in modules if _distribution(m) == name)}"
        for name, count in distributions(modules).most_common()
        if count > KEPT.get(name, 0)
    ]
    assert len(modules) <= MOST, "more than before:\n" + "\n".join(grown)


def test_a_server_imports_nothing_that_is_anothers(modules: list[str]) -> None:
    of_others = tuple(f"{name}." for name in FOREIGN)
    assert [name for name in modules if f"{name}.".startswith(of_others)] == []
