"""What every implementation of the port `Documents` promises."""

from abc import ABC, abstractmethod
from dataclasses import replace

import pytest

from bridge.domain.document import Document, DocumentKind, Documents
from bridge.idp.published import KEYS_AGES, METADATA_AGES
from bridge.net.budget import BUDGET
from bridge.state.documents import FETCH_LIFE
from tests.contracts.state import all_at_once
from tests.contracts.world import NOON

KEYS = Document(
    url="https://idp.example/keys",
    body='{"keys": ["ü"]}',
    fetched_at=NOON + 1 / 3,
    fresh=600,
    clock_ahead=-1.5,
)
METADATA = replace(KEYS, url="https://idp.example/metadata", clock_ahead=None)


def published_once() -> dict[DocumentKind, tuple[Document, int]]:
    """A document of each kind, with its life."""
    return {
        "metadata": (METADATA, int(METADATA_AGES["last_good"])),
        "keys": (KEYS, int(KEYS_AGES["last_good"])),
    }


class DocumentsUnderTest(ABC):
    """Each implementation says how time passes for it."""

    documents: Documents

    @abstractmethod
    def assert_fetch_lives(self, connection: str, kind: DocumentKind, seconds: int) -> None:
        """Asserts that a fetch begun now is one process's for so long, and no longer."""


class DocumentsContract:
    @pytest.fixture
    def documents(self, shared: DocumentsUnderTest) -> Documents:
        return shared.documents

    def test_what_one_writes_all_read_to_the_last_digit(self, documents: Documents) -> None:
        assert documents.read("acme", "keys") is None
        documents.write("acme", "keys", KEYS, 60)
        documents.write("acme", "metadata", METADATA, 60)
        assert documents.read("acme", "keys") == KEYS
        assert documents.read("acme", "metadata") == METADATA
        assert documents.read("globex", "keys") is None

    def test_a_newer_one_takes_the_place_of_the_older(self, documents: Documents) -> None:
        documents.write("acme", "keys", KEYS, 60)
        newer = replace(KEYS, fetched_at=NOON + 5)
        documents.write("acme", "keys", newer, 60)
        assert documents.read("acme", "keys") == newer

    def test_of_many_who_want_to_fetch_one_does(self, documents: Documents) -> None:
        assert sum(all_at_once(20, lambda _: documents.begin("acme", "keys"))) == 1
        assert documents.begin("acme", "metadata")
        assert documents.begin("globex", "keys")
        documents.end("acme", "keys")
        assert documents.begin("acme", "keys")

    def test_a_fetcher_that_died_blocks_nobody_for_long(self, shared: DocumentsUnderTest) -> None:
        shared.assert_fetch_lives("acme", "keys", FETCH_LIFE)

    def test_the_budget_of_forced_renewals_is_one_for_all(self, documents: Documents) -> None:
        assert sum(all_at_once(BUDGET + 15, lambda _: documents.spend("acme"))) == BUDGET
        assert not documents.spend("acme")
        assert documents.spend("globex")

    def test_to_forget_drops_both_and_changes_the_mark_each_time(self, documents: Documents) -> None:
        documents.write("acme", "keys", KEYS, 60)
        documents.write("acme", "metadata", METADATA, 60)
        documents.write("globex", "keys", KEYS, 60)
        assert dict(documents.marks()) == {}
        marks = []
        for _ in range(3):
            documents.forget("acme")
            marks.append(documents.marks()["acme"])
        assert len(set(marks)) == 3
        assert documents.read("acme", "keys") is None
        assert documents.read("acme", "metadata") is None
        assert documents.read("globex", "keys") == KEYS
        assert "globex" not in documents.marks()
