"""What a newcomer, an operator and a builder of images start from: the Makefile, the lock files, the Dockerfile."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from bridge import __version__

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = {extent: ROOT / f"requirements{extent}.txt" for extent in ("", "-demo", "-dev")}


def normal(requirement: str) -> str:
    """`PyJWT[crypto]>=2` -> `pyjwt`."""
    name = re.match(r"[\w.-]+", requirement)
    assert name, requirement
    return re.sub(r"[-_.]+", "-", name[0]).lower()


def locked(extent: str) -> dict[str, str]:
    """Each package of a lock file with the rest of its entry: version, marker, hashes."""
    entries = re.split(r"^(?=\S)", LOCKS[extent].read_text(), flags=re.MULTILINE)
    pins = {normal(entry): entry.partition("==")[2] for entry in entries if entry}
    assert len(pins) == len([entry for entry in entries if entry]), "one entry per package"
    return pins


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile as (instruction, rest) pairs."""
    text = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text())
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(word, rest.strip()) for word, _, rest in (line.strip().partition(" ") for line in lines)]


# --- lock files


@pytest.mark.parametrize("extent", LOCKS)
def test_every_locked_file_is_pinned_and_hashed_and_no_address_is_named(extent: str) -> None:
    assert "://" not in LOCKS[extent].read_text()
    for name, entry in locked(extent).items():
        assert re.match(r"\d[\w.!+]*[ ;]", entry), name
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry), name


def test_what_node_runs_is_pinned_and_hashed_and_no_address_is_named() -> None:
    wanted = json.loads((ROOT / "tests/interop/package.json").read_text())["dependencies"]
    text = (ROOT / "tests/interop/package-lock.json").read_text()
    packages = json.loads(text)["packages"]
    assert "://" not in text
    assert packages.pop("")["dependencies"] == wanted
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    assert {name: packages[f"node_modules/{name}"]["version"] for name in wanted} == wanted


def test_each_dependency_of_the_project_is_locked_where_it_belongs() -> None:
    run_time = {normal(each) for each in PROJECT["project"]["dependencies"]}
    demo = {normal(each) for each in PROJECT["project"]["optional-dependencies"]["demo"]}
    build = {normal(each) for each in PROJECT["dependency-groups"]["build"]}
    dev = {normal(each) for each in PROJECT["dependency-groups"]["dev"]}
    assert run_time <= locked("").keys()
    assert run_time | demo | build <= locked("-demo").keys()
    assert run_time | demo | build | dev <= locked("-dev").keys()
    assert not (demo | build | dev) & locked("").keys(), "production gets nothing of the demo or the tools"


def test_what_is_tested_is_what_is_shipped() -> None:
    assert locked("").items() <= locked("-demo").items() <= locked("-dev").items()


# --- Makefile


def test_make_help_lists_every_target_of_the_contract() -> None:
    make = shutil.which("make")
    assert make
    shown = subprocess.run([make, "-C", str(ROOT)], capture_output=True, text=True, check=True).stdout
    listed = re.findall(r"^  make (\w+) +\S", shown, flags=re.MULTILINE)
    assert {"help", "demo", "test", "check", "bench", "lock", "clean"} <= set(listed)


class Box:
    """A checkout on a machine of our own making: its PATH holds the shell's tools and what we put there."""

    def __init__(self, tmp_path: Path) -> None:
        self.checkout = tmp_path / "a checkout"
        self.checkout.mkdir()
        shutil.copytree(ROOT / "scripts", self.checkout / "scripts")
        for file in (ROOT / "pyproject.toml", *LOCKS.values()):
            shutil.copy(file, self.checkout)
        self.bin = tmp_path / "bin"
        self.bin.mkdir()
        for tool in ("sh", "cat", "cksum", "cp", "dirname", "grep", "head", "mkdir", "mktemp", "rm", "tail"):
            found = shutil.which(tool)
            assert found, tool
            (self.bin / tool).symlink_to(found)
        self.uv_calls = tmp_path / "uv.log"
        self.env = {"PATH": str(self.bin), "PYTHON": "python3"}

    def put(self, name: str, script: str, folder: Path | None = None) -> None:
        command = (folder or self.bin) / name
        command.write_text(f"#!/bin/sh\n{script}\n")
        command.chmod(0o755)

    def put_venv_command(self, name: str, script: str) -> None:
        folder = self.checkout / ".venv/bin"
        folder.mkdir(parents=True, exist_ok=True)
        self.put(name, script, folder)

    def put_python(self, name: str = "python3") -> None:
        self.put(name, f'exec "{sys.executable}" "$@"')

    def put_uv(self, *, works: bool = True) -> None:
        self.put("uv", f'echo "$*" >>"{self.uv_calls}"\nexit {0 if works else 1}')

    def run(self, script: str, *args: str, **env: str) -> subprocess.CompletedProcess[str]:
        command = [str(self.bin / "sh"), f"scripts/{script}", *args]
        return subprocess.run(
            command, cwd=self.checkout, env=self.env | env, capture_output=True, text=True, check=False
        )

    def installs(self) -> list[str]:
        """What was asked of uv since the last look: `sync LOCK` or `install`."""
        calls = self.uv_calls.read_text().splitlines() if self.uv_calls.exists() else []
        self.uv_calls.unlink(missing_ok=True)
        return [call.removeprefix("pip ").partition(" --")[0] for call in calls]


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


def test_set_up_happens_once_and_again_when_something_it_rests_on_changes(box: Box) -> None:
    box.put_python()
    box.put_uv()

    assert box.run("venv.sh", "demo").returncode == 0
    assert box.installs() == ["sync requirements-demo.txt", "install"]
    assert box.run("venv.sh", "demo").stdout == ""
    assert box.installs() == []

    assert box.run("venv.sh", "dev").returncode == 0
    assert box.installs() == ["sync requirements-dev.txt", "install"]
    assert box.run("venv.sh", "demo").returncode == 0
    assert box.installs() == [], "the larger set serves the demo too"

    with (box.checkout / "pyproject.toml").open("a") as project:
        project.write("# changed\n")
    assert box.run("venv.sh", "dev").returncode == 0
    assert box.installs() == ["install"]

    box.checkout = box.checkout.rename(box.checkout.with_name("moved"))
    assert box.run("venv.sh", "demo").returncode == 0
    assert box.installs() == ["sync requirements-dev.txt", "install"]


def test_a_set_up_that_failed_is_begun_again(box: Box) -> None:
    box.put_python()
    box.put_uv(works=False)
    failed = box.run("venv.sh", "dev")
    assert failed.returncode != 0
    assert "make UV=" in failed.stderr
    box.installs()

    box.put_uv()
    assert box.run("venv.sh", "dev").returncode == 0
    assert box.installs() == ["sync requirements-dev.txt", "install"]


def test_an_old_python_gives_way_to_a_newer_one_by_its_side(box: Box) -> None:
    box.put("python3", "exit 1")
    box.put_python("python3.12")
    box.put_uv()
    done = box.run("venv.sh", "demo")
    assert done.returncode == 0, done.stderr
    assert box.installs() == ["sync requirements-demo.txt", "install"]


def test_without_a_python_that_serves_it_says_what_is_needed(box: Box) -> None:
    box.put("python3", 'case $1 in -V) echo "Python 3.9.2" ;; *) exit 1 ;; esac')
    refused = box.run("venv.sh", "demo")
    assert refused.returncode == 1
    assert "3.11 or newer is needed; python3 is Python 3.9.2" in refused.stderr
    assert PROJECT["project"]["requires-python"] == ">=3.11"
    assert not (box.checkout / ".venv").exists()


def test_a_python_without_ensurepip_is_told_apart(box: Box) -> None:
    box.put("python3", f'case $2 in *ensurepip*) exit 1 ;; *) exec "{sys.executable}" "$@" ;; esac')
    refused = box.run("venv.sh", "demo")
    assert refused.returncode == 1
    assert "apt-get install make python3-venv" in refused.stderr


def test_a_missing_browser_stops_ci_and_only_ci(box: Box) -> None:
    box.put_venv_command("playwright", "exit 0")
    missing = box.run("browser.sh")
    assert missing.returncode == 0
    assert "There is no browser here" in missing.stderr
    assert "Going on without" in missing.stderr
    assert box.run("browser.sh", BRIDGE_REQUIRE_BROWSER="1").returncode == 1
    assert box.run("browser.sh", BRIDGE_TEST_BROWSER="/opt/chrome").stderr == ""

    box.put("chromium", "exit 0")
    assert box.run("browser.sh", BRIDGE_REQUIRE_BROWSER="1").stderr == ""


def test_a_browser_driver_that_does_not_start_is_named_with_its_own_words(box: Box) -> None:
    box.put("chromium", "exit 0")
    box.put_venv_command("playwright", "echo 'libatomic.so.1: cannot open' >&2; exit 127")
    stopped = box.run("browser.sh", BRIDGE_REQUIRE_BROWSER="1")
    assert stopped.returncode == 1
    assert "libatomic.so.1: cannot open" in stopped.stderr


@pytest.fixture
def interop_box(box: Box) -> Box:
    """With what tests/interop locks."""
    (box.checkout / "tests/interop").mkdir(parents=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(ROOT / "tests/interop" / name, box.checkout / "tests/interop")
    return box


def test_without_node_the_tests_that_need_it_are_left_out_with_a_word(interop_box: Box) -> None:
    done = interop_box.run("interop.sh", BRIDGE_REQUIRE_INTEROP="1")
    assert done.returncode == 0
    assert "There is no node here" in done.stderr


def test_with_node_a_provider_that_cannot_be_installed_stops_ci_and_only_ci(interop_box: Box) -> None:
    interop_box.put("node", "[ $1 != --version ] || echo v22.0.0")
    interop_box.put("npm", "echo 'npm error code ENOTFOUND'; exit 1")
    skipped = interop_box.run("interop.sh")
    assert skipped.returncode == 0
    assert "npm error code ENOTFOUND" in skipped.stderr
    assert "Going on without" in skipped.stderr
    assert interop_box.run("interop.sh", BRIDGE_REQUIRE_INTEROP="1").returncode == 1

    interop_box.put("npm", "exit 0")
    assert interop_box.run("interop.sh", BRIDGE_REQUIRE_INTEROP="1").stderr == ""
    assert interop_box.run("interop.sh").stdout == "", "a second call finds it installed"


# --- Dockerfile


def test_hadolint_has_nothing_to_say() -> None:
    hadolint = Path(sys.executable).parent / "hadolint"
    said = subprocess.run(
        [str(hadolint), str(ROOT / "Dockerfile")], capture_output=True, text=True, check=False
    )
    assert (said.returncode, said.stdout, said.stderr) == (0, "", "")


def test_the_image_has_two_stages_and_keeps_its_tools_in_the_first() -> None:
    words = [word for word, _ in instructions()]
    assert words.count("FROM") == 2
    final = instructions()[len(words) - words[::-1].index("FROM") :]
    assert "RUN" not in [word for word, _ in final]
    assert [rest for word, rest in final if word == "COPY"] == ["--from=build /opt/bridge /opt/bridge"]


def test_the_image_installs_only_what_the_locks_hash() -> None:
    commands = [command for word, rest in instructions() if word == "RUN" for command in rest.split("&&")]
    installs = [command for command in commands if "pip" in command and " install " in command]
    assert installs
    for install in installs:
        assert "--require-hashes" in install or "--no-index" in install, install


def test_the_image_runs_as_nobody_in_particular_and_tells_its_health() -> None:
    settings = dict(instructions())
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", settings["USER"]), "a number other than root's"
    assert "/healthz" in settings["HEALTHCHECK"]
    assert settings["EXPOSE"] == "8000"
    assert settings["ENTRYPOINT"] == '["bridge"]'
    assert '"serve"' in settings["CMD"]
    assert '"8000"' in settings["CMD"]


def test_the_image_is_labelled_with_the_version_of_the_project() -> None:
    assert f"VERSION={__version__}" in [rest for word, rest in instructions() if word == "ARG"]
