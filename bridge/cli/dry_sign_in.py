"""`bridge connections test`: a whole sign-in with a person at a browser, and nobody signed in by it."""

import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bridge.cli.check import show
from bridge.cli.config_file import config_option, settings_or_exit

if TYPE_CHECKING:
    from bridge.cli.dry_report import Report
    from bridge.domain.callback import Callback
    from bridge.settings import Settings
    from bridge.wiring.bridge import Bridge

_POLL = 0.25  # seconds
_DOUBT = 20  # seconds after which it is said what may be wrong
_LIMIT = 10.0  # seconds for one provider or one store


@click.command(name="test")
@click.argument("name")
@config_option
@click.option("--store", help="Ask what this store would do; by default each that has the connection.")
@click.option(
    "--timeout",
    type=click.IntRange(10, 3600),
    default=300,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for the sign-in.",
)
@click.option("--no-browser", is_flag=True, help="Try the client's credentials only; wait for nobody.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON; the address goes to stderr.")
def test_connection(
    name: str, config_path: Path | None, store: str | None, timeout: int, no_browser: bool, as_json: bool
) -> None:
    """Sign in through connection NAME without signing anybody in.

    Prints an address to open in a browser, waits for the answer, and shows what came: the claims, each
    check in its order, the clock, which secret was accepted, and what each store would do with this
    person. Nothing is written: no session, no link, no customer. The answer goes to the bridge that runs
    at public_url, by the same configuration and Redis as this command.

    Whoever opens the address has their claims shown here: give it to nobody who does not know that.

    Exit status: 0 good, 1 refused, failed or nobody came, 2 the configuration is unusable.
    """
    settings = settings_or_exit(config_path)
    stores = _stores(settings, name, store)
    from bridge.cli.dry_report import as_document, as_text

    run = _Run(settings, name, timeout, quiet=as_json)
    report = run.credentials()
    if report.good and not no_browser:
        try:
            run.sign_in(report, stores)
        finally:
            run.end()
    if as_json:
        click.echo(json.dumps(as_document(report), indent=2))
    else:
        click.echo(as_text(report), nl=False)
    sys.exit(0 if report.good else 1)


def _stores(settings: "Settings", name: str, store: str | None) -> list[str]:
    if name not in settings.connections:
        known = ", ".join(settings.connections)
        raise click.BadParameter(f"no such connection; there are: {known}", param_hint="NAME")
    having = [one for one, given in settings.stores.items() if name in given.connections]
    if store is not None and store not in having:
        known = ", ".join(having) or "none"
        raise click.BadParameter(f"not a store of {name}; there are: {known}", param_hint="--store")
    return having if store is None else [store]


class _Run:
    """One test, step by step. `quiet`: standard output is for JSON alone."""

    def __init__(self, settings: "Settings", name: str, timeout: int, *, quiet: bool) -> None:
        import time

        from bridge.idp.dry_provider import DryProvider
        from bridge.wiring.bridge import wire

        self._bridge: Bridge = wire(
            settings, now=time.time, monotonic=time.monotonic, pause=time.sleep, provider=DryProvider
        )
        self._pause = time.sleep
        self._name = name
        self._timeout = timeout
        self._quiet = quiet
        self._state = ""

    def credentials(self) -> "Report":
        """Whether the provider knows us, before anybody is sent there."""
        from bridge.cli.dry_report import Report
        from bridge.domain.deadline import Deadline
        from bridge.domain.refusal import Refused
        from bridge.idp.check_credentials import credential_findings

        provider = self._bridge.providers[self._name]
        report = Report(self._name)
        deadline = Deadline(_LIMIT, self._bridge.monotonic)
        try:
            tried = provider.try_credentials(deadline)
            metadata = provider.published.metadata.get(deadline)
        except Refused as refused:
            report.refused = refused
            return report
        subject = f"connections.{self._name}"
        report.findings = list(credential_findings(provider.connection, tried, metadata, subject))
        for finding in () if self._quiet else report.findings:
            show(finding)
        return report

    def sign_in(self, report: "Report", stores: list[str]) -> None:
        """Fills in `report`, as far as it comes."""
        from bridge.domain.deadline import Deadline
        from bridge.domain.refusal import Refused
        from bridge.flows.dry_mapping import foresee
        from bridge.idp.client_auth import credentials
        from bridge.idp.dry_provider import DryProvider

        bridge, provider = self._bridge, self._bridge.providers[self._name]
        assert isinstance(provider, DryProvider)
        try:
            deadline = Deadline(_LIMIT, bridge.monotonic)
            attempt, url = bridge.dry_sign_in.begin(self._name, self._timeout, deadline)
            self._state = attempt.state
            self._invite(url)
            answer = self._answer()
            if answer is None:
                report.timed_out = self._timeout
                return
            verified = provider.redeem(attempt, answer, Deadline(_LIMIT, bridge.monotonic))
        except Refused as refused:
            report.refused = refused
        else:
            report.stores = [
                foresee(
                    bridge.sign_in.customers,
                    attempt,
                    verified.identity,
                    store,
                    Deadline(_LIMIT, bridge.monotonic),
                )
                for store in stores
            ]
        report.credentials = len(credentials(provider.connection))
        report.clock_ahead = provider.calls.clock_ahead
        report.seen = getattr(provider, "seen", None)  # nobody may have come

    def end(self) -> None:
        """However it ended: an answer that comes later finds nobody."""
        from bridge.domain.refusal import Refused

        if self._state:
            with suppress(Refused):
                self._bridge.dry_sign_in.dry_sign_ins.forget(self._state)

    def _invite(self, url: str) -> None:
        connection = self._bridge.providers[self._name].connection
        brief = " The provider keeps such an address for a minute or so." if "request_uri=" in url else ""
        click.echo(
            f"Open this address in a browser, and sign in there within {self._timeout} s.{brief}\n\n{url}\n\n"
            f"Waiting for the answer at {connection.redirect_uri} (Ctrl-C ends the test) ...",
            err=self._quiet,
        )

    def _answer(self) -> "Callback | None":
        bridge, began, doubted = self._bridge, self._bridge.monotonic(), False
        while (waited := bridge.monotonic() - began) < self._timeout:
            answer = bridge.dry_sign_in.dry_sign_ins.collect(self._state)
            if answer is not None:
                return answer
            if waited > _DOUBT and not doubted:
                doubted = True
                click.echo(
                    "Nothing has come yet. If you have signed in already: a bridge of this version must be"
                    f" running at {bridge.settings.server.public_url}, with this configuration and Redis,"
                    " and the redirect URI above must be registered at the provider.",
                    err=True,
                )
            self._pause(_POLL)
        return None
