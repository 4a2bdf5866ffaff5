"""All contracts of what is stored, on a real Cluster of three servers."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from bridge.domain.link_ports import Blocks, Links, PendingCases
from bridge.domain.ports import SignIns
from bridge.flows.blocking import Blocking
from bridge.state.blocks import RedisBlocks
from bridge.state.endings import RedisEndings
from tests.contracts.attempts import AttemptsContract, AuditContract, CreatingContract
from tests.contracts.blocks import BlocksContract, NotesContract
from tests.contracts.documents import DocumentsContract, DocumentsUnderTest
from tests.contracts.dry_sign_ins import DrySignInsContract, DryUnderTest
from tests.contracts.endings import EndingsContract, SessionsUnderTest
from tests.contracts.endings import SessionsContract as HeldSessionsContract
from tests.contracts.links import LinksContract
from tests.contracts.pending import PendingContract
from tests.contracts.sign_ins import SignInsContract
from tests.contracts.state import StateUnderTest
from tests.contracts.tokens import CodesContract, SessionsContract, ThrottleContract, TokensUnderTest
from tests.contracts.world import FakeClock
from tests.state import test_blocks, test_documents, test_dry_sign_ins, test_endings, test_redis, test_tokens
from tests.state.conftest import Adapters


@pytest.fixture
def state(adapters: Adapters, raw: Any) -> StateUnderTest:
    return test_redis.RedisUnderTest(adapters, raw)


@pytest.fixture
def links(adapters: Adapters) -> Links:
    return adapters.links


@pytest.fixture
def pending(adapters: Adapters) -> PendingCases:
    return adapters.pending


class TestAttempts(AttemptsContract):
    pass


class TestSignIns(SignInsContract):
    pass


class TestCreating(CreatingContract):
    pass


class TestAudit(AuditContract):
    pass


class TestLinks(LinksContract):
    pass


class TestPending(PendingContract):
    pass


class _OfBlocks:
    @pytest.fixture
    def sign_ins(self, adapters: Adapters) -> SignIns:
        return adapters.sign_ins

    @pytest.fixture
    def blocks(self, adapters: Adapters) -> Blocks:
        return RedisBlocks(adapters.server, adapters.keys, adapters.links)

    @pytest.fixture
    def blocking(self, adapters: Adapters) -> Blocking:
        return test_blocks.blocking_of(adapters)


class TestBlocks(_OfBlocks, BlocksContract):
    pass


class TestNotes(_OfBlocks, NotesContract):
    pass


class TestDocuments(DocumentsContract):
    @pytest.fixture
    def shared(self, adapters: Adapters, raw: Any) -> DocumentsUnderTest:
        return test_documents._Redis(adapters, raw)


class TestDrySignIns(DrySignInsContract):
    @pytest.fixture
    def under(self, adapters: Adapters, raw: Any) -> DryUnderTest:
        return test_dry_sign_ins._Redis(adapters, raw)


class TestHeldSessions(HeldSessionsContract):
    @pytest.fixture
    def known(self, adapters: Adapters, raw: Any, clock: FakeClock) -> SessionsUnderTest:
        return test_endings._Redis(clock, adapters, raw)


class TestEndings(EndingsContract):
    @pytest.fixture
    def queue(self, adapters: Adapters) -> RedisEndings:
        return RedisEndings(adapters.server, adapters.keys, head_start=0)

    @pytest.fixture
    def brief(self, adapters: Adapters) -> RedisEndings:
        return RedisEndings(adapters.server, adapters.keys, 0, 0)


class _OfTokens:
    @pytest.fixture
    def tokens(self, adapters: Adapters, raw: Any, clock: FakeClock) -> TokensUnderTest:
        return test_tokens._Redis(clock, adapters, raw)


class TestCodes(_OfTokens, CodesContract):
    pass


class TestSessions(_OfTokens, SessionsContract):
    pass


class TestThrottle(_OfTokens, ThrottleContract):
    pass


@pytest.fixture(autouse=True)
def _brief() -> Iterator[None]:
    """A whole contract takes seconds, not minutes."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < 20
