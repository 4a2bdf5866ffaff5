"""`bridge check` on Redis: each thing that would stop sign-ins or lose links, and what to do about it."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bridge.domain.deadline import Deadline
from bridge.domain.finding import Finding
from bridge.state.cluster import RedisCluster
from bridge.state.keys import Keys
from bridge.state.redis_check import RedisCheck
from bridge.state.server import RedisServer
from tests.journeys.process import quiet_port

from .servers import Process, until_true
from .several import Clustered, Watched


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    made = Process(tmp_path_factory.mktemp("alone")).start()
    yield made.await_pong()
    made.kill()


@pytest.fixture
def users(alone: Process) -> Iterator[Any]:
    """Makes an ACL user from rules; gone after the test."""

    def make(*rules: str) -> RedisServer:
        alone.ask("ACL", "SETUSER", "bridge", "reset", "on", ">pa,ss", *rules)
        return RedisServer(alone.url.replace("://", "://bridge:pa%2Css@"))

    yield make
    alone.ask("ACL", "DELUSER", "bridge")


def findings(server: RedisServer, now: Any = time.time) -> list[Finding]:
    found = list(RedisCheck(server, Keys("bridge"), now).check(Deadline(5, time.monotonic)))
    server.close()
    return found


def bad(server: RedisServer, now: Any = time.time) -> list[Finding]:
    return [finding for finding in findings(server, now) if finding.level != "ok"]


#: As docs/running-redis.md has it.
_BLOCK = (
    Path("docs/running-redis.md").read_text(encoding="utf-8").split("ACL SETUSER bridge")[1].split("```")[0]
)
RULE = [word for word in _BLOCK.split() if word[0] in "~+-&"]


class TestRights:
    def test_the_rule_of_the_docs_is_enough(self, users: Any, alone: Process) -> None:
        assert bad(users(*RULE)) == []
        assert not alone.ask("EXISTS", "bridge:probe"), "it leaves nothing behind"

    def test_each_command_that_is_missing_is_named(self, users: Any) -> None:
        (finding,) = bad(users(*RULE, "-hset", "-scan", "-eval", "-xdel"))
        assert finding.level == "failed"
        assert "the ACL user bridge may not run EVAL, HSET, SCAN, XDEL" in finding.message
        assert finding.remedy.startswith("ACL SETUSER bridge +eval +hset +scan +xdel")

    def test_a_missing_right_to_keys_is_named(self, users: Any) -> None:
        rule = [one for one in RULE if not one.startswith("~")]
        (finding,) = bad(users(*rule, "~other:*"))
        assert "may not touch keys under the prefix bridge" in finding.message
        assert finding.remedy.startswith("ACL SETUSER bridge ~bridge:*")

    def test_a_kind_of_keys_that_is_missing_is_named(self, users: Any) -> None:
        rule = [one for one in RULE if not one.startswith("~")]
        (finding,) = bad(users(*rule, "~bridge:[^l]*", "~bridge:l[^i]*"))
        assert "keys of the kinds links, link under the prefix" in finding.message

    def test_without_info_the_rest_is_checked(self, users: Any) -> None:
        (finding,) = bad(users(*RULE, "-info"))
        assert (finding.level, finding.remedy) == ("warning", "ACL SETUSER USER +info")

    def test_a_wrong_password_is_named(self, alone: Process) -> None:
        (finding,) = bad(RedisServer(alone.url.replace("://", "://bridge:no@")))
        assert finding.message.startswith("it does not know this user with this password")

    def test_a_missing_password_is_named(self, alone: Process) -> None:
        alone.ask("CONFIG", "SET", "requirepass", "x")
        try:
            (finding,) = bad(RedisServer(alone.url))
            assert finding.message.startswith("it wants a password")
        finally:
            alone.ask("CONFIG", "SET", "requirepass", "", password="x")


class TestServer:
    def test_a_replica_is_named(self, alone: Process) -> None:
        alone.ask("REPLICAOF", "127.0.0.1", 1)
        try:
            assert "it is a replica, which takes no writes" in [
                one.message for one in bad(RedisServer(alone.url))
            ]
        finally:
            alone.ask("REPLICAOF", "NO", "ONE")

    def test_a_memory_that_fills_is_named(self, alone: Process) -> None:
        alone.ask("SET", "ballast", "x" * 1_000_000)
        told = alone.ask("INFO", "memory")
        assert isinstance(told, dict)
        alone.ask("CONFIG", "SET", "maxmemory", int(int(told["used_memory"]) / 0.87))
        try:
            (finding,) = bad(RedisServer(alone.url))
            assert finding.level == "warning"
            assert "of maxmemory is used" in finding.message
            alone.ask("CONFIG", "SET", "maxmemory", int(told["used_memory"]) // 2)
            full = [one.message for one in bad(RedisServer(alone.url))]
            assert any("of maxmemory is used" in message for message in full)
            assert any(message.startswith("its memory is full") for message in full)
        finally:
            alone.ask("CONFIG", "SET", "maxmemory", 0)
            alone.ask("DEL", "ballast")

    def test_a_clock_that_differs_is_named(self, alone: Process) -> None:
        (finding,) = bad(RedisServer(alone.url), lambda: time.time() - 60)
        assert "its clock is 60 s ahead of this machine's" in finding.message

    def test_a_server_that_is_no_cluster_is_named(self, alone: Process) -> None:
        (finding,) = bad(RedisCluster(f"redis+cluster://{alone.place}"))
        assert finding.message.startswith("it is no Redis Cluster")

    def test_a_server_of_a_cluster_is_named(self, cluster: Clustered) -> None:
        found = [one.message for one in bad(RedisServer(cluster.primaries[0].url))]
        assert any(message.startswith("it is a server of a Redis Cluster") for message in found)


@pytest.mark.slow
class TestTopologies:
    def test_a_cluster(self, cluster: Clustered) -> None:
        found = findings(RedisCluster(cluster.url))
        assert [one.level for one in found].count("ok") == 4
        assert {one.message.partition(": ")[2] for one in found if one.level != "ok"} == {"has no replica"}

    def test_a_cluster_that_is_not_whole_is_named(self, tmp_path: Path) -> None:
        with Clustered(tmp_path, replicas=False) as made:
            made.primaries[0].ask("CLUSTER", "DELSLOTS", 1)
            until_true(lambda: not made.is_whole(made.primaries[0]))
            said = [one.message for one in findings(RedisCluster(made.url)) if one.level == "failed"]
            assert "cluster_state is fail, 16383 of 16384 slots are assigned" in said[0]
            assert said[-1].startswith("the Cluster is down")

    def test_sentinels(self, tmp_path: Path) -> None:
        with Watched(tmp_path) as watched:
            url = watched.url.replace("://", f"://127.0.0.1:{quiet_port()},")
            found = findings(RedisServer(url))
            said = [(one.level, one.message) for one in found if one.level != "ok"]
            assert [level for level, _ in said] == ["warning", "warning"]
            assert "does not answer" in said[0][1]
            assert said[1][1] == "min-replicas-to-write is not set"
            for sentinel in watched.sentinels[1:]:
                sentinel.kill()
            until_true(lambda: any(one.level == "failed" for one in findings(RedisServer(url))))
