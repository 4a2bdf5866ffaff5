"""`env:NAME` and `file:PATH`: values that stand elsewhere, so that secrets need not stand in the file."""

from collections.abc import Mapping
from pathlib import Path

from bridge.settings.faults import KeyPath, Problem, WrongValueError

_DEEPEST = 16  # far below any declared key; keeps odd files from exhausting the stack


def resolve(
    tree: dict[str, object], environ: Mapping[str, str], folder: Path
) -> tuple[dict[str, object], list[Problem]]:
    """Return `tree` with each reference replaced by what it refers to, and the references that failed.

    A failed reference stays as it was written. What is read is not looked at for references again. Relative
    paths start at `folder`.
    """
    problems: list[Problem] = []

    def resolved(value: object, path: KeyPath) -> object:
        if len(path) > _DEEPEST:
            return value
        if isinstance(value, dict):
            return {key: resolved(inner, (*path, key)) for key, inner in value.items()}
        if isinstance(value, list):
            return [resolved(inner, (*path, position)) for position, inner in enumerate(value)]
        try:
            return _referred(value, environ, folder) if isinstance(value, str) else value
        except WrongValueError as error:
            problems.append((path, str(error)))
            return value

    return {key: resolved(value, (key,)) for key, value in tree.items()}, problems


def _referred(value: str, environ: Mapping[str, str], folder: Path) -> str:
    kind, colon, name = value.partition(":")
    if not colon or kind not in {"env", "file"}:
        return value
    if not name:
        whole = "env:NAME" if kind == "env" else "file:PATH"
        raise WrongValueError(f"is an incomplete reference: write {whole}")
    return _variable(name, environ) if kind == "env" else _file(name, folder)


def _variable(name: str, environ: Mapping[str, str]) -> str:
    variable = f"the environment variable {_shown(name)}"
    value = environ.get(name)
    if value is None:
        raise WrongValueError(f"{variable} is not set; set it before starting the bridge")
    if not value:
        raise WrongValueError(f"{variable} is empty")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise WrongValueError(f"{variable} is not text in UTF-8") from None
    return value


def _file(name: str, folder: Path) -> str:
    file = f"the file {_shown(name)}"
    try:
        text = (folder / name).read_bytes().decode()
    except UnicodeDecodeError:
        raise WrongValueError(f"{file} is not text in UTF-8") from None
    except (OSError, ValueError) as error:
        reason = (isinstance(error, OSError) and error.strerror) or "not a usable path"
        raise WrongValueError(
            f"{file} cannot be read: {reason}; a relative path starts at the configuration's folder"
        ) from None
    text = text.removesuffix("\n").removesuffix("\r")
    if not text:
        raise WrongValueError(f"{file} is empty")
    return text


def _shown(name: str) -> str:
    return name if name.isprintable() else ascii(name)
