"""The one fixture: what is to be said of every case."""

import fcntl
import json
import os
from pathlib import Path

import pytest

from tests.attacks.arena import Report, play
from tests.attacks.families import CASES


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Report:
    """All cases are played once, also where several test processes share the tests between them."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        wanted = {item.callspec.id for item in request.session.items if hasattr(item, "callspec")}
        chosen = [case for case in CASES if case.name in wanted or case is CASES[0]]
        return play(chosen, tmp_path_factory.mktemp("attacks"))
    shared = tmp_path_factory.getbasetemp().parent
    with (shared / "attacks.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the first to come plays, the others wait and read
        kept: Path = shared / "attacks.json"
        if not kept.exists():
            kept.write_text(json.dumps(play(CASES, tmp_path_factory.mktemp("attacks"))), encoding="utf-8")
        told: Report = json.loads(kept.read_text(encoding="utf-8"))
        return told
