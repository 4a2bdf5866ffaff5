"""A Redis Cluster behind the same door: each command goes to the server that has its key.

redis-py has a client for Clusters. It is not used: it would follow every ASK (see `_PATIENCE`), take
seconds to find that a server is gone, and cost as much again per command as the command itself.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, TypeVar

import redis
from redis.exceptions import AskError, MovedError, NoScriptError, TryAgainError

from bridge.net.waiting import pause
from bridge.state.client import Client, Command
from bridge.state.server import Call, RedisServer, Script, called, refused, trip, waited
from bridge.state.slots import SlotMap, place_of
from bridge.state.whereabouts import Access, whereabouts

#: Seconds for which what is being moved from one server to another is waited for. A script that finds
#: its keys' names while it runs must not follow ASK: the server that a slot moves to would run it, and
#: take keys that are still on their way for absent: a link would not be found, and a customer made anew.
_PATIENCE = 0.5
_MOMENT = 0.02  # seconds between two tries
_HOPS = 5  # servers that MOVED may lead to, one after the other
#: Commands without a key, which any primary may answer.
_OF_ANY = frozenset({"PING", "TIME"})

_Answer = TypeVar("_Answer")
_Act = Callable[[Client], _Answer]


class RedisCluster(RedisServer):
    """See `RedisServer`. Reads go to primaries too: a replica may not know yet what was written."""

    clustered = True

    def __init__(self, url: str, connections: int = 64, access: Access = Access()) -> None:  # noqa: B008 - frozen
        self.where = whereabouts(url, access)
        self._map = SlotMap(self.where, connections)

    def command(self, *words: str | int) -> Any:
        if words[0] in _OF_ANY:
            return next(iter(self.primaries().values()))(*words)
        return self._routed(str(words[1]), partial(_execute, words), partial(_asking, words))

    def each(self, *commands: Command) -> list[Any]:
        return self._spread([str(words[1]) for words in commands], commands, _execute, _asking)

    def run(self, script: Script, keys: tuple[str, ...], *arguments: str | int) -> Any:
        words = called(script, (keys, arguments))
        asking = partial(_asking_script, script, words) if script.names_its_keys else None
        return self._routed(keys[0], partial(_run, script, words), asking)

    def keep(self, script: Script, keys: tuple[str, ...], *arguments: str | int) -> Any:
        wanted = self.where.access.wait_replicas
        if not wanted:
            return self.run(script, keys, *arguments)
        return self._routed(keys[0], partial(waited, script, (keys, arguments), wanted))

    def run_many(self, script: Script, calls: Sequence[Call]) -> list[Any]:
        return self._spread(
            [keys[0] for keys, _ in calls],
            [called(script, call) for call in calls],
            partial(_run, script),
            partial(_asking_script, script) if script.names_its_keys else None,
        )

    def primaries(self) -> dict[str, Callable[..., Any]]:
        self._map.refresh()
        found = self._map.primaries()
        if not found:
            raise refused(redis.ConnectionError(self._map.trouble))
        return {f"{host}:{port}": partial(_one, client) for (host, port), client in found.items()}

    @property
    def connections_in_use(self) -> int:
        return sum(client.in_use for client in self._map.primaries().values())

    def close(self) -> None:
        self._map.close()

    def _spread(
        self,
        keys: Sequence[str],
        commands: Sequence[Command],
        act: Callable[[Command, Client], Any],
        asking: Callable[[Command, Client], Any] | None,
    ) -> list[Any]:
        """One trip to each server that has some of the keys; what failed there is tried by itself."""
        answers: list[Any] = [None] * len(commands)
        try:
            places: dict[Client, list[int]] = {}
            for place, key in enumerate(keys):
                places.setdefault(self._map.client(key), []).append(place)
        except redis.RedisError as error:
            raise refused(error) from None
        for client, chosen in places.items():
            try:
                found: Iterable[Any] = trip(client, [commands[place] for place in chosen], whole=False)
            except redis.RedisError as error:
                # Nothing is known of any of them; the first one finds out how it is.
                found = [error] * len(chosen)
            for place, answer in zip(chosen, found, strict=True):
                answers[place] = answer
                if isinstance(answer, redis.RedisError):
                    words = commands[place]
                    answers[place] = self._followed(
                        answer, client, keys[place], partial(act, words), asking and partial(asking, words)
                    )
        return answers

    def _routed(self, key: str, act: "_Act[_Answer]", asking: "_Act[_Answer] | None" = None) -> _Answer:
        try:
            client = self._map.client(key)
        except redis.RedisError as error:
            raise refused(error) from None
        try:
            return act(client)
        except redis.RedisError as error:
            return self._followed(error, client, key, act, asking)

    def _followed(
        self,
        error: redis.RedisError,
        client: Client,
        key: str,
        act: "_Act[_Answer]",
        asking: "_Act[_Answer] | None",
    ) -> _Answer:
        """The answer of the right server, or of this one a moment later. Raises `Refused`."""
        give_up, hops = time.monotonic() + _PATIENCE, 0
        while True:
            how = act
            if isinstance(error, MovedError):
                hops += 1
                if hops > _HOPS:
                    raise refused(error)
                self._map.refresh()
                client = self._map.named_in(error, client)
            elif isinstance(error, AskError) and asking is not None:
                client, how = self._map.named_in(error, client), asking
            elif isinstance(error, AskError | TryAgainError) or "non local key" in str(error):
                if time.monotonic() > give_up:
                    raise refused(error)
                pause(_MOMENT)
                client = self._map.known(key) or client
            elif isinstance(error, NoScriptError):
                hops += 1  # it is sent whole by `act`
            elif (successor := self._successor(error, client, key)) is not None and hops < _HOPS:
                hops += 1
                client = successor
            else:
                raise refused(error)
            try:
                return how(client)
            except redis.RedisError as another:
                error = another

    def _successor(self, error: redis.RedisError, client: Client, key: str) -> Client | None:
        """Who has the key instead of a server that is in trouble: nobody, until there is a new primary."""
        if isinstance(error, redis.TimeoutError):
            # Who is silent on one connection is on all: nobody shall wait a second for each of them.
            client.connection_pool.disconnect(inuse_connections=False)
        if not isinstance(
            error, redis.ConnectionError | redis.TimeoutError | redis.exceptions.ClusterDownError
        ):
            return None
        self._map.refresh()
        try:
            now = self._map.client(key)
        except redis.RedisError:
            return None
        return None if place_of(now) == place_of(client) else now


def _execute(words: Command, client: Client) -> Any:
    act: Callable[..., Any] = client.execute_command
    return act(*words)


def _run(script: Script, words: Command, client: Client) -> Any:
    try:
        return _execute(words, client)
    except NoScriptError:
        return _execute(("EVAL", script.source, *words[2:]), client)


def _asking(words: Command, client: Client) -> Any:
    """To a server that a slot is being moved to: for a key that is not where it was (any more)."""
    return trip(client, [("ASKING",), words])[1]


def _asking_script(script: Script, words: Command, client: Client) -> Any:
    return _asking(("EVAL", script.source, *words[2:]), client)


def _one(client: Client, *words: str | int) -> Any:
    try:
        return _execute(words, client)
    except redis.RedisError as error:
        raise refused(error) from None
