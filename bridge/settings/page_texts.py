"""The texts that an operator overrides: a folder with one TOML file for each language, or all its faults."""

import difflib
import tomllib
from collections.abc import Iterator
from pathlib import Path

from bridge.domain.languages import TAG, base_of
from bridge.domain.page_texts import english, fault_of
from bridge.settings.faults import WrongValueError, shown_path

_ENDING = ".toml"
_SHOWN = 20  # faults of one folder in one message
_LARGEST = 256 * 1024  # bytes


def read_texts(folder: Path) -> dict[str, dict[str, str]]:
    """The texts by language and key. Raises WrongValueError with what is wrong in every file, no text shown.

    A file of a language that the bridge has, or of a variant of one (de-CH), holds any of the keys; one of
    another language holds all of them.
    """
    try:
        files = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise WrongValueError(
            f"cannot be read as a folder: {error.strerror}; a relative path starts at the configuration's"
            " folder"
        ) from None
    texts: dict[str, dict[str, str]] = {}
    faults: list[str] = []
    for path in files:
        if path.suffix == _ENDING and TAG.fullmatch(path.stem):
            found, wrong = _read(path)
            texts[path.stem] = found
            faults += [f"{path.name}: {fault}" for fault in wrong]
        else:
            faults.append(
                f"{path.name[:64]!a}: must be named after a language, such as de.toml or pt-BR.toml"
            )
    if faults:
        more = len(faults) - _SHOWN
        raise WrongValueError("; ".join(faults[:_SHOWN]) + (f"; and {more} more" if more > 0 else ""))
    return texts


def _read(path: Path) -> tuple[dict[str, str], list[str]]:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            return {}, [f"must have {_LARGEST // 1024} kB at most"]
        tree = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return {}, ["must be text in UTF-8"]
    except tomllib.TOMLDecodeError as error:
        return {}, [f"not valid TOML: {error}"]
    except OSError as error:
        return {}, [f"cannot be read: {error.strerror}"]
    except (ValueError, RecursionError):
        return {}, ["not usable: a number is too long, or tables are nested too deep"]
    return _judged(dict(_flat(tree)), whole=not base_of(path.stem))


def _flat(tree: dict[str, object], before: str = "") -> Iterator[tuple[str, object]]:
    """`[refusal.not_found]` and `title = "…"` as `refusal.not_found.title`."""
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


def _judged(given: dict[str, object], *, whole: bool) -> tuple[dict[str, str], list[str]]:
    originals = english()
    texts, faults = {}, []
    for key, text in given.items():
        if key not in originals:
            near = difflib.get_close_matches(key, originals, n=1)
            hint = f"did you mean `{near[0]}`?" if near else "`bridge config texts` lists them"
            faults.append(f"{shown_path((key[:80],))}: is no text of the pages; {hint}")
        elif fault := fault_of(text, originals[key]):
            faults.append(f"{key}: {fault}")
        else:
            texts[key] = str(text)
    missing = [key for key in originals if key not in given] if whole else []
    if missing:
        faults.append(
            "the bridge has no texts in this language, so this file must hold all of them; missing:"
            f" {', '.join(missing[:5])}" + (f" and {len(missing) - 5} more" if len(missing) > 5 else "")
        )
    return texts, faults
