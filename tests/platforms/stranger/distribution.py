"""The guide's example made a wheel and unpacked: to be put on PYTHONPATH, as if it had been installed."""

import os
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

from flit_core import buildapi  # type: ignore[import-untyped]

ROOT = Path(__file__).parents[3]
GUIDE = ROOT / "docs" / "platforms" / "writing-a-platform.md"


def files() -> dict[str, str]:
    """The files that the guide shows, by name."""
    found = re.findall(
        r"^`([\w.]+)`:\n\n```\w+\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    return dict(found)


def installed(folder: Path, names: Mapping[str, str] | None = None) -> Path:
    """Where Python finds the distribution. `names`: words of the files to be others."""
    source, site = folder / "source", folder / "site"
    source.mkdir(parents=True)
    for file in files().items():
        name, text = file
        for old, new in (names or {}).items():
            name, text = name.replace(old, new), text.replace(old, new)
        (source / name).write_text(text, encoding="utf-8")
    here = Path.cwd()
    os.chdir(source)
    try:
        wheel = buildapi.build_wheel(str(folder))
    finally:
        os.chdir(here)
    with zipfile.ZipFile(folder / wheel) as packed:
        packed.extractall(site)
    return site


def beside(*sites: Path) -> dict[str, str]:
    """The environment in which Python finds these too."""
    return {"PYTHONPATH": os.pathsep.join(map(str, sites))}
