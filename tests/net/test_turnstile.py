"""How many requests work at once: each crowd's in their order, and nobody's place is lost."""

import asyncio

import pytest

from bridge.net.turnstile import Turnstile

from .turnstiles import Asking, free_places, run, turns


class Queue:
    """Requests that note when they were let in, and leave at once."""

    def __init__(self, turnstile: Turnstile) -> None:
        self.turnstile = turnstile
        self.order: list[str] = []

    def come(self, *names: str) -> list["asyncio.Task[None]"]:
        """Of the crowd that is the first letter of its name."""
        return [asyncio.ensure_future(self._come(name)) for name in names]

    async def _come(self, name: str) -> None:
        await self.turnstile.enter(name[0], 5)
        self.order.append(name)
        self.turnstile.leave()


class TestOrder:
    def test_who_comes_first_is_let_in_first(self) -> None:
        async def walk() -> None:
            queue = Queue(Turnstile(working=1))
            await queue.turnstile.enter("a", 1)
            waiting = queue.come("a0", "a1", "a2", "a3", "a4")
            await turns()
            assert (queue.turnstile.waiting, queue.order) == (5, [])
            queue.turnstile.leave()
            await asyncio.gather(*waiting)
            assert queue.order == ["a0", "a1", "a2", "a3", "a4"]
            assert queue.turnstile.waiting == 0

        run(walk())

    def test_nobody_overtakes_those_who_wait(self) -> None:
        async def walk() -> None:
            turnstile = Turnstile(working=1)
            await turnstile.enter("", 1)
            first = asyncio.ensure_future(turnstile.enter("", 1))
            await turns()
            turnstile.leave()  # `first` is let in, and has not been told yet
            with pytest.raises(TimeoutError):
                await turnstile.enter("", 0)
            await first

        run(walk())

    def test_a_great_crowd_keeps_nobody_else_waiting(self) -> None:
        async def walk() -> None:
            queue = Queue(Turnstile(working=1))
            await queue.turnstile.enter("a", 1)
            waiting = queue.come(*(f"a{number}" for number in range(100)), "b0", "c0", "b1")
            await turns()
            queue.turnstile.leave()
            await asyncio.gather(*waiting)
            assert queue.order[:6] == ["a0", "b0", "c0", "a1", "b1", "a2"]

        run(walk())

    def test_those_who_gave_up_cost_their_crowd_no_turn(self) -> None:
        """Else one whose people wait until their patience ends would never be let in beside another."""

        async def walk() -> None:
            queue = Queue(Turnstile(working=1))
            await queue.turnstile.enter("a", 1)
            gone = queue.come(*(f"a{number}" for number in range(50)))
            waiting = queue.come("aX", *(f"b{number}" for number in range(50)))
            await turns()
            for one in gone:
                one.cancel()
            await turns()
            assert queue.turnstile.waiting == 51
            queue.turnstile.leave()
            await asyncio.gather(*waiting)
            assert queue.order[:3] in (["aX", "b0", "b1"], ["b0", "aX", "b1"])

        run(walk())


class TestAside:
    def test_who_waits_for_another_server_lets_the_next_one_in_and_comes_back_in_its_turn(self) -> None:
        async def walk() -> None:
            turnstile = Turnstile(working=1)
            await turnstile.enter("", 1)
            asking = Asking(turnstile)
            await asyncio.wait_for(turnstile.enter("", 1), 1)
            asking.answer.set_result(None)
            await turns()
            assert not asking.is_back, "the place is another one's now"
            turnstile.leave()
            await asking.task
            assert asking.is_back
            assert await free_places(turnstile) == 1

        run(walk())

    def test_who_comes_back_finds_a_place_that_is_free(self) -> None:
        async def walk() -> None:
            turnstile = Turnstile(working=1)
            await turnstile.enter("", 1)
            asking = Asking(turnstile)
            asking.answer.set_result(None)
            await asking.task
            assert await free_places(turnstile) == 1

        run(walk())

    def test_a_crowd_that_begins_does_not_keep_one_from_ending(self) -> None:
        async def walk() -> None:
            queue = Queue(Turnstile(working=1))
            await queue.turnstile.enter("a", 1)
            asking = Asking(queue.turnstile, "a")
            await queue.turnstile.enter("a", 1)
            waiting = queue.come(*(f"a{number}" for number in range(100)))
            asking.answer.set_result(None)
            await turns()
            queue.turnstile.leave()
            await asking.task
            assert len(queue.order) <= 2
            await asyncio.gather(*waiting)
            assert await free_places(queue.turnstile) == 1

        run(walk())

    @pytest.mark.parametrize("moment", ["asking", "coming back", "let in again"])
    def test_who_is_cancelled_on_the_way_leaves_its_place(self, moment: str) -> None:
        async def walk() -> None:
            turnstile = Turnstile(working=1)
            await turnstile.enter("", 1)
            asking = Asking(turnstile)
            await turns()
            if moment != "asking":
                await turnstile.enter("", 1)
                asking.answer.set_result(None)
                await turns()
            if moment == "let in again":
                turnstile.leave()
            asking.task.cancel()
            await asyncio.wait([asking.task], timeout=1)
            assert asking.task.cancelled()
            if moment == "coming back":
                turnstile.leave()
            assert await free_places(turnstile) == 1
            assert turnstile.waiting == 0

        run(walk())


class TestGivingUp:
    @pytest.mark.parametrize("patience", [0.05, 0, -1])
    def test_who_has_no_patience_left_is_not_let_in_and_leaves_no_trace(self, patience: float) -> None:
        async def walk() -> None:
            turnstile = Turnstile(working=1)
            await turnstile.enter("", 1)
            with pytest.raises(TimeoutError):
                await turnstile.enter("", patience)
            assert turnstile.waiting == 0
            turnstile.leave()
            assert await free_places(turnstile) == 1

        run(walk())

    def test_who_is_cancelled_while_it_waits_leaves_no_trace(self) -> None:
        async def walk() -> None:
            queue = Queue(Turnstile(working=1))
            await queue.turnstile.enter("a", 1)
            waiting = queue.come("a0", "a1", "a2")
            await turns()
            waiting[1].cancel()
            await turns()
            assert queue.turnstile.waiting == 2
            queue.turnstile.leave()
            await asyncio.wait(waiting)
            assert queue.order == ["a0", "a2"]
            assert await free_places(queue.turnstile) == 1

        run(walk())

    @pytest.mark.parametrize("first", ["let in", "gives up"])
    def test_who_gives_up_in_the_moment_of_being_let_in_takes_nobodys_turn(self, first: str) -> None:
        """Both in one turn of the loop, in either order."""

        async def walk() -> None:
            turnstile = Turnstile(working=1)
            await turnstile.enter("", 1)
            gone, following = (asyncio.ensure_future(turnstile.enter("", 1)) for _ in range(2))
            await turns()
            if first == "let in":
                turnstile.leave()
                gone.cancel()
            else:
                gone.cancel()
                turnstile.leave()
            await asyncio.wait_for(following, 1)
            assert gone.cancelled()
            turnstile.leave()
            assert await free_places(turnstile) == 1

        run(walk())
