"""Who can be measured: the bridge, and what a contender is."""

import shutil
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.certificates import AUTHORITY
from bench.configuration import configuration
from bench.journey import Plan
from bench.links import link_shoppers
from bench.processes import free_port, run, wait_for

#: Where Apache is, and a user need not look.
_SBIN = "/usr/local/sbin:/usr/sbin:/sbin"
SERVE = f"{sys.executable} -m bridge serve --config {{config}} --port {{port}}"


@dataclass(frozen=True)
class Ground:
    """What stands before any contender does."""

    stack: ExitStack  # with it everything ends
    folder: Path
    redis: str  # URL
    provider: int  # port
    tls: Path | None  # the folder of the provider's certificates, when it speaks TLS
    shoppers: int  # the most at once

    @property
    def issuer(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.provider}"

    def plan(self, start: str, arrives: str = "") -> Plan:
        return Plan(start, f"{self.issuer}/authorize", arrives)


@dataclass(frozen=True)
class Contender:
    """A relying party that runs; its cost is that of process `pid` and its descendants."""

    name: str
    pid: int  # 0: unknown, CPU and memory are not told
    plan: Plan


def start_bridge(ground: Ground, serve: str = SERVE, name: str = "bridge") -> Contender:
    """`serve` is the command; {config} and {port} are filled in."""
    port = free_port()
    config = ground.folder / f"{name}-{port}.toml"
    authority = ground.tls / AUTHORITY if ground.tls else None
    config.write_text(configuration(port, ground.redis, {"bench": ground.issuer}, authority))
    link_shoppers(ground.redis, "bench", ground.issuer, ground.shoppers)
    process = run(ground.stack, config, *serve.format(config=config, port=port).split())
    wait_for(process, port)
    plan = ground.plan(f"http://127.0.0.1:{port}/login/bench?return_to=/cart", "/login/token/")
    return Contender(name, process.pid, plan)


def executable(name: str) -> str:
    """Raises `RuntimeError` when it is not installed."""
    found = shutil.which(name) or shutil.which(name, path=_SBIN)
    if not found:
        raise RuntimeError(f"{name} is not installed here; see bench/README.md")
    return found
