"""What Redis is asked, counted by itself."""

from pathlib import Path

import redis

from bench.redis_traffic import watch
from bridge.demo.redis_server import start_redis


def test_commands_calls_of_scripts_and_round_trips_are_told_apart(tmp_path: Path) -> None:
    with start_redis(tmp_path) as server:
        watching, asking = (redis.Redis.from_url(server.url) for _ in range(2))
        asking.ping()

        def ask() -> None:
            for _ in range(10):
                asking.get("one")
            for _ in range(5):
                pipeline = asking.pipeline(transaction=False)
                for _ in range(4):
                    pipeline.set("one", 1)
                pipeline.execute()
            for _ in range(3):
                asking.eval("for i = 1, 7 do redis.call('get', 'one') end", 0)

        assert watch(watching, ask) == {"sent": 33, "called": 21, "reads": 18}
        assert not watch(watching, lambda: None).total()
        watching.close()
        asking.close()
