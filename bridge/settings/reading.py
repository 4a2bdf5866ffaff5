"""From the file and the environment to Settings, or to every fault at once."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import ValidationError

from bridge.settings.agreement import problems_between_keys
from bridge.settings.declaration import Settings
from bridge.settings.faults import ConfigFaults, Fault, KeyPath, Problem, shown_path
from bridge.settings.lines import key_lines, line_of
from bridge.settings.presets import with_presets
from bridge.settings.references import resolve
from bridge.settings.wording import problem_of

_POSITION = re.compile(r" \(at (?:line (?P<line>\d+), column \d+|end of document)\)$")


def read_settings(path: Path, environ: Mapping[str, str]) -> Settings:
    """Read the TOML file at `path`, with `env:` references taken from `environ`.

    Raises ConfigFaults with all faults, in the order of their lines, if the file cannot be used. Nothing but
    the file and the files it names is touched; no fault holds a value.
    """
    text = _text_of(path)
    tree = _tree_of(text)
    folder = path.absolute().parent
    resolved, broken = resolve(tree, environ, folder)
    outcome = _validated(with_presets(resolved), folder)
    if isinstance(outcome, Settings) and not broken:
        return outcome
    found = [] if isinstance(outcome, Settings) else outcome
    # What was found at a broken reference is about the reference's own text, not about a value.
    problems = [*broken, *(problem for problem in found if not _follows_from(problem[0], broken))]
    lines = key_lines(text)
    unique = dict.fromkeys(problems)
    faults = [Fault(shown_path(where), words, line_of(where, lines)) for where, words in unique]
    # Outside any `except`, so that no traceback carries the validator's error, which knows the values.
    raise ConfigFaults(sorted(faults, key=lambda fault: (fault.line or 0, fault.key_path)))


def _validated(tree: dict[str, object], folder: Path) -> Settings | list[Problem]:
    try:
        return Settings.model_validate(tree, context=folder)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
    # Without a path it is the model's own call of the rules, which are asked here for their paths.
    found = [problem_of(detail, tree) for detail in details if detail["loc"]]
    return [*found, *problems_between_keys(tree)]


def _follows_from(path: KeyPath, broken: Iterable[Problem]) -> bool:
    """Whether `path` is a broken reference, or the list that holds it."""
    return any(path == at or (isinstance(at[-1], int) and path == at[:-1]) for at, _ in broken)


def _text_of(path: Path) -> str:
    try:
        # Editors of some systems begin UTF-8 files with a mark that TOML does not know.
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        fault = Fault("", "the configuration is not text in UTF-8; save it as UTF-8", line)
    except (OSError, ValueError) as error:
        reason = (isinstance(error, OSError) and error.strerror) or "not a usable path"
        fault = Fault("", f"cannot read the configuration {str(path)!a}: {reason}")
    raise ConfigFaults([fault])


def _tree_of(text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        position = _POSITION.search(message)
        line = int(position["line"]) if position and position["line"] else text.count("\n") + 1
        fault = Fault("", f"not valid TOML: {_POSITION.sub('', message)}", line)
    except (ValueError, RecursionError):
        # Numbers of thousands of digits, brackets of thousands of levels.
        fault = Fault("", "not a usable configuration: a number is too long, or lists are nested too deep")
    raise ConfigFaults([fault])
