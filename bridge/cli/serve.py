"""`bridge serve`: the production server."""

import os
import signal
import socket
from functools import partial
from pathlib import Path

import click

from bridge.cli.config_file import config_option, settings_or_exit, usable_settings


@click.command()
@config_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes.")
def serve(config_path: Path | None, host: str, port: int, workers: int) -> None:
    """Serve sign-ins; on SIGTERM finish those in flight and exit 0.

    A changed configuration is taken up within seconds, and at once on SIGHUP; one that cannot be used is
    logged and changes nothing.
    """
    settings = settings_or_exit(config_path)
    import logging

    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings

    from bridge.cli.server import Server
    from bridge.settings.live import LiveSettings
    from bridge.web.bounds import HEAD_BUFFER, HEAD_LIMIT
    from bridge.web.logs import LOGGER, start_logging
    from bridge.web.worker import SERVER, open_files

    path = Path(str(config_path))
    live = LiveSettings(path, settings, partial(usable_settings, path))
    _check_free(host, port)
    start_logging(settings.server.log_level)
    log = logging.getLogger(LOGGER)
    if settings.server.development:
        log.warning("development_mode", extra={"detail": "http is allowed, cookies lose Secure"})
    os.environ["BRIDGE_CONFIG"] = str(config_path)
    os.environ[SERVER] = str(os.getpid())
    # A worker inherits our handlers and would swallow a signal that comes before it set its own; a new
    # configuration it has by then.
    for number, until_then in (
        (signal.SIGTERM, signal.SIG_DFL), (signal.SIGINT, signal.SIG_DFL), (signal.SIGHUP, signal.SIG_IGN),
    ):  # fmt: skip
        os.register_at_fork(after_in_child=partial(signal.signal, number, until_then))
    log.info("serving", extra={"address": f"http://{host}:{port}", "workers": workers})
    Server(
        live,
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        workers=workers,
        websockets=False,
        # Proxies speak HTTP/1.1 to what stands behind them, and by h2c one connection would be many.
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEAD_LIMIT * 1000, max_buffer_size=HEAD_BUFFER),
        log_enabled=False,
        log_access=False,
        respawn_failed_workers=True,
        workers_kill_timeout=12,
        # Connections that a worker keeps open, idle ones too. The server's own limit is 1,024 divided by the
        # workers: one machine holds as many with no effort, and then nobody else gets in. Half of the files,
        # since each may ask a provider meanwhile.
        backpressure=open_files() // 2,
    ).serve_gateway()


def _check_free(host: str, port: int) -> None:
    """The workers share their port among themselves, so it must be nobody else's, not even a bridge's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise click.ClickException(
            f"cannot listen on {host}:{port}: {error.strerror or error}; choose another --host or --port"
        ) from None
