"""Places at the turnstile are neither lost nor made, whatever requests do."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from bridge.net.turnstile import Turnstile

from .turnstiles import Asking, free_places, run, turns


class Scenery:
    """Requests of three crowds, driven step by step."""

    def __init__(self, working: int) -> None:
        self.working, self.turnstile = working, Turnstile(working)
        self.coming: list[asyncio.Task[None]] = []
        self.inside = 0
        self.asking: list[Asking] = []

    def tell(self) -> None:
        """Sees who was let in, and who has ended."""
        for task in [one for one in self.coming if one.done()]:
            self.coming.remove(task)
            self.inside += not task.cancelled()
        self.asking = [one for one in self.asking if not one.task.done()]

    async def step(self, what: str, number: int) -> None:
        crowd = "abc"[number % 3]
        if what == "enter":
            self.coming.append(asyncio.ensure_future(self.turnstile.enter(crowd, 60)))
        elif what == "cancel" and self.coming:
            self.coming[number % len(self.coming)].cancel()
        elif what == "answer" and self.asking:
            chosen = self.asking[number % len(self.asking)]
            if not chosen.answer.done():
                chosen.answer.set_result(None)
        elif what == "cancel asking" and self.asking:
            self.asking[number % len(self.asking)].task.cancel()
        elif what == "turn":
            await asyncio.sleep(0)
        elif self.inside:
            self.inside -= 1
            if what == "ask":
                self.asking.append(Asking(self.turnstile, crowd))
                await asyncio.sleep(0)  # it has begun, and will leave
            else:
                self.turnstile.leave()

    async def end(self) -> None:
        """Lets everybody go, until nobody is there."""
        for _ in range(100):
            await turns()
            self.tell()
            for one in self.asking:
                if not one.answer.done():
                    one.answer.set_result(None)
            while self.inside:
                self.inside -= 1
                self.turnstile.leave()
            if not self.coming and not self.asking:
                return
        raise AssertionError("somebody waits although there is room")


_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["enter", "leave", "cancel", "ask", "answer", "cancel asking", "turn"]),
        st.integers(0, 9),
    ),
    max_size=60,
)


@given(working=st.integers(1, 3), steps=_STEPS)
def test_places_are_neither_lost_nor_made(working: int, steps: list[tuple[str, int]]) -> None:
    """Whoever comes, waits, is cancelled, steps aside and comes back, in whichever turn of the loop."""

    async def walk() -> None:
        scenery = Scenery(working)
        for what, number in steps:
            scenery.tell()
            await scenery.step(what, number)
        await turns()
        scenery.tell()
        if scenery.turnstile.waiting:
            assert scenery.inside >= working, "nobody waits while there is room"
        await scenery.end()
        assert scenery.turnstile.waiting == 0
        assert await free_places(scenery.turnstile) == working

    run(walk())
