"""The wheel, as an operator installs it: away from the sources it serves, and the same bytes come of the same sources."""

import ast
import hashlib
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import tomllib
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from bridge import __version__
from bridge.settings import example_toml

ROOT = Path(__file__).parents[2]
SOURCES = {"pyproject.toml", "README.md", "bridge"}
TOML = """
[server]
public_url = "http://127.0.0.1:{port}"
cookie_keys = ["file:cookie_key"]
development = true
[redis]
url = "redis://127.0.0.1:1/0"
[connections.acme]
issuer = "https://acme.example.com"
client_id = "bridge"
client_secret = "file:acme_secret"
domains = ["acme.com"]
[stores.us]
platform = "bigcommerce"
url = "https://store.example.com"
connections = ["acme"]
[stores.us.bigcommerce]
store_hash = "abc123"
client_id = "b4c1d2e3f4a5b6c7"
client_secret = "file:bc_secret"
"""


def build(checkout: Path, **environ: str) -> Path:
    """The wheel of a copy of the sources; as scripts/dist.sh makes it."""
    checkout.mkdir()
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, checkout / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, checkout)
    (checkout / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "dist.sh", checkout / "scripts")
    (checkout / ".venv" / "bin").mkdir(parents=True)
    (checkout / ".venv" / "bin" / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (checkout / ".venv" / "bin" / "python").chmod(0o755)
    done = subprocess.run(
        ["sh", "scripts/dist.sh"],
        cwd=checkout,
        env={**os.environ, "GIT_CEILING_DIRECTORIES": str(checkout.parent), **environ},
        capture_output=True,
        text=True,
        check=True,
    )
    return checkout / done.stdout.strip()


class Installed:
    """The wheel alone in an environment of its own; what it needs is lent to it by this one."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        self.bin = folder / "venv" / "bin"
        subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
        self.site = Path(self._python("import sysconfig; print(sysconfig.get_path('purelib'))").strip())
        pip = [
            str(self.bin / "python"),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-index",
            "--no-deps",
            str(wheel),
        ]
        subprocess.run(pip, check=True, env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"})
        lent = {sysconfig.get_path(name) for name in ("purelib", "platlib")}
        (self.site / "lent.pth").write_text("".join(f"{path}\n" for path in lent))
        self.away = folder / "away"
        self.away.mkdir()

    def _python(self, code: str) -> str:
        done = subprocess.run(
            [self.bin / "python", "-I", "-c", code], capture_output=True, text=True, check=True
        )
        return done.stdout

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.bin / "bridge", *arguments],
            cwd=self.away,
            env={"PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def configure(self, port: int) -> str:
        for name in ("cookie_key", "acme_secret", "bc_secret"):
            (self.away / name).write_text(secrets.token_hex(32) + "\n")
            (self.away / name).chmod(0o600)
        (self.away / "bridge.toml").write_text(TOML.format(port=port))
        return "bridge.toml"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("wheel") / "one")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Iterator[Installed]:
    pytest.importorskip("ensurepip")
    folder = tmp_path_factory.mktemp("installed")
    yield Installed(folder, wheel)
    shutil.rmtree(folder)


def test_the_same_sources_give_the_same_bytes(tmp_path: Path, wheel: Path) -> None:
    again = build(tmp_path / "elsewhere")
    for file in (tmp_path / "elsewhere").rglob("*"):
        os.utime(file, (1, 1), follow_symlinks=False)
    assert hashlib.sha256(again.read_bytes()).digest() == hashlib.sha256(wheel.read_bytes()).digest()
    other = build(tmp_path / "other", SOURCE_DATE_EPOCH="1800000000")
    assert other.read_bytes() != wheel.read_bytes()


def test_all_that_is_not_python_is_in_the_wheel_and_nothing_that_is_no_part_of_it(wheel: Path) -> None:
    sources = {
        str(file.relative_to(ROOT))
        for file in (ROOT / "bridge").rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert {"bridge/py.typed", "bridge/web/static/bridge.css", "bridge/web/templates/refusal.html"} <= sources
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert names == sources


def test_one_version_stands_everywhere(wheel: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project.get("version", __version__) == __version__
    assert f"ARG VERSION={__version__}\n" in (ROOT / "Dockerfile").read_text()
    assert wheel.name == f"bridge_sso-{__version__}-py3-none-any.whl"
    (assigned,) = [
        node.value
        for node in ast.parse((ROOT / "bridge" / "__init__.py").read_text()).body
        if isinstance(node, ast.Assign)
    ]
    assert isinstance(assigned, ast.Constant), "flit reads it without running it"


@pytest.mark.slow
def test_the_installed_command_tells_checks_and_explains_away_from_its_sources(installed: Installed) -> None:
    told = installed.run("--version")
    assert told.stdout == f"bridge, version {__version__}\n"
    assert "serve" in installed.run("--help").stdout
    example = installed.run("config", "example")
    assert example.stdout == example_toml()
    checked = installed.run("check", "--offline", "--config", installed.configure(8000))
    assert checked.returncode == 0, checked.stdout + checked.stderr
    where = installed._python("import bridge; print(bridge.__file__)")
    assert where.startswith(str(installed.site))


@pytest.mark.slow
def test_the_installed_command_serves_with_its_pages_and_stops(installed: Installed) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [installed.bin / "bridge", "serve", "--config", installed.configure(port), "--port", str(port)],
        cwd=installed.away,
        env={"PATH": "/usr/bin:/bin"},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        fetched = fetch(f"http://127.0.0.1:{port}/static/bridge.css", process)
        assert b"--" in fetched
        with pytest.raises(urllib.error.HTTPError) as refused:  # a page, rendered from its template
            fetch(f"http://127.0.0.1:{port}/login/nowhere", process)
        with refused.value as answer:
            assert answer.headers["Bridge-Refusal"] == "store_unknown"
            assert re.search(rb"<h1>.*Store not found", answer.read(), re.DOTALL)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def fetch(url: str, process: subprocess.Popen[bytes]) -> bytes:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    give_up = time.monotonic() + 20
    while True:
        try:
            with opener.open(url, timeout=5) as answer:
                body: bytes = answer.read()
                return body
        except urllib.error.HTTPError:
            raise
        except OSError:
            if time.monotonic() > give_up or process.poll() is not None:
                raise
            time.sleep(0.05)
