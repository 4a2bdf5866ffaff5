"""One Redis server, spoken to so that nothing is lost and nobody waits for long."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from bridge.domain.deadline import Deadline
from bridge.domain.finding import Finding
from bridge.domain.refusal import Reason, Refused

TIMEOUT = 1.0  # seconds for connecting and for each answer


class Script:
    """A Lua script, called by its digest."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.sha = hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest()


class RedisServer:
    """A pool of connections that turns every trouble into `Refused(STATE_UNAVAILABLE)`.

    Of redis-py's defaults these are not ours: ten retries (a shopper would wait five seconds
    to hear that Redis is down) and an unbounded queue of connections. One retry on a broken
    connection is left, for sockets that a restart of Redis left dead in the pool; therefore
    every command and script that goes through here is safe to be sent twice.
    """

    def __init__(self, url: str, connections: int = 64) -> None:
        pool = redis.BlockingConnectionPool.from_url(
            url,
            max_connections=connections,
            timeout=TIMEOUT,
            protocol=2,  # understood by every server and proxy; no slower here than 3
            socket_timeout=TIMEOUT,
            socket_connect_timeout=TIMEOUT,
            retry=Retry(NoBackoff(), 1, (redis.ConnectionError,)),
            driver_info=None,
            decode_responses=True,
        )
        self._redis = redis.Redis(connection_pool=pool)
        self._execute: Callable[..., Any] = self._redis.execute_command

    def command(self, *words: str | int) -> Any:
        """The answer to one command."""
        try:
            return self._execute(*words)
        except redis.RedisError as error:
            raise _refused(error) from None

    #: Whether keys may be in several slots: then a script touches the keys of one slot only.
    clustered = False

    def each(self, *commands: tuple[str | int, ...]) -> list[Any]:
        """Several commands in one trip, each for itself: their keys may be anywhere."""
        try:
            with self._redis.pipeline(transaction=False) as pipeline:
                for command in commands:
                    queue: Callable[..., Any] = pipeline.execute_command
                    queue(*command)
                return pipeline.execute()
        except redis.RedisError as error:
            raise _refused(error) from None

    def run(self, script: Script, keys: tuple[str, ...], *arguments: str | int) -> Any:
        """The answer of a script; sent whole once, when the server does not know it yet."""
        try:
            return self._execute("EVALSHA", script.sha, len(keys), *keys, *arguments)
        except redis.exceptions.NoScriptError:
            return self.command("EVAL", script.source, len(keys), *keys, *arguments)
        except redis.RedisError as error:
            raise _refused(error) from None

    def run_many(
        self, script: Script, calls: Sequence[tuple[Sequence[str], Sequence[str | int]]]
    ) -> list[Any]:
        """The answers of a script to many calls (keys, arguments), in one trip."""
        if not calls:
            return []
        try:
            with self._redis.pipeline(transaction=False) as pipeline:
                queue: Callable[..., Any] = pipeline.execute_command
                for keys, arguments in calls:
                    queue("EVALSHA", script.sha, len(keys), *keys, *arguments)
                answers = pipeline.execute(raise_on_error=False)
        except redis.RedisError as error:
            raise _refused(error) from None
        for place, answer in enumerate(answers):
            if isinstance(answer, redis.exceptions.NoScriptError):
                keys, arguments = calls[place]
                answers[place] = self.run(script, tuple(keys), *arguments)
            elif isinstance(answer, redis.RedisError):
                raise _refused(answer)
        return answers

    def scan(self, pattern: str, count: int) -> Iterator[list[str]]:
        """The names of keys, some `count` at a time: those that are there all along, some of them twice."""
        cursor = "0"
        while True:
            cursor, names = self.command("SCAN", cursor, "MATCH", pattern, "COUNT", count)
            if names:
                yield names
            if str(cursor) == "0":
                return

    def together(self, *commands: tuple[str | int, ...]) -> list[Any]:
        """Several commands in one trip, all or none."""
        try:
            with self._redis.pipeline(transaction=True) as pipeline:
                for command in commands:
                    queue: Callable[..., Any] = pipeline.execute_command
                    queue(*command)
                return pipeline.execute()
        except redis.RedisError as error:
            raise _refused(error) from None

    subject = "redis"

    def check(self, _deadline: Deadline) -> Iterator[Finding]:
        """See `Checked` in `bridge.flows.check_up`."""
        self.command("PING")
        about = self._info()
        yield Finding("ok", self.subject, f"answers ({about.get('redis_version', 'version not told')})")
        policy = about.get("maxmemory_policy", "noeviction")
        if policy.startswith("allkeys"):
            yield Finding(
                "failed",
                self.subject,
                f"maxmemory-policy is {policy}: links would be lost under memory pressure",
                "Set maxmemory-policy to noeviction or volatile-ttl.",
            )
        if about.get("aof_enabled") == "0":
            yield Finding(
                "warning",
                self.subject,
                "the append-only file is off: a crash loses the newest links",
                "Set appendonly yes.",
            )

    def _info(self) -> dict[str, str]:
        try:
            info = self.command("INFO")
        except Refused:
            return {}  # an ACL may forbid it
        return {str(name): str(value) for name, value in info.items()} if isinstance(info, dict) else {}

    def close(self) -> None:
        """Closes every connection."""
        self._redis.close()
        self._redis.connection_pool.disconnect()


def _refused(error: redis.RedisError) -> Refused:
    # The name of the error and its first words (LOADING, READONLY, NOAUTH) are for the operator.
    return Refused(Reason.STATE_UNAVAILABLE, f"{type(error).__name__}: {str(error)[:120]}")
