"""Webhooks leave by the guarded way out: no private address, no redirect, no receiver that takes all threads."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from bridge.domain.deadline import Deadline
from bridge.domain.http import HttpFailure
from bridge.domain.secret import Secret
from bridge.domain.webhook import Webhook
from bridge.flows.after_ending import Receiver
from bridge.net.bulkhead import Bulkheads
from bridge.net.client import HttpClient, Trust
from bridge.net.lane import Lane
from bridge.wiring.ending_worker import THREADS

SECRETS = (Secret("whsec_" + "A" * 44),)


def receiver(url: str, http: HttpClient | None = None, together: Bulkheads | None = None) -> Receiver:
    lane = Lane(
        http or HttpClient(Trust()), together or Bulkheads(THREADS), "stores.eu.webhook", time.time,
        time.monotonic,
    )  # fmt: skip
    return Receiver(Webhook(url, SECRETS), lane)


@pytest.mark.parametrize("host", ["127.0.0.1", "10.0.0.8", "169.254.169.254", "[::1]", "[fd00::1]"])
def test_no_webhook_goes_to_an_address_inside(host: str) -> None:
    with pytest.raises(HttpFailure) as caught:
        receiver(f"https://{host}/hook").send("end_1", b"{}", 0, Deadline(2, time.monotonic))
    assert caught.value.kind == "refused_address"


def test_a_receiver_that_hangs_leaves_threads_for_the_others() -> None:
    together, goes_on = Bulkheads(THREADS), threading.Event()

    class Hangs:
        def send(self, *_: object) -> None:
            goes_on.wait(5)
            raise HttpFailure("timeout", "no answer")

    def kind(one: Receiver) -> str:
        try:
            one.send("end_1", b"{}", 0, Deadline(5, time.monotonic))
        except HttpFailure as failure:
            return failure.kind
        return ""

    hanging = receiver("https://hangs.example/", Hangs(), together)  # type: ignore[arg-type]
    other = receiver("https://10.0.0.8/", None, together)
    with ThreadPoolExecutor(THREADS) as pool:
        waiting = [pool.submit(kind, hanging) for _ in range(THREADS - 4)]
        time.sleep(0.1)
        assert kind(other) == "refused_address"
        goes_on.set()
        kinds = [one.result() for one in waiting]
    assert kinds.count("timeout") == THREADS // 2
    assert kinds.count("busy") == THREADS // 2 - 4
