"""The port `Blocks`, and what the port `SignIns` makes of blocks and of notes."""

import pytest

from bridge.domain.customer import Customer, Due, Note, Stale
from bridge.domain.identity import IdentityKey
from bridge.domain.link_ports import Blocks, Links
from bridge.domain.link_rows import LinkRow
from bridge.domain.ports import SignIns
from bridge.domain.refusal import Reason, Refused
from bridge.flows.blocking import Blocking

from .people import ADA, CUSTOMER, EVE, attempt, link, session
from .world import NOON

ELSEWHERE = IdentityKey("https://login.other.example", "ada@other")
PROFILE, OTHER_PROFILE = "abcdefghijk" * 2, "ABCDEFGHIJ-" * 2


def is_out(sign_ins: SignIns, identity: IdentityKey, **changes: object) -> bool:
    try:
        assert sign_ins.record(attempt(), session(identity, **changes)) is not None
    except Refused as refused:
        return refused.reason is Reason.CUSTOMER_BLOCKED
    return False


class BlocksContract:
    """The class that inherits this has fixtures `blocks`, `blocking`, `sign_ins` and `links`, of one state."""

    def test_a_blocked_identity_is_out_and_its_sessions_end(
        self, blocks: Blocks, blocking: Blocking, sign_ins: SignIns, links: Links
    ) -> None:
        links.link(link())
        links.link(link(store="eu"))
        sign_ins.record(attempt(), session())
        sign_ins.record(attempt(), session())
        sign_ins.record(attempt(store="eu"), session(store="eu"))
        assert blocking.block_identity(ADA, "us") == 2
        assert blocking.block_identity(ADA, "us") == 0
        assert [one.session.store for one in blocking.ender.sessions.of_identity(ADA)] == ["eu"]
        assert is_out(sign_ins, ADA)
        assert sign_ins.is_blocked(ADA, "us")
        assert not is_out(sign_ins, ADA, store="eu")
        assert blocks.unblock_identity(ADA, "us")
        assert not blocks.unblock_identity(ADA, "us")
        assert not is_out(sign_ins, ADA)

    def test_nobody_needs_to_be_linked_to_be_blocked(
        self, blocks: Blocks, sign_ins: SignIns, links: Links
    ) -> None:
        blocks.block_identity(ADA, "us")
        assert is_out(sign_ins, ADA)
        links.link(link())
        assert is_out(sign_ins, ADA)

    def test_a_block_is_of_one_spelling_of_one_subject(
        self, blocks: Blocks, sign_ins: SignIns, links: Links
    ) -> None:
        twin = IdentityKey(ADA.issuer, ADA.subject.upper())
        links.link(link(twin, Customer("7")))
        blocks.block_identity(ADA, "us")
        assert not is_out(sign_ins, twin)

    def test_a_blocked_customer_is_out_through_every_connection(
        self, blocks: Blocks, blocking: Blocking, sign_ins: SignIns, links: Links
    ) -> None:
        links.link(link())
        links.link(link(ELSEWHERE, connection="other"))
        links.link(link(EVE, Customer("7")))
        sign_ins.record(attempt(), session())
        sign_ins.record(attempt(), session(ELSEWHERE, connection="other"))
        assert blocking.block_customer(CUSTOMER, "us") == 2
        assert blocks.is_customer_blocked(CUSTOMER, "us")
        assert is_out(sign_ins, ADA)
        assert is_out(sign_ins, ELSEWHERE)
        assert not is_out(sign_ins, EVE)
        assert blocks.unblock_customer(CUSTOMER, "us")
        assert not blocks.unblock_customer(CUSTOMER, "us")
        assert not is_out(sign_ins, ADA)
        assert not is_out(sign_ins, ELSEWHERE)

    @pytest.mark.parametrize("how", ["link", "import"])
    def test_who_is_linked_to_a_blocked_customer_later_is_out(
        self, blocks: Blocks, sign_ins: SignIns, links: Links, how: str
    ) -> None:
        blocks.block_customer(CUSTOMER, "us")
        if how == "link":
            links.link(link())
        else:
            links.import_links("us", [LinkRow(ADA.digest, "acme", CUSTOMER.id, "imported", int(NOON))])
        assert is_out(sign_ins, ADA)
        assert blocks.unblock_customer(CUSTOMER, "us")
        assert not is_out(sign_ins, ADA)

    def test_of_two_reasons_each_is_enough(self, blocks: Blocks, sign_ins: SignIns, links: Links) -> None:
        links.link(link())
        blocks.block_identity(ADA, "us")
        blocks.block_customer(CUSTOMER, "us")
        assert blocks.unblock_customer(CUSTOMER, "us")
        assert is_out(sign_ins, ADA)
        blocks.block_customer(CUSTOMER, "us")
        assert blocks.unblock_identity(ADA, "us")
        assert is_out(sign_ins, ADA)
        assert blocks.unblock_customer(CUSTOMER, "us")
        assert not is_out(sign_ins, ADA)

    def test_whom_an_operator_takes_from_a_blocked_customer_is_in_again_as_another(
        self, blocks: Blocks, sign_ins: SignIns, links: Links
    ) -> None:
        links.link(link())
        blocks.block_customer(CUSTOMER, "us")
        links.unlink(ADA, "us")
        links.link(link(customer=Customer("7")))
        assert not is_out(sign_ins, ADA)


class NotesContract:
    """The class that inherits this has fixtures `sign_ins` and `links`, of one state."""

    def test_a_customer_without_a_note_is_stale_and_nothing_is_written(
        self, sign_ins: SignIns, links: Links
    ) -> None:
        links.link(link())
        found = sign_ins.record(attempt(), session(), Due(profile=PROFILE))
        assert found == Stale(customer=CUSTOMER, note=Note())

    def test_with_the_note_as_it_is_due_a_sign_in_is_one_trip(self, sign_ins: SignIns, links: Links) -> None:
        links.link(link())
        note = Note(profile=PROFILE, seen=int(NOON))
        assert sign_ins.record(attempt(), session(), None, note) == CUSTOMER
        for due in (
            Due(),
            Due(profile=PROFILE),
            Due(seen_since=int(NOON)),
            Due(profile=PROFILE, seen_since=1),
        ):
            assert sign_ins.record(attempt(), session(), due) == CUSTOMER
        for due in (Due(profile=OTHER_PROFILE), Due(profile=PROFILE, seen_since=int(NOON) + 1)):
            assert sign_ins.record(attempt(), session(), due) == Stale(customer=CUSTOMER, note=note)

    def test_a_note_without_a_profile_tells_when_the_customer_was_seen(
        self, sign_ins: SignIns, links: Links
    ) -> None:
        links.link(link())
        sign_ins.record(attempt(), session(), None, Note(seen=7))
        assert sign_ins.record(attempt(), session(), Due(seen_since=7)) == CUSTOMER
        assert sign_ins.record(attempt(), session(), Due(profile=PROFILE)) == Stale(
            customer=CUSTOMER, note=Note(seen=7)
        )

    def test_what_one_customer_was_told_is_not_taken_for_anothers(
        self, sign_ins: SignIns, links: Links
    ) -> None:
        links.link(link())
        sign_ins.record(attempt(), session(), None, Note(profile=PROFILE, seen=int(NOON)))
        links.unlink(ADA, "us")
        assert sign_ins.record(attempt(), session(), Due(profile=PROFILE)) is None
        links.link(link(customer=Customer("7")))
        found = sign_ins.record(attempt(), session(), Due(profile=PROFILE))
        assert found == Stale(customer=Customer("7"), note=Note())

    def test_many_notes_are_kept(self, sign_ins: SignIns, links: Links) -> None:
        people = [IdentityKey(ADA.issuer, f"person-{number}") for number in range(120)]
        for number, person in enumerate(people):
            links.link(link(person, Customer(f"c{number}")))
            sign_ins.record(attempt(), session(person), None, Note(profile=PROFILE, seen=number + 1))
        for number, person in enumerate(people):
            found = sign_ins.record(attempt(), session(person), Due(profile=PROFILE, seen_since=number + 1))
            assert found == Customer(f"c{number}")
