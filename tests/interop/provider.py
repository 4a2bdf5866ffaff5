"""oidc-provider, running in a node process of the tests' own (provider.mjs)."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.interop.node import INSTALLED

Json = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """One request that a provider answered. `scheme` is that of the Authorization header."""

    route: str
    query: Mapping[str, str]
    body: Mapping[str, str]
    scheme: str
    dpop: bool
    encrypted: bool
    status: int
    fault: str


class NodeProcess:
    """Hosts any number of providers; ends with this process, however that ends."""

    def __init__(self, node: str, folder: Path) -> None:
        self._log = folder / "node.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [node, str(Path(__file__).with_name("provider.mjs")), str(INSTALLED)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )

    def tell(self, **command: Any) -> Json:
        """One command of provider.mjs, and its answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"node ended:\n{self._log.read_text()}"
        answer: Json = json.loads(line)
        assert "fault" not in answer, answer["fault"]
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._process.communicate(timeout=5)  # closes its input, which ends it
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()


class Provider:
    """One issuer. `told` as provider.mjs describes it."""

    def __init__(self, process: NodeProcess, told: Json) -> None:
        self._process = process
        self._told = told
        answer = process.tell(serve=told)
        self.issuer: str = answer["issuer"]
        self._port: int = answer["port"]

    def change(self, **told: Any) -> None:
        """The same issuer, from now on with other keys, say."""
        self._told = {**self._told, **told}
        self._process.tell(serve={**self._told, "port": self._port})

    def asked(self) -> list[Asked]:
        """Every request since the last look."""
        return [Asked(**one) for one in self._process.tell(heard=self._port)["heard"]]
