"""One server that refuses what a Redis Cluster would: a command or script whose keys are in two slots."""

from typing import Any

from redis.crc import key_slot

from bridge.state.server import RedisServer, Script


class OneSlotServer(RedisServer):
    """Scripts may not touch keys that they were not given, other than further hashes of a part."""

    clustered = True

    def run(self, script: Script, keys: tuple[str, ...], *arguments: str | int) -> Any:
        assert len({key_slot(key.encode()) for key in keys}) == 1, keys
        return super().run(script, keys, *arguments)

    def run_many(self, script: Script, calls: Any) -> list[Any]:
        for keys, _ in calls:
            assert len({key_slot(key.encode()) for key in keys}) == 1, keys
        return super().run_many(script, calls)
