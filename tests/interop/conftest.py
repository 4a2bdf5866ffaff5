"""One node process for all; a provider, a client and a bridge of its own for each test."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from tests.interop.meeting import Ground, Meeting
from tests.interop.node import node
from tests.interop.provider import Json


class Meet(Protocol):
    """Makes meetings; what is left out is as plain as it can be."""

    def __call__(
        self, *, client: Json | None = None, provider: Json | None = None, connection: Json | None = None
    ) -> Meeting: ...


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with Ground(node(), tmp_path_factory.mktemp("interop")) as ground:
        yield ground


@pytest.fixture
def meet(ground: Ground, tmp_path: Path) -> Iterator[Meet]:
    """Lets a bridge meet a provider."""
    made: list[Meeting] = []

    def meet(
        *, client: Json | None = None, provider: Json | None = None, connection: Json | None = None
    ) -> Meeting:
        made.append(Meeting(ground, tmp_path, client or {}, provider or {}, connection or {}))
        return made[-1]

    yield meet
    for meeting in made:
        meeting.stop()
