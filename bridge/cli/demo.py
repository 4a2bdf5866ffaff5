"""`bridge demo`: the whole product on one machine, on loopback, with one address to open."""

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from bridge.demo.scene import Scene

DEFAULT_PORT = 8400
_START_LIMIT = 15.0  # seconds


@click.command()
@click.option(
    "--check", "checking", is_flag=True, help="Drive whole sign-ins headlessly and exit 0 only if all worked."
)
@click.option(
    "--port",
    type=click.IntRange(1, 65531),
    help=f"Of the store; its four successors are used too. [default: {DEFAULT_PORT}, or free ones]",
)
def demo(checking: bool, port: int | None) -> None:
    """Start everything on loopback and print one address to open.

    That is: a real Redis-compatible server, an identity provider with sample people, a store that
    enforces BigCommerce's rules, one that enforces Commerce Layer's, and the bridge. Ctrl-C stops
    them all.
    """
    import os

    from bridge.demo.redis_binary import NoRedisServer
    from bridge.demo.scene import Scene

    signal.signal(signal.SIGTERM, _stop)
    store_port, idp_port, bridge_port, europe_port, platform_port = _ports(port, checking=checking)
    try:
        with (
            Scene(
                bridge_port,
                idp_port=idp_port,
                store_port=store_port,
                europe_port=europe_port,
                platform_port=platform_port,
                environ=os.environ,
            ) as scene,
            _bridge(scene.config_path, bridge_port, quiet=checking),
        ):
            if checking:
                sys.exit(0 if scene.check(click.echo) else 1)
            _introduce(scene)
            while True:  # not signal.pause(): one that another thread is handed would never wake it
                time.sleep(0.5)
    except NoRedisServer as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{error.strerror or error}; choose other ports with --port") from None
    except KeyboardInterrupt:
        click.echo("\nStopped.")


def _introduce(scene: "Scene") -> None:
    click.echo(f"""
  Open   {click.style(f"{scene.store_url}/", bold=True)}

  store us           {scene.store_url}    a shop that enforces BigCommerce's rules
  store eu           {scene.europe.url}    a shop on a platform that enforces Commerce Layer's rules,
                     {scene.europe.platform_url}    where its testers' page is
  identity provider  {scene.idp_url}    sample people, with a tile for each store; faults at /faults
  bridge             {scene.bridge_url}    readiness at /readyz
                     {scene.companies_url}    the sign-in of a store of two companies:
                     try ada.lovelace@acme.example and eve@elsewhere.example
  redis              {scene.redis.source}
  configuration      {scene.config_path}

  Ctrl-C stops everything. The lines below are the bridge's log.
""")


@contextmanager
def _bridge(config: Path, port: int, *, quiet: bool) -> Iterator[None]:
    """`bridge serve`, as an operator would run it, ready for requests."""
    command = [sys.executable, "-m", "bridge", "serve", "--config", str(config), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL if quiet else None)  # noqa: S603 - our own
    try:
        _wait_until_ready(f"http://127.0.0.1:{port}/readyz", process)
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait_until_ready(url: str, process: "subprocess.Popen[bytes]") -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = time.monotonic() + _START_LIMIT
    while time.monotonic() < until:
        if process.poll() is not None:
            raise click.ClickException(f"the bridge ended at its start (exit {process.returncode})")
        try:
            with opener.open(url, timeout=2) as reply:
                if json.load(reply)["status"] == "ready":
                    return
        except (urllib.error.URLError, OSError, ValueError):
            time.sleep(0.05)
    raise click.ClickException("the bridge did not become ready")


def _ports(port: int | None, *, checking: bool) -> tuple[int, int, int, int, int]:
    """Of store, provider, bridge, second store and its platform.

    A check takes free ones, so that it can run beside a demo.
    """
    if port is not None:
        return port, port + 1, port + 2, port + 3, port + 4
    if not checking and all(_is_free(DEFAULT_PORT + one) for one in range(5)):
        return _ports(DEFAULT_PORT, checking=checking)
    return _free_port(), 0, _free_port(), 0, 0


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _stop(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
