"""The ports `Sessions` and `EndingQueue`."""

from abc import ABC, abstractmethod
from dataclasses import replace

from bridge.domain.ending_work import MOST_DEAD, EndingQueue, EndingWork
from bridge.domain.link_ports import Links
from bridge.domain.ports import SignIns
from bridge.domain.session import Session, SessionRef
from bridge.domain.session_ports import Ending, Sessions

from .people import ADA, EVE, attempt, link, session
from .state import all_at_once
from .world import NOON


def ending(number: int = 1, identity: str = ADA.digest) -> Ending:
    """One that is always the same for one number."""
    return Ending(
        ref=SessionRef(identity, f"{number:032x}"),
        store="us",
        connection="acme",
        customer="101",
        reason="operator",
        at=int(NOON),
    )


def ref_of(made: Session) -> SessionRef:
    found = SessionRef.of(made.handle)
    assert found is not None
    return found


class SessionsUnderTest(ABC):
    """Sessions, beside what begins them."""

    sessions: Sessions
    sign_ins: SignIns
    links: Links

    @abstractmethod
    def pass_time(self, seconds: int) -> None:
        """Lets time pass."""

    def begin(self, **changes: object) -> Session:
        made = session(**changes)  # type: ignore[arg-type]
        self.links.link(link(made.identity, store=made.store, connection=made.connection))
        assert self.sign_ins.record(attempt(store=made.store), made) is not None
        return made


class SessionsContract:
    """The class that inherits this has a fixture `known`."""

    def test_a_session_is_known_by_its_ref_and_holds_no_id(self, known: SessionsUnderTest) -> None:
        made = known.begin()
        assert known.sessions.get(ref_of(made)) == replace(made, id="")

    def test_who_is_signed_in_is_found_by_identity_by_sid_and_among_all(
        self, known: SessionsUnderTest
    ) -> None:
        first, second = known.begin(), known.begin(store="eu", sid="sid-2", ends_at=int(NOON) + 50_000)
        refs = [ref_of(second), ref_of(first)]
        assert [one.ref for one in known.sessions.of_identity(ADA)] == refs
        assert [one.ref for one in known.sessions.of_identity(ADA.digest)] == refs
        assert [one.ref for one in known.sessions.of_sid("acme", "sid-2")] == refs[:1]
        assert not known.sessions.of_sid("other", "sid-2")
        assert not known.sessions.of_identity(EVE)
        assert {one.ref for one in known.sessions.all()} == set(refs)

    def test_an_ended_session_is_nowhere_and_ends_once(self, known: SessionsUnderTest) -> None:
        made, stays = known.begin(), known.begin()
        assert known.sessions.end(ref_of(made))
        assert not known.sessions.end(ref_of(made))
        assert known.sessions.get(ref_of(made)) is None
        assert known.sessions.touch(ref_of(made)) is None
        assert [one.ref for one in known.sessions.of_identity(ADA)] == [ref_of(stays)]

    def test_use_keeps_an_idle_one_alive_but_not_beyond_its_end(self, known: SessionsUnderTest) -> None:
        used, unused = (known.begin(idle=600, ends_at=int(NOON) + 1500) for _ in range(2))
        known.pass_time(400)
        assert known.sessions.touch(ref_of(used))
        known.pass_time(400)
        assert known.sessions.get(ref_of(unused)) is None
        assert known.sessions.touch(ref_of(used))
        known.pass_time(400)
        assert known.sessions.touch(ref_of(used))
        known.pass_time(400)
        assert known.sessions.get(ref_of(used)) is None


class EndingsContract:
    """The class that inherits this has fixtures `queue`, and `brief`, whose claims last for no time."""

    def test_what_was_taken_is_nobody_elses(self, queue: EndingQueue) -> None:
        queue.announce(ending(1))
        queue.announce(ending(2))
        taken = all_at_once(8, lambda _: queue.take(1))
        assert sorted(work.id for works in taken for work in works) == [f"end_{n:032x}" for n in (1, 2)]
        assert not queue.take(9)

    def test_what_a_process_died_with_is_taken_up_by_another(self, brief: EndingQueue) -> None:
        brief.announce(ending())
        (first,), (second,) = brief.take(9), brief.take(9)
        assert first == second == EndingWork(ending=ending(), since=int(NOON))

    def test_a_session_that_ends_twice_is_one_piece_of_work(self, queue: EndingQueue) -> None:
        queue.announce(ending())
        (work,) = queue.take(1)
        queue.announce(ending())
        assert not queue.take(1)
        queue.finish(work)
        assert not queue.waiting()

    def test_what_failed_waits_with_what_was_achieved(self, queue: EndingQueue) -> None:
        queue.announce(ending())
        (work,) = queue.take(1)
        failed = replace(work, attempts=1, told=True, fault='status 500: "it" is down')
        queue.put_back(failed, 60)
        assert not queue.take(1)
        assert [one.work for one in queue.waiting()] == [failed]
        queue.put_back(failed, 0)
        assert queue.take(1) == [failed]

    def test_what_somebody_finished_comes_not_back(self, brief: EndingQueue) -> None:
        brief.announce(ending())
        (slow,), (quick,) = brief.take(1), brief.take(1)
        brief.finish(quick)
        brief.put_back(slow, 0)
        brief.give_up(slow)
        assert not brief.take(1)
        assert not brief.dead()

    def test_the_dead_are_listed_and_can_be_revived(self, queue: EndingQueue) -> None:
        for number in (1, 2, 3):
            queue.announce(ending(number))
        for work in queue.take(9):
            queue.give_up(replace(work, attempts=9, fault="status 500"))
        assert sorted(work.id[-1] for work in queue.dead()) == ["1", "2", "3"]
        assert queue.counts()["buried"] == 3
        assert queue.revive([ending_one(2), "end_unknown"]) == 1
        (again,) = queue.take(9)
        assert (again.id, again.attempts, again.since >= int(NOON) - 10**9) == (ending_one(2), 0, True)
        assert len(queue.dead()) == 2

    def test_what_waits_can_be_hurried(self, queue: EndingQueue) -> None:
        queue.announce(ending())
        (work,) = queue.take(1)
        queue.put_back(replace(work, attempts=5), 3600)
        assert queue.revive([work.id]) == 1
        assert queue.take(1)[0].attempts == 0

    def test_the_dead_are_bounded(self, queue: EndingQueue) -> None:
        for number in range(MOST_DEAD + 5):
            queue.announce(ending(number))
        for work in queue.take(MOST_DEAD + 5):
            queue.give_up(work)
        assert len(queue.dead()) == MOST_DEAD == queue.counts()["buried"]

    def test_the_dead_of_an_erased_person_are_forgotten(self, queue: EndingQueue) -> None:
        queue.announce(ending(1))
        queue.announce(ending(2, EVE.digest))
        for work in queue.take(9):
            queue.give_up(work)
        assert queue.forget({ADA.digest}) == 1
        assert [work.ending.ref.identity for work in queue.dead()] == [EVE.digest]

    def test_what_is_counted_can_be_read(self, queue: EndingQueue) -> None:
        queue.announce(ending())
        queue.add("delivered")
        queue.add("failed")
        queue.add("failed")
        assert queue.counts() == {"delivered": 1, "failed": 2, "dead": 0, "waiting": 1, "buried": 0}


def ending_one(number: int) -> str:
    return f"end_{number:032x}"
