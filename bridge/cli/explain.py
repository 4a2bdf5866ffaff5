"""`bridge explain`: what happened in one sign-in, and what to do about it."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bridge.cli.config_file import config_option, settings_or_exit

if TYPE_CHECKING:
    from bridge.cli.explain_text import Setting
    from bridge.domain.decision import Account
    from bridge.settings import Settings
    from bridge.state.decision_reading import RedisDecisionRecords

_MOST = 1_000


@click.command()
@click.argument("reference", required=False, default="")
@config_option
@click.option("--last", type=click.IntRange(1, _MOST), metavar="N", help="List the newest N instead.")
@click.option("--connection", default="", metavar="NAME", help="With --last: of this connection only.")
@click.option("--store", default="", metavar="NAME", help="With --last: of this store only.")
@click.option("--refused", is_flag=True, help="With --last: refused ones only.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def explain(
    reference: str,
    config_path: Path | None,
    last: int | None,
    connection: str,
    store: str,
    refused: bool,
    as_json: bool,
) -> None:
    """Tell the story of the sign-in with this REFERENCE.

    The reference is on the page that the shopper saw and in every log line. Told are each step with its
    time, what was seen, why it ended, and the fix in that provider's or platform's own words; also of
    somebody who left for the provider and never came back.

    Exit status: 0 told, 1 nothing is known or Redis cannot be asked, 2 the configuration is unusable.
    """
    if bool(reference) == bool(last):
        raise click.UsageError("Say which: a REFERENCE, or --last N.")
    if reference and (connection or store or refused):
        raise click.UsageError("--connection, --store and --refused go with --last.")
    settings = settings_or_exit(config_path)
    from bridge.domain.refusal import Refused
    from bridge.state.decision_reading import RedisDecisionRecords
    from bridge.state.keys import Keys
    from bridge.wiring.redis import redis_server

    for table, name in ((settings.connections, connection), (settings.stores, store)):
        if name and name not in table:
            raise click.UsageError(f"There is no {name}; there are: {', '.join(table)}.")
    redis = redis_server(settings.redis)
    records = RedisDecisionRecords(redis, Keys(settings.redis.prefix))
    try:
        if last:
            _list(records, settings, last, connection, store, as_json=as_json, refused=refused)
        else:
            sys.exit(0 if _one(records, settings, reference, as_json=as_json) else 1)
    except Refused as error:
        raise click.ClickException(f"{error.reason.words.cause} ({error.detail})") from None
    finally:
        redis.close()


def _list(
    records: "RedisDecisionRecords",
    settings: "Settings",
    last: int,
    connection: str,
    store: str,
    *,
    as_json: bool,
    refused: bool,
) -> None:
    from bridge.cli.explain_text import as_document, as_line

    def wanted(account: "Account") -> bool:
        return (
            (not connection or account.connection == connection)
            and (not store or account.store == store)
            and (not refused or account.end == "refused")
        )

    found = records.latest(wanted, last)
    if as_json:
        told = [as_document(one, _setting(settings, one, "")) for one in found]
        click.echo(json.dumps(told, indent=2))
        return
    for one in found:
        click.echo(as_line(one))
    if not found:
        click.echo("No such sign-in is recorded.")


def _one(records: "RedisDecisionRecords", settings: "Settings", text: str, *, as_json: bool) -> bool:
    """Whether it is known."""
    from bridge.cli.explain_text import as_document, as_text
    from bridge.domain.decision import normal_reference

    reference = normal_reference(text)
    account, near = records.find(reference) if reference else (None, [])
    if account is None:
        _unknown(records, settings, reference, near, as_json=as_json)
        return False
    successor = records.successor(reference) if account.end == "away" else ""
    setting = _setting(settings, account, successor)
    if as_json:
        click.echo(json.dumps(as_document(account, setting), indent=2))
    else:
        click.echo(as_text(account, setting), nl=False)
    return True


def _unknown(
    records: "RedisDecisionRecords", settings: "Settings", reference: str, near: list[str], *, as_json: bool
) -> None:
    from bridge.domain.utc import utc

    oldest = records.oldest
    if as_json:
        told = {"reference": reference, "end": "unknown", "near": near, "oldest": oldest and utc(oldest)}
        click.echo(json.dumps(told, indent=2))
        return
    if not reference:
        click.echo("That is no reference: it has eight characters, such as 4f7k2m9q.")
        return
    click.echo(f"Nothing is recorded of {reference}.")
    if near:
        click.echo(f"- Was it one of these? {', '.join(near)}")
    if not settings.server.decisions:
        click.echo("- [server] decisions = 0: no records are written.")
    since = f"The oldest record is of {utc(oldest)}" if oldest else "There are no records at all"
    click.echo(f"- {since}; older ones are dropped ([server] decisions, decisions_days).")
    click.echo(f'- It may be of a bridge with another Redis or prefix (here "{settings.redis.prefix}").')
    click.echo("- The bridge's log has every reference, as long as logs are kept.")


def _setting(settings: "Settings", account: "Account", successor: str) -> "Setting":
    import time

    from bridge.cli.explain_text import Setting

    connection = settings.connections.get(account.connection)
    store = settings.stores.get(account.store)
    return Setting(
        make=connection.provider if connection else "",
        platform=store.platform if store else "",
        lifetime=settings.server.attempt_lifetime,
        now=time.time(),
        successor=successor,
    )
