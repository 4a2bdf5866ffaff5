"""A Redis Cluster's map: which server has which slot, asked anew when it turns out to be wrong."""

import random
import threading
import time
from typing import Any

import redis
from redis.crc import key_slot

from bridge.net.waiting import in_thread
from bridge.state.client import Client
from bridge.state.connecting import asked, pool_to
from bridge.state.whereabouts import Place, Whereabouts

SLOTS = 16384
#: Seconds between two askings: many sign-ins meet one trouble.
_PAUSE = 0.1
#: Seconds for asking, all servers together.
_LIMIT = 1.0


class SlotMap:
    """Clients of the Cluster's primaries. Connections are made when they are needed."""

    def __init__(self, where: Whereabouts, connections: int) -> None:
        self._where = where
        self._connections = connections
        self._lock = threading.Lock()
        self._clients: dict[Place, Client] = {}
        self._slots: list[Client | None] = [None] * SLOTS
        self._others: list[Place] = []  # replicas
        self._asked = 0.0
        #: Why there is no map, if there is none.
        self.trouble = ""

    def client(self, key: str) -> Client:
        """The client of the server that has a key. Raises redis.RedisError when none is known to."""
        client = self._slots[key_slot(key.encode())]
        return client or self._looked_up(key)

    def known(self, key: str) -> Client | None:
        """The same as far as it is known; asks nobody."""
        return self._slots[key_slot(key.encode())]

    def at(self, place: Place) -> Client:
        """The client of one server."""
        client = self._clients.get(place)
        if client is None:
            pool = pool_to(self._where, place, connections=self._connections)
            client = self._clients.setdefault(place, Client(pool))
        return client

    def named_in(self, error: redis.exceptions.AskError, client: Client) -> Client:
        """Of the server that MOVED or ASK names; without a host it is where the answer came from."""
        return self.at((error.host or place_of(client)[0], error.port))

    def refresh(self) -> None:
        """Asks the servers for the map, unless somebody did just now.

        When none answers, the map stays as it is.
        """
        in_thread(self._refresh)

    def _refresh(self) -> None:
        came = time.monotonic()
        with self._lock:
            if self._asked > came - _PAUSE:
                return
            self._slots = self._ask() or self._slots
            self._asked = time.monotonic()

    def primaries(self) -> dict[Place, Client]:
        """Of all servers that have slots."""
        return {place_of(client): client for client in dict.fromkeys(self._slots) if client}

    def close(self) -> None:
        """Closes every connection."""
        for client in self._clients.values():
            client.close()
            client.connection_pool.disconnect()

    def _looked_up(self, key: str) -> Client:
        self.refresh()
        client = self._slots[key_slot(key.encode())]
        if client is None:
            raise redis.ConnectionError(self.trouble or f"no server has slot {key_slot(key.encode())}")
        return client

    def _ask(self) -> list[Client | None] | None:
        # In any order: one server that is cut off, and tells an old map, is not asked for ever.
        known = list(dict.fromkeys((*self._clients, *self._others, *self._where.places)))
        random.shuffle(known)
        give_up = time.monotonic() + _LIMIT
        for place in known:
            if time.monotonic() > give_up:
                break
            try:
                (answer,) = asked(self._where, place, ("CLUSTER", "SLOTS"))
            except redis.RedisError as error:
                self.trouble = f"{type(error).__name__}: {error}"
                continue
            if answer:
                self.trouble = ""
                return self._read(answer, place)
            self.trouble = "the servers know no slots: the Cluster has not been made yet"
        return None

    def _read(self, ranges: Any, told_by: Place) -> list[Client | None]:
        """Each range: first and last slot, its primary, its replicas."""
        slots: list[Client | None] = [None] * SLOTS
        others: list[Place] = []
        for first, last, primary, *replicas in ranges:
            host, port = primary[:2]
            if host == "?":  # a server that was told to go by its name, and has none
                continue
            others += [(str(one[0] or told_by[0]), int(one[1])) for one in replicas]
            client = self.at((str(host or told_by[0]), int(port)))
            slots[int(first) : int(last) + 1] = [client] * (int(last) + 1 - int(first))
        self._others = others
        present = {place_of(client) for client in dict.fromkeys(slots) if client}
        for place in [place for place in self._clients if place not in present]:
            # Not a primary any more: if it becomes one again, it is met again.
            gone = self._clients.pop(place)
            gone.close()
            gone.connection_pool.disconnect()
        return slots


def place_of(client: Client) -> Place:
    """Where a client's connections lead."""
    told = client.connection_pool.connection_kwargs
    return told["host"], told["port"]
