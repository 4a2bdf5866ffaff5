"""Documents shared by processes: one fetch for all, judged by each, forgotten together."""

import threading
import time
from dataclasses import replace
from typing import Any

import pytest

from bridge.domain.document import Document
from bridge.domain.http import HttpFailure, HttpReply, HttpRequest
from bridge.domain.refusal import Reason, Refused
from bridge.idp.keeper import FIRST_BACKOFF, Keeper
from bridge.idp.keys import KeySet
from bridge.idp.provider import OpenIdProvider
from bridge.idp.published import KEYS_AGES, KEYS_FRESH, METADATA_FRESH
from bridge.net.budget import BUDGET
from bridge.net.kept import RETRY_GAP
from bridge.state.memory_documents import MemoryDocuments
from tests.contracts.world import FakeClock, counting_token

from .conftest import World
from .fake_idp import CONNECTION, ISSUER, FakeIdp, json_reply, public_jwk, signing_key

DISCOVERY = "/.well-known/openid-configuration"
GONE = HttpFailure("unreachable", "down")


class Process(World):
    """One more process of the bridge: what it holds is its own, the documents are all's."""

    def __init__(self, clock: FakeClock, idp: FakeIdp, documents: MemoryDocuments) -> None:
        super().__init__(clock, idp)
        self.provider = OpenIdProvider(
            CONNECTION, idp, clock.now, clock.monotonic, counting_token(), documents=documents
        )

    @property
    def signed_in(self) -> bool:
        return self.redeem().identity.key.subject == "ada"


@pytest.fixture
def idp(clock: FakeClock) -> FakeIdp:
    return FakeIdp(clock)


@pytest.fixture
def documents(clock: FakeClock) -> MemoryDocuments:
    return MemoryDocuments(clock.monotonic)


@pytest.fixture
def first(clock: FakeClock, idp: FakeIdp, documents: MemoryDocuments) -> Process:
    """A process in which somebody signed in."""
    made = Process(clock, idp, documents)
    assert made.signed_in
    return made


def another(first: Process, documents: MemoryDocuments) -> Process:
    return Process(first.clock, first.idp, documents)


def fetched(idp: FakeIdp) -> tuple[int, int]:
    return idp.count(DISCOVERY), idp.count("/keys")


class TestOneFetchForAll:
    def test_twenty_processes_cause_one_fetch_of_each(
        self, first: Process, documents: MemoryDocuments
    ) -> None:
        for _ in range(19):
            assert another(first, documents).signed_in
        assert fetched(first.idp) == (1, 1)

    def test_when_it_is_stale_one_renews_and_the_others_take_that(
        self, first: Process, documents: MemoryDocuments
    ) -> None:
        others = [another(first, documents) for _ in range(5)]
        for other in others:
            assert other.signed_in
        first.clock.advance(KEYS_FRESH.usual)
        for process in (first, *others):
            process.provider.published.freshen(first.clock.deadline())
        assert fetched(first.idp) == (1, 2)

    def test_a_rotated_key_is_fetched_by_one_and_found_by_the_others(
        self, first: Process, documents: MemoryDocuments
    ) -> None:
        second = another(first, documents)
        assert second.signed_in
        first.clock.advance(1)
        first.idp.rotate(signing_key("RS256", 1), "k2")
        assert first.signed_in
        assert second.signed_in
        assert fetched(first.idp) == (1, 2)

    def test_what_another_fetched_may_be_too_old_too_then_the_provider_is_asked(
        self, first: Process, documents: MemoryDocuments
    ) -> None:
        second = another(first, documents)
        assert second.signed_in
        for number in (1, 2):
            first.clock.advance(1)
            first.idp.rotate(signing_key("RS256", number), f"k{number + 1}")
            if number == 1:
                assert first.signed_in
        assert second.signed_in
        assert fetched(first.idp) == (1, 3)

    def test_all_together_cannot_be_made_to_hammer_the_provider(
        self, first: Process, documents: MemoryDocuments
    ) -> None:
        """ATTACK: tokens of made-up key ids, spread over many workers."""
        processes = [first, *(another(first, documents) for _ in range(4))]
        for number in range(40):
            first.idp.header = {"kid": f"nonsense-{number}"}
            assert processes[number % 5].refused() is Reason.ID_TOKEN_INVALID
        assert fetched(first.idp)[1] <= 1 + BUDGET

    def test_who_finds_another_fetching_waits_for_it_a_moment(
        self, clock: FakeClock, idp: FakeIdp, documents: MemoryDocuments
    ) -> None:
        other = Process(clock, idp, documents)
        assert documents.begin("acme", "metadata")

        def finish() -> None:
            documents.write("acme", "metadata", document(idp), 60)
            documents.end("acme", "metadata")

        threading.Timer(0.15, finish).start()
        assert other.signed_in
        assert fetched(idp) == (0, 1)

    @pytest.mark.slow
    def test_and_no_longer_if_that_one_died(
        self, clock: FakeClock, idp: FakeIdp, documents: MemoryDocuments
    ) -> None:
        assert documents.begin("acme", "metadata")
        began = time.monotonic()
        assert Process(clock, idp, documents).signed_in
        assert time.monotonic() - began < 4


def document(idp: FakeIdp, path: str = DISCOVERY, **changes: Any) -> Document:
    body = idp.send(HttpRequest("GET", ISSUER + path), idp.clock.deadline()).body.decode()
    idp.asked.clear()
    made = Document(url=ISSUER + path, body=body, fetched_at=idp.clock.now(), fresh=3600, clock_ahead=None)
    return replace(made, **changes)


class TestNotMoreTrustedThanTheWire:
    @pytest.mark.parametrize(
        "changes",
        [
            {"body": "not json"},
            {"body": "{}"},
            {"body": '{"issuer": "https://evil.example"}'},
            {"body": "\ud800"},
            {"url": "https://evil.example/.well-known/openid-configuration"},
            {"fetched_at": 0.0},
            {"fetched_at": 4e9},  # would be fresh for ever
            {"fetched_at": float("nan")},
        ],
    )
    def test_metadata_that_would_not_do_by_wire_does_not_do_from_redis(
        self, clock: FakeClock, idp: FakeIdp, documents: MemoryDocuments, changes: dict[str, Any]
    ) -> None:
        documents.write("acme", "metadata", document(idp, **changes), 60)
        assert Process(clock, idp, documents).signed_in
        assert idp.count(DISCOVERY) == 1

    def test_keys_of_another_address_are_not_the_providers(
        self, clock: FakeClock, idp: FakeIdp, documents: MemoryDocuments
    ) -> None:
        """ATTACK, or a connection that got another issuer: the keys left there are somebody else's."""
        stranger = FakeIdp(clock)
        stranger.rotate(signing_key("RS256", 7), "k1")
        documents.write("acme", "keys", document(stranger, "/keys", url="https://old.example/keys"), 60)
        assert Process(clock, idp, documents).signed_in
        assert idp.count("/keys") == 1

    def test_nobody_can_make_a_document_fresh_for_longer_than_the_bounds(
        self, clock: FakeClock, idp: FakeIdp, documents: MemoryDocuments
    ) -> None:
        documents.write("acme", "keys", document(idp, "/keys", fresh=1e12), 10**6)
        process = Process(clock, idp, documents)
        assert process.signed_in
        clock.advance(KEYS_FRESH.ceiling - 1)
        assert process.provider.published.keys.is_fresh
        clock.advance(1)
        assert not process.provider.published.keys.is_fresh


class TestFreshness:
    @pytest.mark.parametrize(
        ("cache_control", "fresh"),
        [
            ("max-age=15", KEYS_FRESH.floor),  # Auth0
            ("no-store", KEYS_FRESH.floor),
            ("max-age=1800", 1800.0),
            ("max-age=1209600", KEYS_FRESH.ceiling),  # Okta
            ("", KEYS_FRESH.usual),
        ],
    )
    def test_the_provider_says_how_long_within_bounds(
        self, clock: FakeClock, idp: FakeIdp, documents: MemoryDocuments, cache_control: str, fresh: float
    ) -> None:
        keys = {"keys": [public_jwk(idp.key, kid="k1")]}
        headers: Any = {"cache-control": cache_control} if cache_control else {}
        idp.instead["/keys"] = json_reply(keys, **headers)
        one = Process(clock, idp, documents)
        assert one.signed_in
        for process in (one, another(one, documents)):
            assert process.signed_in
            kept = process.provider.published.keys
            clock.advance(fresh - 1)
            assert kept.is_fresh
            clock.advance(1)
            assert not kept.is_fresh
            clock.advance(-fresh)


class TestProviderDown:
    def test_a_new_process_signs_people_in_by_the_last_good_documents_up_to_the_exchange(
        self, first: Process, documents: MemoryDocuments
    ) -> None:
        first.idp.instead.update({DISCOVERY: GONE, "/keys": GONE})
        first.clock.advance(KEYS_AGES["last_good"] - 60)
        assert another(first, documents).signed_in

    def test_but_not_by_keys_older_than_a_day(self, first: Process, documents: MemoryDocuments) -> None:
        first.idp.instead.update({DISCOVERY: GONE, "/keys": GONE})
        first.clock.advance(KEYS_AGES["last_good"])
        assert another(first, documents).refused() is Reason.IDP_UNAVAILABLE

    def test_a_shopper_does_not_wait_for_a_provider_that_is_known_to_be_away(
        self, first: Process, documents: MemoryDocuments
    ) -> None:
        process = another(first, documents)
        first.idp.instead.update({DISCOVERY: GONE, "/keys": GONE})
        first.clock.advance(KEYS_AGES["stale"] + METADATA_FRESH.usual)
        assert process.signed_in
        asked = len(first.idp.asked)
        for _ in range(3):
            assert process.signed_in
        assert [path for path in first.idp.asked[asked:] if path in (DISCOVERY, "/keys")] == []


class TestMoved:
    def test_keys_that_moved_are_found_by_newer_metadata(
        self, first: Process, documents: MemoryDocuments
    ) -> None:
        first.clock.advance(60)
        self.move(first.idp)
        assert first.signed_in
        assert another(first, documents).signed_in
        assert first.idp.count("/new-keys") == 1

    @pytest.mark.parametrize("answer", [json_reply({}, 404), json_reply({}, 410), GONE])
    def test_whatever_the_old_address_says(self, first: Process, answer: HttpReply | HttpFailure) -> None:
        first.clock.advance(60)
        self.move(first.idp)
        first.idp.instead["/keys"] = answer
        assert first.signed_in

    def test_within_the_budget(self, first: Process) -> None:
        first.idp.instead["/keys"] = json_reply({}, 404)
        for _ in range(20):
            first.clock.advance(RETRY_GAP + 1)
            first.provider.published.keys.expire()
            with pytest.raises(Refused):
                first.provider.published.keys.freshen(first.clock.deadline())
        assert first.idp.count(DISCOVERY) <= 1 + BUDGET + 2

    @staticmethod
    def move(idp: FakeIdp) -> None:
        idp.rotate(signing_key("RS256", 3), "k9")
        idp.metadata["jwks_uri"] = f"{ISSUER}/new-keys"
        idp.instead["/new-keys"] = json_reply({"keys": idp.published})
        idp.instead["/keys"] = json_reply({}, 404)


class TestKeeper:
    @staticmethod
    def look(keeper: Keeper) -> int:
        """One look, with all that it began ended; how many it asked."""
        threads = keeper.look()
        for thread in threads:
            thread.join(5)
        return len(threads)

    @staticmethod
    def keeper(process: Process, documents: MemoryDocuments) -> Keeper:
        return Keeper({"acme": process.provider.published}, documents, process.clock.monotonic)

    def test_it_fetches_before_anybody_comes_and_again_when_due(
        self, clock: FakeClock, idp: FakeIdp, documents: MemoryDocuments
    ) -> None:
        process = Process(clock, idp, documents)
        keeper = self.keeper(process, documents)
        assert [self.look(keeper) for _ in range(3)] == [1, 0, 0]
        assert fetched(idp) == (1, 1)
        clock.advance(KEYS_FRESH.usual)
        assert [self.look(keeper) for _ in range(3)] == [1, 0, 0]
        assert fetched(idp) == (1, 2)
        assert process.provider.state == "ok"

    def test_a_provider_that_is_down_is_asked_more_and_more_seldom(
        self, clock: FakeClock, idp: FakeIdp, documents: MemoryDocuments
    ) -> None:
        idp.instead[DISCOVERY] = GONE
        keeper = self.keeper(Process(clock, idp, documents), documents)
        asked = []
        for second in range(60):
            asked += [second] * self.look(keeper)
            clock.advance(1)
        assert asked == [0, 2, 6, 14, 30]
        assert FIRST_BACKOFF == 2

    def test_a_refresh_by_hand_is_heeded_by_every_process_once(
        self, first: Process, documents: MemoryDocuments
    ) -> None:
        processes = [first, another(first, documents)]
        keepers = [self.keeper(process, documents) for process in processes]
        assert [self.look(keeper) for keeper in keepers] == [0, 1]
        first.clock.advance(1)
        documents.forget("acme")
        assert [self.look(keeper) for keeper in keepers] == [1, 1]
        assert fetched(first.idp) == (2, 2)
        assert [self.look(keeper) for keeper in keepers] == [0, 0]

    def test_a_refresh_while_the_provider_is_away_takes_nothing_from_those_who_have_it(
        self, first: Process, documents: MemoryDocuments
    ) -> None:
        keeper = self.keeper(first, documents)
        self.look(keeper)
        first.idp.instead.update({DISCOVERY: GONE, "/keys": GONE})
        documents.forget("acme")
        self.look(keeper)
        assert first.signed_in
        first.idp.instead.clear()
        first.clock.advance(FIRST_BACKOFF + 0.1)
        assert self.look(keeper) == 1
        assert first.provider.state == "ok"

    def test_a_fault_of_ours_is_logged_and_does_not_end_it(
        self,
        clock: FakeClock,
        idp: FakeIdp,
        documents: MemoryDocuments,
        caplog: pytest.LogCaptureFixture,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        process = Process(clock, idp, documents)
        keeper = self.keeper(process, documents)
        with monkeypatch.context() as patched:
            patched.setattr(KeySet, "parse", lambda *_, **__: 1 // 0)
            assert self.look(keeper) == 1
        assert [record.msg for record in caplog.records] == ["fault"]
        clock.advance(FIRST_BACKOFF)
        assert self.look(keeper) == 1
        assert process.provider.state == "ok"

    def test_it_stops(self, clock: FakeClock, idp: FakeIdp, documents: MemoryDocuments) -> None:
        keeper = self.keeper(Process(clock, idp, documents), documents)
        keeper.start()
        give_up = time.monotonic() + 5
        while fetched(idp) != (1, 1):
            assert time.monotonic() < give_up
            time.sleep(0.01)
        keeper.stop()
        while any(thread.name == "keeper" for thread in threading.enumerate()):
            assert time.monotonic() < give_up
            time.sleep(0.01)
