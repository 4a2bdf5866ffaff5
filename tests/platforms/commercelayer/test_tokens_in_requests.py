"""One customer's token, wanted by two requests of a worker at once."""

import time
from functools import partial

from bridge.domain.deadline import Deadline
from bridge.net.waiting import pause
from bridge.platforms.commercelayer.tokens import TokenKey, Tokens
from tests.net.on_loop import working

KEY = TokenKey("client", "market:all", "customer", "session")


def test_one_fetches_and_the_other_waits_and_the_worker_goes_on() -> None:
    tokens, inside = Tokens(time.monotonic), [0, 0]

    def want() -> None:
        with tokens.alone(KEY, Deadline(5, time.monotonic)):
            inside[0] += 1
            inside[1] = max(inside)
            try:
                pause(0.05)
            finally:
                inside[0] -= 1

    with working() as worker:
        begun = [worker.begin(want) for _ in range(5)]
        worker.call(partial(pause, 0.01))  # it would never come back if one of them had stopped the loop
        begun[0].cancel()
        for one in begun[1:]:
            one.result(5)
    assert inside[1] == 1
    assert not tokens._flights
