"""The audit's chain: whatever somebody changes who can write to Redis, and has no key, shows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.audit_chain import AuditKeys, Event, Seal, sealed, tombstone
from bridge.domain.audit_verify import Problem, Verdict, graves_of, verify
from bridge.domain.secret import Secret

KEYS = AuditKeys([Secret("k" * 32)])
OTHER = AuditKeys([Secret("other" * 8)])


@dataclass
class Ledger:
    """Twelve events in three seals, the last two events not sealed yet."""

    events: list[Event]
    seals: list[Seal]

    def verdict(self, keys: AuditKeys = KEYS, noted: str = "") -> Verdict:
        forged: list[Problem] = []
        graves, old = graves_of(self.events, keys, forged)
        verdict = verify(self.events, self.seals, graves, keys, noted=noted)
        verdict.problems.extend(forged)
        verdict.other_keys += old
        return verdict

    def kinds(self, keys: AuditKeys = KEYS) -> set[str]:
        verdict = self.verdict(keys)
        assert verdict.holds == (not verdict.problems)
        return {problem.kind for problem in verdict.problems}


def event(number: int, **fields: str) -> Event:
    return Event(
        f"{1_700_000_000_000 + number}-0", {"event": "signed_in", "reference": f"r{number}", **fields}
    )


def seal_up(
    events: Sequence[Event], sizes: Sequence[int], keys: AuditKeys = KEYS, floor: str = ""
) -> list[Seal]:
    seals: list[Seal] = []
    start = 0
    for size in sizes:
        before = seals[-1] if seals else None
        seals.append(sealed(events[start : start + size], before, floor, 1_700_000_000 + start, keys))
        start += size
    return seals


@pytest.fixture
def ledger() -> Ledger:
    events = [event(number) for number in range(12)]
    return Ledger(events, seal_up(events, (4, 3, 3)))


def test_what_nobody_changed_holds(ledger: Ledger) -> None:
    verdict = ledger.verdict()
    assert verdict.holds
    assert (verdict.events, verdict.seals, verdict.unsealed, verdict.erased) == (10, 3, 2, 0)
    assert verdict.unsealed_since == ledger.events[10].id


def test_an_event_that_was_altered_is_named(ledger: Ledger) -> None:
    ledger.events[5] = event(5, reference="r6")
    (problem,) = ledger.verdict().problems
    assert (problem.kind, problem.at) == ("altered", ledger.events[5].id)


def test_an_event_that_was_removed_shows_behind_which_one(ledger: Ledger) -> None:
    del ledger.events[5]
    (problem,) = ledger.verdict().problems
    assert (problem.kind, problem.at) == ("removed", ledger.events[4].id)


def test_the_first_event_of_all_cannot_be_removed_as_if_it_were_old(ledger: Ledger) -> None:
    del ledger.events[0]
    assert ledger.kinds() == {"removed"}


def test_all_events_of_a_seal_cannot_be_removed(ledger: Ledger) -> None:
    del ledger.events[4:7]
    assert ledger.kinds() == {"removed"}


def test_an_event_that_was_put_in_is_named(ledger: Ledger) -> None:
    ledger.events.insert(6, Event(f"{1_700_000_000_005}-7", {"event": "linked"}))
    (problem,) = ledger.verdict().problems
    assert (problem.kind, problem.at) == ("inserted", "1700000000005-7")


def test_two_events_that_changed_places_show(ledger: Ledger) -> None:
    one, other = ledger.events[5], ledger.events[6]
    ledger.events[5:7] = [Event(one.id, other.fields), Event(other.id, one.fields)]
    assert ledger.kinds() == {"altered"}


def test_a_seal_that_was_altered_shows(ledger: Ledger) -> None:
    ledger.seals[1] = replace(ledger.seals[1], at=1)
    assert ledger.kinds() == {"seal_altered"}


def test_a_seal_that_was_removed_shows(ledger: Ledger) -> None:
    del ledger.seals[1]
    assert "chain_broken" in ledger.kinds()


def test_seals_that_changed_places_show(ledger: Ledger) -> None:
    ledger.seals[0:2] = [ledger.seals[1], ledger.seals[0]]
    assert ledger.kinds() & {"chain_broken", "chain_forked"}


def test_a_chain_that_was_forked_shows(ledger: Ledger) -> None:
    fork = sealed(ledger.events[7:9], ledger.seals[1], "", 1, KEYS)
    ledger.seals.append(fork)
    assert "chain_forked" in ledger.kinds()


def test_a_seal_made_without_the_key_shows(ledger: Ledger) -> None:
    ledger.seals[2] = replace(ledger.seals[2], code="0" * 64)
    assert ledger.kinds() == {"forged"}


def test_a_whole_chain_made_anew_by_a_key_of_ones_own_shows(ledger: Ledger) -> None:
    ledger.events[5] = event(5, reference="r6")
    ledger.seals = seal_up(ledger.events, (4, 3, 3), OTHER)
    assert ledger.kinds() == {"forged"}


def test_seals_by_a_key_that_was_rotated_out_are_vouched_for_by_later_ones(ledger: Ledger) -> None:
    ledger.seals.append(sealed(ledger.events[10:], ledger.seals[-1], "", 1_700_000_100, OTHER))
    both = ledger.verdict(OTHER)
    assert both.holds
    assert both.other_keys == 3
    assert ledger.verdict(AuditKeys([Secret("other" * 8), Secret("k" * 32)])).other_keys == 0


def test_the_head_that_was_noted_elsewhere_is_missed_when_all_is_made_anew(ledger: Ledger) -> None:
    noted = ledger.seals[-1].hash
    assert ledger.verdict(noted=noted).holds
    ledger.seals = seal_up(ledger.events, (5, 5))  # as a bridge does it whose seals somebody deleted
    assert ledger.verdict().holds
    assert not ledger.verdict(noted=noted).holds


def test_an_event_that_was_erased_for_a_person_is_told_and_holds(ledger: Ledger) -> None:
    gone = ledger.events.pop(5)
    ledger.events.append(Event("1700000000099-0", tombstone(gone, KEYS)))
    verdict = ledger.verdict()
    assert verdict.holds
    assert verdict.erased == 1
    assert "r5" not in str(ledger.events[-1].fields)


def test_a_tombstone_that_no_bridge_made_covers_nothing(ledger: Ledger) -> None:
    gone = ledger.events.pop(5)
    stone = {**tombstone(gone, OTHER), "key": KEYS.newest}
    ledger.events.append(Event("1700000000099-0", stone))
    assert ledger.kinds() == {"forged", "removed"}


def test_a_tombstone_of_another_event_covers_nothing(ledger: Ledger) -> None:
    stone = tombstone(ledger.events[4], KEYS)
    ledger.events[5:6] = []
    ledger.events.append(Event("1700000000099-0", stone))
    assert ledger.kinds() == {"removed"}


def test_what_retention_let_go_is_no_gap_and_the_oldest_seal_is_the_anchor(ledger: Ledger) -> None:
    floor = ledger.seals[0].last
    ledger.seals.append(sealed([], ledger.seals[-1], floor, 1_700_000_200, KEYS))
    del ledger.events[:4]
    del ledger.seals[0]
    verdict = ledger.verdict()
    assert verdict.holds
    assert verdict.anchor is not None
    assert verdict.anchor.number == 2
    del ledger.events[0]  # one more than retention said
    assert ledger.kinds() == {"removed"}


FIELDS = st.dictionaries(st.text(max_size=5), st.text(max_size=9), max_size=4)
STREAMS = st.lists(FIELDS, min_size=1, max_size=30).map(
    lambda fields: [Event(f"{place}-0", told) for place, told in enumerate(fields, 1)]
)


@given(STREAMS, st.lists(st.integers(1, 6), min_size=1, max_size=8))
def test_anything_that_is_sealed_holds(events: list[Event], sizes: list[int]) -> None:
    assert Ledger(events, [one for one in seal_up(events, sizes) if one.marks]).verdict().holds


@given(STREAMS, st.data())
def test_any_change_to_a_sealed_event_shows(events: list[Event], data: st.DataObject) -> None:
    seals = seal_up(events, [len(events)])
    place = data.draw(st.integers(0, len(events) - 1))
    changed = data.draw(FIELDS.filter(lambda fields: fields != events[place].fields))
    altered = [*events[:place], Event(events[place].id, changed), *events[place + 1 :]]
    assert not Ledger(altered, seals).verdict().holds
    assert not Ledger([*events[:place], *events[place + 1 :]], seals).verdict().holds
