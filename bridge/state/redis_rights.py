"""What an ACL must let the bridge do, and what it does not: each right is tried, on a key made for that."""

from collections.abc import Iterator
from typing import Literal

from bridge.domain.finding import Finding
from bridge.domain.refusal import Refused
from bridge.state.keys import Keys
from bridge.state.server import RedisServer

#: Commands that take a key first, with what comes behind it. The key holds a text: commands of other types
#: are told so, and write nothing.
KEYED: tuple[tuple[str, tuple[str | int, ...]], ...] = (
    ("GET", ()), ("TTL", ()), ("PTTL", ()), ("EXISTS", ()), ("EXPIRE", (10,)), ("INCR", ()),
    ("HGET", ("f",)), ("HMGET", ("f",)), ("HGETALL", ()), ("HKEYS", ()), ("HVALS", ()), ("HLEN", ()),
    ("HEXISTS", ("f",)), ("HSET", ("f", "v")), ("HSETNX", ("f", "v")), ("HDEL", ("f",)),
    ("HINCRBY", ("f", 1)), ("SADD", ("m",)), ("SREM", ("m",)), ("SMEMBERS", ()),
    ("ZADD", (1, "m")), ("ZREM", ("m",)), ("ZCARD", ()), ("ZRANGE", (0, -1)), ("ZREVRANGE", (0, -1)),
    ("ZRANGEBYSCORE", (0, 1)), ("ZREMRANGEBYSCORE", (0, 1)),
    ("XADD", ("*", "f", "v")), ("XRANGE", ("-", "+")), ("XREVRANGE", ("+", "-")),
    ("XLEN", ()), ("XTRIM", ("MAXLEN", 1)), ("XDEL", ("0-1",)),
)  # fmt: skip
#: The others: without a key, or with one elsewhere.
OTHERS = ("PING", "TIME", "SCAN", "EVAL", "EVALSHA", "SET", "DEL")
#: Needed on a Cluster only; with `wait_replicas` there is WAIT as well, and INFO for `bridge check`.
CLUSTERED = ("CLUSTER", "ASKING")
#: What the names of keys begin with, behind the prefix.
FAMILIES = (
    "attempt", "taken", "dry", "links", "holders", "unclaimed", "emails", "notes", "blocked",
    "barred", "pending", "imported", "session", "sessions", "sid", "logout-token", "renewals",
    "code", "endings", "rate", "lock", "creating", "document", "fetching", "budget", "refreshes",
    "probe", "audit", "audit-seals", "audit-sealing", "decisions", "strays", "link", "held",
)  # fmt: skip


def rights_check(server: RedisServer, keys: Keys, subject: str) -> Iterator[Finding]:
    """What is missing, all at once; writes one key, and takes it away. Raises `Refused` for other trouble."""
    user = server.where.user or "default"
    saved = "and ACL SAVE, or the same line in users.acl; docs/running-redis.md has the whole rule"
    commands = sorted(_missing_commands(server, keys))
    if commands:
        rights = " ".join("+" + name.lower() for name in commands)
        yield Finding(
            "failed",
            subject,
            f"the ACL user {user} may not run {', '.join(commands)}",
            f"ACL SETUSER {user} {rights} ({saved})",
            "Sign-ins that need it are refused.",
        )
    if "EXISTS" in commands:
        return  # by which the keys are tried
    names = [name for name in FAMILIES if _denied(server, "EXISTS", f"{keys.prefix}:{name}:probe") == "key"]
    if names:
        which = "keys" if len(names) == len(FAMILIES) else f"keys of the kinds {', '.join(names)}"
        yield Finding(
            "failed",
            subject,
            f"the ACL user {user} may not touch {which} under the prefix {keys.prefix}",
            f"ACL SETUSER {user} ~{keys.prefix}:* ({saved})",
            "Sign-ins that need them are refused.",
        )


def _missing_commands(server: RedisServer, keys: Keys) -> Iterator[str]:
    key = keys.probe
    tried = [("SET", key, "1", "EX", 10), *((name, key, *rest) for name, rest in KEYED), ("DEL", key)]
    for words in tried:
        if _denied(server, *words) == "command":
            yield str(words[0])
    (by_name, *_) = server.primaries().values()
    free: list[tuple[str | int, ...]] = [("PING",), ("TIME",), ("SCAN", "0", "MATCH", key, "COUNT", 1)]
    free += [("EVAL", "return 1", 0), ("EVALSHA", "0" * 40, 0)]
    free += [("ASKING",)] if server.clustered else []
    free += [("WAIT", 0, 1)] if server.where.access.wait_replicas else []
    for words in free:
        try:
            by_name(*words)
        except Refused as refused:
            if _is_of_command(refused):
                yield str(words[0])


def _denied(server: RedisServer, *words: str | int) -> Literal["", "command", "key"]:
    try:
        server.command(*words)
    except Refused as refused:
        if refused.detail.startswith("NoPermissionError"):
            return "command" if _is_of_command(refused) else "key"
        if not refused.detail.startswith("ResponseError"):  # as of a key of another type
            raise
    return ""


def _is_of_command(refused: Refused) -> bool:
    """Other than of a key: "… permissions to access a key", or "one of the keys used as arguments"."""
    return refused.detail.startswith("NoPermissionError") and " to access " not in refused.detail
