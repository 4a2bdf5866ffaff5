"""Everything real around the attacks: Redis, a store, the bridge as a process of its own, and its traces."""

import http.client
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import redis

from bridge.demo.bigcommerce import StoreOptions, create_store
from bridge.demo.bigcommerce.customers import Customer
from bridge.demo.bigcommerce.shop import Shop
from bridge.demo.redis_server import start_redis
from bridge.demo.serving import Served
from tests.attacks.case import Case
from tests.attacks.hostile.plan import DOMAIN, VICTIM, Turn, secret
from tests.attacks.hostile.provider import Room, Rooms
from tests.attacks.hostile.server import HostileServer
from tests.attacks.visit import STORE, Visit

_PATIENCE = 20.0  # seconds for the bridge to start and to stop


class World:
    """Started when made; `visits` are the cases, ready to be played."""

    def __init__(self, cases: Iterable[Case], folder: Path) -> None:
        self._port = _free_port()
        self.bridge_url = f"http://127.0.0.1:{self._port}"
        self.log_path = folder / "bridge.log"
        self.cookie_key = secret("cookie")
        with ExitStack() as started:
            self._redis = started.enter_context(start_redis(folder / "redis"))
            self.store_options = _store_options(self.bridge_url)
            store = create_store(self.store_options)
            self.shop: Shop = store.extensions["demo_store"]
            self.store_url = started.enter_context(Served(store)).url
            self.rooms = Rooms()
            self.hostile = started.enter_context(HostileServer(self.rooms))
            self.visits = {case.name: self._visit(case) for case in cases}
            config = folder / "bridge.toml"
            config.write_text(self._configuration(), encoding="utf-8")
            self._bridge = self._start(config)
            started.callback(self._stop)
            self._await_health()
            self._started = started.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._started.close()

    def healthy(self) -> bool:
        """Whether the bridge says that it lives."""
        line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=2)
        try:
            line.request("GET", "/healthz")
            return line.getresponse().status == 200
        except OSError:
            return False
        finally:
            line.close()

    def alive(self) -> bool:
        return self._bridge.poll() is None

    def memory(self) -> int:
        """Bytes that the bridge's processes hold; 0 where the system does not tell."""
        pages = 0
        for pid in _family(self._bridge.pid):
            with ExitStack() as ignored:
                ignored.push(lambda kind, _error, _trace: bool(kind and issubclass(kind, OSError)))
                pages += int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def log_lines(self) -> list[str]:
        return self.log_path.read_text(encoding="utf-8", errors="replace").splitlines()

    def stored(self) -> Iterator[tuple[str, str]]:
        """What Redis holds, as text, with the connection it is of (empty where that cannot be told).

        Attempts are left out: one that is under way must keep its verifier. So are providers' documents,
        which are kept as they came: what stands there the provider shows to everybody.
        """
        with redis.Redis.from_url(self._redis.url, decode_responses=True) as server:
            for key in server.scan_iter(count=1000):
                if server.type(key) == "stream":
                    events = [event for _id, event in server.xrange(key)]
                    yield from ((event.get("connection", ""), str(event)) for event in events)
                elif ":attempt:" not in key and ":document:" not in key:
                    yield "", f"{key} {_content(server, str(key))}"

    def logged(self) -> Iterator[tuple[str, str]]:
        """The lines of the bridge's log, likewise."""
        for text in self.log_lines():
            yield _connection(text), text

    def _visit(self, case: Case) -> Visit:
        home, thief = f"{self.hostile.url}/{case.name}", f"{self.hostile.thief_url}/{case.name}"
        issuer = str(case.settings.get("issuer", "{home}")).format(home=home)
        blank = Turn(
            case=case.name,
            issuer=issuer,
            home=home,
            thief=thief,
            client_id=f"client of {case.name}",
            client_secret=secret("client") + "+/%:=",
        )
        self.rooms.by_name[case.name] = Room(case.plan, blank)
        return Visit(case, self.bridge_url, self.store_url, self.shop, self.rooms, self.log_path)

    def _configuration(self) -> str:
        server = {"public_url": self.bridge_url, "cookie_keys": [self.cookie_key], "development": True}
        tables: dict[str, dict[str, object]] = {
            "server": {**server, "log_level": "debug"},
            "redis": {"url": self._redis.url, "prefix": "attacks"},
            f"stores.{STORE}": {
                "platform": "bigcommerce",
                "url": self.store_url,
                "connections": list(self.visits),
            },
            f"stores.{STORE}.bigcommerce": {
                "store_hash": self.store_options.store_hash,
                "client_id": self.store_options.client_id,
                "client_secret": self.store_options.client_secret,
                "access_token": self.store_options.access_token,
                "api_url": self.store_url,
            },
        }
        for name, visit in self.visits.items():
            blank = visit.room.blank
            tables[f"connections.{name}"] = {
                "client_id": blank.client_id,
                "client_secret": blank.client_secret,
                "domains": [DOMAIN],
                **visit.case.settings,
                "issuer": blank.issuer,
            }
        return "".join(f"[{name}]\n{_lines(table)}\n" for name, table in tables.items())

    def _start(self, config: Path) -> "subprocess.Popen[bytes]":
        command = [
            sys.executable,
            "-m",
            "bridge",
            "serve",
            "--config",
            str(config),
            "--port",
            str(self._port),
        ]
        with self.log_path.open("wb") as log:
            return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)

    def _await_health(self) -> None:
        give_up = time.monotonic() + _PATIENCE
        while not self.healthy():
            if not self.alive() or time.monotonic() > give_up:
                raise RuntimeError("the bridge did not start:\n" + "\n".join(self.log_lines()[-20:]))
            time.sleep(0.05)

    def _stop(self) -> None:
        self._bridge.send_signal(signal.SIGTERM)
        try:
            self._bridge.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._bridge.kill()
            self._bridge.wait()


def _connection(text: str) -> str:
    """What a line of the bridge's log says of itself, as far as it is one."""
    try:
        line = json.loads(text)
    except ValueError:
        return ""
    return str(line.get("connection", "")) if isinstance(line, dict) else ""


def _store_options(bridge_url: str) -> StoreOptions:
    return StoreOptions(
        bridge_login_url=f"{bridge_url}/login/{STORE}",
        store_hash="attacked",
        client_id="store-" + secrets.token_hex(8),
        client_secret=secret("store"),
        access_token=secret("api"),
        customers=(Customer(id=501, email=VICTIM, first_name="Mark", last_name="Victim"),),
        quota=1_000_000,
    )


def _lines(table: dict[str, object]) -> str:
    # JSON's texts, lists, numbers and booleans are TOML's as well.
    return "".join(f"{key} = {json.dumps(value)}\n" for key, value in table.items())


def _content(server: Any, key: str) -> str:
    readers = {
        "string": lambda: server.get(key),
        "hash": lambda: server.hgetall(key),
        "zset": lambda: server.zrange(key, 0, -1),
    }
    # One that ran out a moment ago has no type any more.
    return str(readers.get(server.type(key), str)())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _family(pid: int) -> Iterator[int]:
    """A process and all its descendants."""
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text(encoding="ascii").split():
            yield from _family(int(child))
