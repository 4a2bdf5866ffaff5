"""A new configuration while people sign in: nothing is dropped, and what cannot be used changes nothing."""

import os
import secrets
import signal
import threading
import time
from pathlib import Path

import pytest

from tests.cli.command import family
from tests.journeys.browser import Browser
from tests.journeys.process import BridgeProcess
from tests.journeys.stage import Stage, until

pytestmark = pytest.mark.slow


def label(stage: Stage) -> str:
    """What the chooser calls acme."""
    return "new" if "New name" in Browser().fetch(stage.login_url("list")).text else "old"


def rename(stage: Stage) -> None:
    stage.tables["connections.acme-any"]["label"] = "New name"
    stage.write_configuration()


def hang_up(bridge: BridgeProcess) -> None:
    os.kill(bridge.process.pid, signal.SIGHUP)


def said(bridge: BridgeProcess, event: str) -> int:
    return bridge.output().count(f'"{event}"')


def test_a_changed_file_is_taken_up_by_itself(own_stage: Stage) -> None:
    bridge = own_stage.serve(workers=2)
    assert label(own_stage) == "old"
    rename(own_stage)
    until(lambda: [label(own_stage) for _ in range(8)] == ["new"] * 8)
    assert "connections.acme-any.label" in bridge.output()


def test_on_sighup_it_is_taken_up_at_once_and_a_bad_one_keeps_the_old(own_stage: Stage) -> None:
    bridge = own_stage.serve()
    config = own_stage.folder / "bridge.toml"
    good = config.read_text()
    config.write_text(good.replace("public_url", "pubic_url"))
    hang_up(bridge)
    until(lambda: said(bridge, "configuration_refused") > 0)
    assert "public_url" in bridge.output(), "the nearest known key"
    assert label(own_stage) == "old"
    assert own_stage.sign_in(Browser()).status == 303

    rename(own_stage)
    hang_up(bridge)
    until(lambda: label(own_stage) == "new", 3)
    assert bridge.process.poll() is None


def test_a_worker_that_dies_beside_a_bad_file_begins_with_the_last_good_one(own_stage: Stage) -> None:
    bridge = own_stage.serve()
    rename(own_stage)
    hang_up(bridge)
    until(lambda: label(own_stage) == "new")
    (own_stage.folder / "bridge.toml").write_text("[server")
    until(lambda: said(bridge, "configuration_refused") > 0)
    (worker,) = [pid for pid in family(bridge.process.pid) if pid != bridge.process.pid]
    os.kill(worker, signal.SIGKILL)
    until(lambda: answers(own_stage), 10)
    assert label(own_stage) == "new"
    assert bridge.process.poll() is None


def answers(stage: Stage) -> bool:
    try:
        return Browser().fetch(f"{stage.bridge_url}/healthz").status == 200
    except OSError:
        return False


def test_no_request_is_dropped_while_it_is_read_again_and_again(own_stage: Stage) -> None:
    bridge = own_stage.serve(workers=2)
    done = threading.Event()
    failed: list[str] = []
    signed_in: list[int] = []

    def shop() -> None:
        while not done.is_set():
            answer = own_stage.sign_in(Browser())
            signed_in.append(answer.status)
            if answer.status != 303:
                failed.append(f"{answer.status} {answer.refusal}")

    shoppers = [threading.Thread(target=shop) for _ in range(4)]
    for one in shoppers:
        one.start()
    for number in range(6):
        own_stage.tables["connections.acme"]["label"] = f"Number {number}"
        own_stage.write_configuration()
        hang_up(bridge)
        time.sleep(0.4)
    done.set()
    for one in shoppers:
        one.join()
    assert failed == []
    assert len(signed_in) > 10
    assert said(bridge, "configuration_read") >= 5
    assert said(bridge, "configuration_kept") == 0


def test_cookie_keys_are_changed_by_listing_two(own_stage: Stage) -> None:
    """As docs/secrets.md has it: the new one first; later the old one is left out."""
    bridge = own_stage.serve()
    early, late = Browser(), Browser()
    callback = own_stage.callback_url(early)
    keys = own_stage.tables["server"]["cookie_keys"]
    keys.insert(0, secrets.token_urlsafe(32))
    own_stage.write_configuration()
    hang_up(bridge)
    until(lambda: said(bridge, "configuration_read") == 1)
    assert early.fetch(callback).status == 303, "its ticket is signed by the old key"
    callback = own_stage.callback_url(late)
    keys.pop()
    own_stage.write_configuration()
    hang_up(bridge)
    until(lambda: said(bridge, "configuration_read") == 2)
    assert late.fetch(callback).status == 303


def test_a_client_secret_is_changed_by_listing_two(own_stage: Stage) -> None:
    bridge = own_stage.serve()
    table = own_stage.tables["connections.acme"]
    table["client_secret"] = ["the provider's next secret", table["client_secret"]]
    own_stage.write_configuration()
    hang_up(bridge)
    until(lambda: said(bridge, "configuration_read") == 1)
    assert own_stage.sign_in(Browser()).status == 303


def test_a_store_s_api_account_is_changed_for_another_in_one_edit(own_stage: Stage) -> None:
    """As docs/secrets.md has it, with people signing in meanwhile."""
    bridge = own_stage.serve()
    fresh = {
        "client_id": "next-account",
        "client_secret": "n" * 20 + "0123456789",
        "access_token": "next-token",
    }
    object.__setattr__(own_stage.store_options, "other_account", tuple(fresh.values()))
    assert own_stage.sign_in(Browser()).status == 303
    own_stage.tables["stores.us.bigcommerce"].update(fresh)
    own_stage.write_configuration()
    hang_up(bridge)
    until(lambda: said(bridge, "configuration_read") == 1)
    ada, grace = Browser(), Browser()
    assert ada.walk(own_stage.sign_in(ada).location).url == f"{own_stage.store_url}/cart"
    assert grace.walk(own_stage.sign_in(grace, "Grace Hopper").location).url == f"{own_stage.store_url}/cart"
    assert own_stage.customers("grace.hopper@acme.example") == 1, "made by the new token"


def test_the_process_does_not_grow_by_being_told(own_stage: Stage) -> None:
    bridge = own_stage.serve()
    (worker,) = [pid for pid in family(bridge.process.pid) if pid != bridge.process.pid]

    def threads() -> int:
        return len(list(Path(f"/proc/{worker}/task").iterdir()))

    for number in range(3):
        hang_up(bridge)
        until(lambda number=number: said(bridge, "configuration_read") == number + 1)  # type: ignore[misc]
    time.sleep(1.5)
    before = threads()
    for number in range(3, 8):
        hang_up(bridge)
        until(lambda number=number: said(bridge, "configuration_read") == number + 1)  # type: ignore[misc]
    until(lambda: threads() <= before + 2, 15)
