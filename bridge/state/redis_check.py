"""A check-up of Redis: what would refuse sign-ins, or lose what must not be lost."""

from collections.abc import Callable, Iterator
from typing import Any

from bridge.domain.deadline import Deadline
from bridge.domain.finding import Finding
from bridge.domain.refusal import Refused
from bridge.state.keys import Keys
from bridge.state.redis_rights import rights_check
from bridge.state.redis_topology import cluster_check, sentinel_check
from bridge.state.redis_troubles import trouble_of
from bridge.state.server import RedisServer

#: Streams, GETDEL, and ACLs that name sub-commands.
OLDEST = (6, 2)
#: Seconds by which a server's clock may differ: claims on customers are timed by it.
SKEW = 5
_FULL, _FILLING = 0.95, 0.8  # of its memory
_LOST = "After a crash the newest links are gone: those people may get a second customer."


class RedisCheck:
    """See `Checked` in `bridge.flows.check_up`."""

    subject = "redis"

    def __init__(self, server: RedisServer, keys: Keys, now: Callable[[], float]) -> None:
        self._server = server
        self._keys = keys
        self._now = now

    def check(self, _deadline: Deadline) -> Iterator[Finding]:
        """Every server is asked about itself; one key is written and taken away."""
        try:
            primaries = self._server.primaries()
            told = [(name, _info(command), command("TIME")) for name, command in primaries.items()]
        except Refused as refused:
            trouble = trouble_of(refused, self.subject, tls=self._server.where.access.tls)
            if trouble is None:
                raise
            yield trouble
            return
        for name, about, time in told:
            where = f"{name}: " if len(told) > 1 else ""
            yield from self._one(where, about)
            yield from self._clock(where, time[0] + time[1] / 1e6)
        yield from self._way()
        if self._server.where.kind == "sentinel":
            yield from sentinel_check(self._server.where, told[0][1], self.subject)
        if self._server.clustered:
            yield from cluster_check(primaries, self.subject)
        try:
            yield from rights_check(self._server, self._keys, self.subject)
        except Refused as refused:
            trouble = trouble_of(refused, self.subject, tls=self._server.where.access.tls)
            if trouble is None:
                raise
            yield trouble

    def _one(self, where: str, about: dict[str, str]) -> Iterator[Finding]:
        if not about:
            yield Finding(
                "warning",
                self.subject,
                f"{where}it answers, and INFO is not allowed",
                "ACL SETUSER USER +info",
                "Version, role, persistence and memory cannot be checked.",
            )
            return
        version = about.get("redis_version", "")
        name = f"Valkey {about['valkey_version']}" if "valkey_version" in about else f"Redis {version}"
        if _numbers(version) < OLDEST:
            yield Finding(
                "failed",
                self.subject,
                f"{where}{name} is too old",
                "Use Redis from 6.2, or Valkey.",
                "Commands that the bridge sends are missing in it.",
            )
        else:
            yield Finding("ok", self.subject, f"{where}answers ({name})")
        if about.get("role", "master") != "master":
            yield Finding(
                "failed",
                self.subject,
                f"{where}it is a replica, which takes no writes",
                "Give the primary's address, or the Sentinels' as"
                " redis+sentinel://HOST:26379,HOST:26379/NAME/0.",
                "Nobody can sign in.",
            )
        yield from self._memory(where, about)
        yield from self._persistence(where, about)

    def _memory(self, where: str, about: dict[str, str]) -> Iterator[Finding]:
        policy = about.get("maxmemory_policy", "noeviction")
        if policy.startswith("allkeys"):
            yield Finding(
                "failed",
                self.subject,
                f"{where}maxmemory-policy is {policy}",
                "Set maxmemory-policy noeviction, or volatile-ttl.",
                "Links are lost under memory pressure: those people may get a second customer.",
            )
        limit = int(about.get("maxmemory", "0") or 0)
        whole = limit or int(about.get("total_system_memory", "0") or 0)
        used = int(about.get("used_memory", "0") or 0)
        filled = used / whole if whole else 0
        if filled > _FILLING:
            of_what = "maxmemory" if limit else "the machine's memory"
            yield Finding(
                "failed" if filled > _FULL else "warning",
                self.subject,
                f"{where}{filled:.0%} of {of_what} is used",
                "Raise maxmemory or take a larger machine; docs/deploying.md tells what links cost.",
                "When it is full, writes are refused (OOM), and so are sign-ins.",
            )

    def _persistence(self, where: str, about: dict[str, str]) -> Iterator[Finding]:
        if about.get("aof_enabled") == "0":
            yield Finding(
                "warning",
                self.subject,
                f"{where}the append-only file is off",
                "Set appendonly yes (and appendfsync everysec).",
                _LOST,
            )
        if about.get("aof_enabled") == "1" and about.get("aof_last_write_status", "ok") != "ok":
            yield Finding(
                "failed",
                self.subject,
                f"{where}the append-only file cannot be written",
                "Make room on its disk; its log tells why.",
                "Writes are refused (MISCONF), and so are sign-ins.",
            )
        if about.get("rdb_last_bgsave_status", "ok") != "ok":
            yield Finding(
                "warning",
                self.subject,
                f"{where}its last snapshot failed",
                "Make room on its disk, allow memory for the fork (vm.overcommit_memory = 1); see its log.",
                "With stop-writes-on-bgsave-error it refuses writes (MISCONF), and so sign-ins are.",
            )

    def _clock(self, where: str, told: float) -> Iterator[Finding]:
        off = told - self._now()
        if abs(off) > SKEW:
            yield Finding(
                "warning",
                self.subject,
                f"{where}its clock is {abs(off):.0f} s {'ahead of' if off > 0 else 'behind'} this machine's",
                "Have both set by NTP (chronyc tracking, timedatectl).",
                "Claims on customers are timed by it; on a Cluster its servers' clocks must agree.",
            )

    def _way(self) -> Iterator[Finding]:
        where = self._server.where
        if where.is_local or where.access.tls:
            return
        yield Finding(
            "warning",
            self.subject,
            "the way to it is not encrypted",
            "Write rediss:// (or set redis.tls = true), or keep it on a network of its own.",
            "Who listens there reads the password, and who signs in.",
        )
        if not where.password:
            yield Finding(
                "warning",
                self.subject,
                "it takes commands without a password",
                "Make an ACL user (docs/running-redis.md), and write USER:PASSWORD@ in redis.url.",
                "Whoever reaches it can link any identity to any customer.",
            )


def _info(command: Callable[..., Any]) -> dict[str, str]:
    try:
        info = command("INFO")
    except Refused as refused:
        if refused.detail.startswith("NoPermissionError"):
            return {}
        raise
    return {str(name): str(value) for name, value in info.items()} if isinstance(info, dict) else {}


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit()) or OLDEST
