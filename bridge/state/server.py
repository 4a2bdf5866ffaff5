"""The one door to Redis: nothing is lost behind it, and nobody waits for long."""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import redis

from bridge.domain.refusal import Reason, Refused
from bridge.net.waiting import in_thread
from bridge.state.client import Client, Command
from bridge.state.connecting import pool_to
from bridge.state.sentinel import Sentinels
from bridge.state.whereabouts import Access, whereabouts

#: Milliseconds for which a link's writer waits for the replicas.
REPLICAS_WAIT = 700
_PAGE = 1000  # keys of a scan in one trip
#: A command in a script on a key that its caller did not name (`base .. ':n'`).
_OTHER_KEY = re.compile(r"call\((?!'[A-Z]+'(?:\)|, KEYS\[))")

Call = tuple[Sequence[str], Sequence[str | int]]  # keys and arguments of a script


class Script:
    """A Lua script, called by its digest."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.sha = hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest()
        #: Whether it touches keys that it was given, and no others (of their slot).
        self.names_its_keys = not _OTHER_KEY.search(source)


class RedisServer:
    """One server, or the primary that Sentinel names; every trouble becomes `Refused(STATE_UNAVAILABLE)`.

    Everything that goes through here is safe to be sent twice, and is when a connection breaks: see
    `pool_to`. A server that turns out to be a replica is left, and its successor looked for, once.
    """

    #: Whether keys may be in several slots: then a script touches the keys of one slot only.
    clustered = False

    def __init__(self, url: str, connections: int = 64, access: Access = Access()) -> None:  # noqa: B008 - frozen
        self.where = whereabouts(url, access)
        find = Sentinels(self.where).primary if self.where.kind == "sentinel" else None
        self._redis = Client(pool_to(self.where, None, find, connections))
        self._execute: Callable[..., Any] = self._redis.execute_command

    def command(self, *words: str | int) -> Any:
        """The answer to one command; on a Cluster its second word is its key."""
        try:
            return self._execute(*words)
        except redis.RedisError as error:
            raise self._refused(error) from None

    def each(self, *commands: Command) -> list[Any]:
        """Several commands in one trip, each for itself: their keys may be anywhere."""
        return self._trip(commands)

    def run(self, script: Script, keys: tuple[str, ...], *arguments: str | int) -> Any:
        """The answer of a script; sent whole once, when the server does not know it yet."""
        try:
            return self._execute("EVALSHA", script.sha, len(keys), *keys, *arguments)
        except redis.exceptions.NoScriptError:
            return self.command("EVAL", script.source, len(keys), *keys, *arguments)
        except redis.RedisError as error:
            raise self._refused(error) from None

    def keep(self, script: Script, keys: tuple[str, ...], *arguments: str | int) -> Any:
        """As `run`, for what no failover may lose: as many replicas have it as the configuration wants.

        Where they have not, it is refused although it was run: it is safe to be run again.
        """
        wanted = self.where.access.wait_replicas
        if not wanted:
            return self.run(script, keys, *arguments)
        try:
            return waited(script, (keys, arguments), wanted, self._redis)
        except redis.RedisError as error:
            raise self._refused(error) from None

    def run_many(self, script: Script, calls: Sequence[Call]) -> list[Any]:
        """The answers of a script to many calls (keys, arguments), in one trip."""
        if not calls:
            return []
        answers = self._trip([called(script, call) for call in calls], whole=False)
        for place, answer in enumerate(answers):
            if isinstance(answer, redis.exceptions.NoScriptError):
                keys, arguments = calls[place]
                answers[place] = self.run(script, tuple(keys), *arguments)
            elif isinstance(answer, redis.RedisError):
                raise self._refused(answer)
        return answers

    def scan(self, pattern: str, page: int = _PAGE) -> Iterator[list[str]]:
        """The names of keys, about `page` at a time; those that are there all the time are met, some twice.

        On a Cluster a key that is moved to another server meanwhile may be missed.
        """
        for command in self.primaries().values():
            cursor = "0"
            while True:
                cursor, names = command("SCAN", cursor, "MATCH", pattern, "COUNT", page)
                if names:
                    yield names
                if str(cursor) == "0":
                    break

    def primaries(self) -> dict[str, Callable[..., Any]]:
        """`command` of each server that takes writes, by its address or name. Raises `Refused`."""
        where = self.where
        return {where.master or where.socket or "{}:{}".format(*where.places[0]): self.command}

    @property
    def connections_in_use(self) -> int:
        """How many carry a command at this moment."""
        return self._redis.in_use

    def close(self) -> None:
        """Closes every connection."""
        self._redis.close()
        self._redis.connection_pool.disconnect()

    def _trip(self, commands: Sequence[Command], *, whole: bool = True) -> list[Any]:
        try:
            return trip(self._redis, commands, whole=whole)
        except redis.RedisError as error:
            raise self._refused(error) from None

    def _refused(self, error: redis.RedisError) -> Refused:
        if isinstance(error, redis.TimeoutError):
            # Who is silent on one connection is on all: nobody shall wait a second for each of them.
            self._redis.connection_pool.disconnect(inuse_connections=False)
        return refused(error)


def refused(error: redis.RedisError) -> Refused:
    """What an error of Redis is to a sign-in."""
    # The name of the error and its first words (LOADING, READONLY, NOAUTH) are for the operator.
    return Refused(Reason.STATE_UNAVAILABLE, f"{type(error).__name__}: {str(error)[:200]}")


def called(script: Script, call: Call) -> Command:
    """The command that runs a script."""
    keys, arguments = call
    return ("EVALSHA", script.sha, len(keys), *keys, *arguments)


def trip(client: Client, commands: Sequence[Command], *, whole: bool = True) -> list[Any]:
    """The answers of one server to several commands; with `whole` the first error is raised."""
    answers = client.all(commands)
    for answer in answers if whole else ():
        if isinstance(answer, redis.RedisError):
            raise answer
    return answers


def waited(script: Script, call: Call, wanted: int, client: Client) -> Any:
    """The answer of a script, once `wanted` replicas have what it wrote. Raises redis.RedisError."""
    # Not over the connection that requests share: the others' answers would wait for the replicas as well.
    return in_thread(partial(_waited, script, call, wanted, client))


def _waited(script: Script, call: Call, wanted: int, client: Client) -> Any:
    words = called(script, call)
    wait = ("WAIT", wanted, REPLICAS_WAIT)  # in the same trip: it is about its own connection's writes
    answer, there = trip(client, [words, wait], whole=False)
    if isinstance(answer, redis.exceptions.NoScriptError):
        answer, there = trip(client, [("EVAL", script.source, *words[2:]), wait], whole=False)
    for one in (answer, there):
        if isinstance(one, redis.RedisError):
            raise one
    if int(there) < wanted:
        raise redis.RedisError(f"{there} of redis.wait_replicas = {wanted} replicas have the link")
    return answer
