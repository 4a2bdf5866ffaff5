"""A primary with replicas and Sentinels, and a Cluster, made as an operator makes them."""

from pathlib import Path
from types import TracebackType
from typing import Any, Self

from redis.crc import key_slot

from tests.journeys.process import quiet_port

from .servers import Process, until_true

SLOTS = 16384
#: Milliseconds after which a silent server counts as down.
DOWN_AFTER = 1000


class _Several:
    processes: list[Process]

    def stop(self) -> None:
        for process in self.processes:
            process.kill()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class Watched(_Several):
    """A primary, two replicas, and three Sentinels that call it `main`."""

    def __init__(
        self,
        folder: Path,
        binary: str = "",
        *,
        sentinel_password: str = "",
        tls: dict[str, Any] | None = None,
    ) -> None:
        secured = tls or {}
        self.processes = []
        try:
            self.primary = self._server(folder, binary, secured)
            self.replicas = [
                self._server(folder, binary, secured, replicaof=f"127.0.0.1 {self.primary.port}")
                for _ in range(2)
            ]
            lines = f"sentinel monitor main 127.0.0.1 {self.primary.port} 2\n"
            lines += f"sentinel down-after-milliseconds main {DOWN_AFTER}\n"
            lines += "sentinel failover-timeout main 3000\nsentinel parallel-syncs main 2\n"
            lines += f"requirepass {sentinel_password}\n" if sentinel_password else ""
            self._password = {"password": sentinel_password} if sentinel_password else {}
            self.sentinels = [
                Process(folder, binary, sentinel=True, lines=lines, **secured).start() for _ in range(3)
            ]
            self.processes += self.sentinels
            for replica in self.replicas:
                until_true(lambda replica=replica: _info(replica)["master_link_status"] == "up")
            until_true(lambda: all(self.know_each_other(one) for one in self.sentinels))
        except BaseException:
            self.stop()
            raise

    def _server(self, folder: Path, binary: str, tls: dict[str, Any], **options: Any) -> Process:
        server = Process(folder, binary, **tls, **options).start()
        self.processes.append(server)
        return server.await_pong()

    def know_each_other(self, sentinel: Process) -> bool:
        flat: Any = sentinel.ask("SENTINEL", "MASTER", "main", **self._password)
        told = flat if isinstance(flat, dict) else dict(zip(flat[::2], flat[1::2], strict=True))
        return int(told["num-other-sentinels"]) == 2 and int(told["num-slaves"]) == 2

    @property
    def url(self) -> str:
        return f"redis+sentinel://{','.join(one.place for one in self.sentinels)}/main/0"


class Clustered(_Several):
    """Three primaries with a third of the slots each, and a replica of each."""

    def __init__(
        self, folder: Path, binary: str = "", *, replicas: bool = True, tls: dict[str, Any] | None = None
    ) -> None:
        self.processes = []
        options: dict[str, Any] = {"cluster_enabled": "yes", "cluster_node_timeout": str(DOWN_AFTER)}
        # Fewer than is usual, for a quick start; a replica that lags is no reason to wait here.
        options |= {"cluster_replica_validity_factor": "0", **(tls or {})}
        try:
            for _ in range(6 if replicas else 3):
                # Not its port and 10,000, which an outgoing connection may have.
                made = Process(folder, binary, cluster_port=str(quiet_port()), **options)
                self.processes.append(made.start())
            for process in self.processes:
                process.await_pong()
            self.primaries, self.replicas = self.processes[:3], self.processes[3:]
            self._meet()
        except BaseException:
            self.stop()
            raise

    def _meet(self) -> None:
        for number, primary in enumerate(self.primaries):
            first, last = SLOTS * number // 3, SLOTS * (number + 1) // 3 - 1
            primary.ask("CLUSTER", "ADDSLOTSRANGE", first, last)
            primary.ask("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
        for one in self.processes[1:]:
            self.processes[0].ask("CLUSTER", "MEET", "127.0.0.1", one.port, one.bus)
        until_true(lambda: all(self._known(one) == len(self.processes) for one in self.processes))
        for primary, replica in zip(self.primaries, self.replicas, strict=False):
            replica.ask("CLUSTER", "REPLICATE", str(primary.ask("CLUSTER", "MYID")))
        until_true(lambda: all(self.is_whole(one) for one in self.processes))
        for replica in self.replicas:
            until_true(lambda replica=replica: _info(replica).get("master_link_status") == "up")

    def _known(self, one: Process) -> int:
        text = str(one.ask("CLUSTER", "NODES"))
        return text.count("127.0.0.1:") if "handshake" not in text else 0

    def is_whole(self, one: Process) -> bool:
        return "'cluster_state': 'ok'" in str(one.ask("CLUSTER", "INFO")) or "cluster_state:ok" in str(
            one.ask("CLUSTER", "INFO")
        )

    def of(self, key: str) -> Process:
        """The primary that was given a key's slot at first."""
        return self.primaries[min(key_slot(key.encode()) * 3 // SLOTS, 2)]

    @property
    def url(self) -> str:
        return f"redis+cluster://{','.join(one.place for one in self.processes[:2])}"


def _info(process: Process) -> dict[str, Any]:
    told = process.ask("INFO", "replication")
    assert isinstance(told, dict)
    return told
