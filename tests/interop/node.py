"""Find node and the provider that `scripts/interop.sh` installed, or say why the tests cannot run."""

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

_ROOT = Path(__file__).parents[2]
#: Holds node_modules; written by scripts/interop.sh, whose mark says that it is complete.
INSTALLED = _ROOT / "build" / "interop"


def node() -> str:
    """The path of node. Without it, or without the provider, the tests are skipped.

    They fail where the provider is missing, node is there, and BRIDGE_REQUIRE_INTEROP is 1, as it is in CI.
    """
    found = shutil.which("node")
    if found is None:
        pytest.skip("no node on the PATH")
    if not (INSTALLED / ".locked").exists():
        _do_without("the other side's packages are not installed in build/interop: sh scripts/interop.sh")
    return found


def _do_without(reason: str) -> NoReturn:
    if os.environ.get("BRIDGE_REQUIRE_INTEROP") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
