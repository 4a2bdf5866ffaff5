"""`bridge sessions`: who is signed in through the bridge, and to end that."""

import json
import sys
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bridge.cli.config_file import config_option
from bridge.cli.customer_options import (
    any_store_option,
    confirm,
    customer_map,
    customer_of,
    identity_of,
    json_option,
    one_of,
    who_options,
    yes_option,
)

if TYPE_CHECKING:
    from bridge.flows.sessions_by_hand import Meant, SignedInSession
    from bridge.wiring.customers import CustomerMap

connection_option = click.option(
    "--connection", default="", metavar="NAME", help="Those that came through this connection."
)
customer_option = click.option(
    "--customer", default="", metavar="ID", help="The store's own id; with --store."
)


@click.group()
def sessions() -> None:
    """Who is signed in through the bridge."""


@sessions.command("list")
@any_store_option
@config_option
@connection_option
@customer_option
@who_options
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Show N at most; all by default.")
@json_option
def list_(
    store: str,
    config_path: Path | None,
    connection: str,
    customer: str,
    issuer: str,
    subject: str,
    identity: str,
    limit: int | None,
    as_json: bool,
) -> None:
    """Show who is signed in.

    Each session: its sid, as its storefront knows it, store, connection, customer and person; when it began
    and ends at the latest; when it ends where nobody uses it any more (session_idle); the provider's own id
    of its session. In no order. Sessions are shown as they are found, however many there are; of those that
    begin or end meanwhile some may be missed, and one may come twice.

    Exit status: 0 shown (or nobody is signed in), 1 Redis cannot be asked, 2 the configuration is unusable.
    """
    with customer_map(config_path) as opened:
        meant = _meant(opened, store, connection, customer, issuer, subject, identity)
        found = opened.sessions.tell(opened.sessions.find(meant))
        count = _show(islice(found, limit), as_json=as_json)
        if as_json:
            return
        click.echo(f"{count:,} session{'' if count == 1 else 's'}.{'' if count else _unknown(opened, meant)}")
        if count == limit:
            click.echo("There may be more: --limit.", err=True)


@sessions.command()
@any_store_option
@config_option
@click.option("--session", "sid", default="", metavar="SID", help="This one, as `list` and `/token` name it.")
@connection_option
@customer_option
@who_options
@click.option("--all", "everybody", is_flag=True, help="Everybody's; with --store.")
@click.option("--dry-run", is_flag=True, help="Show them, and end none.")
@yes_option
@json_option
def end(
    store: str,
    config_path: Path | None,
    sid: str,
    connection: str,
    customer: str,
    issuer: str,
    subject: str,
    identity: str,
    everybody: bool,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Sign people out.

    By session, person, customer, connection, or everybody of a store; --store and --connection narrow it
    down. Nothing is renewed or redeemed by these sessions from now on. Stores hear of it by their webhook
    (reason: operator), and what the platform gave is taken back, by a running bridge, within a second or
    so. At the provider nobody is signed out: whoever comes again may be back without a password. To keep
    somebody out, see `bridge customers block`; who signs in meanwhile stays, so repeat it.

    Exit status: 0 ended (or shown, with --dry-run), 1 there was no such session or Redis cannot be asked,
    2 the configuration is unusable.
    """
    if everybody and not store:
        raise click.UsageError("--all needs --store: one store at a time.")
    if not connection or sid or issuer or subject or identity or customer or everybody:
        one_of(
            session=sid, identity=identity, issuer=issuer or subject, customer=customer, all=everybody
        )  # or --connection alone
    with customer_map(config_path) as opened:
        meant = _meant(opened, store, connection, customer, issuer, subject, identity, sid)
        hand = opened.sessions
        if dry_run:
            count = _show(hand.tell(hand.find(meant)), as_json=as_json)
            told = f"{count:,} would end."
        else:
            count = sum(1 for _ in hand.find(meant))
            if count:
                confirm(f"End {count:,} session{'' if count == 1 else 's'}?", yes=yes)
                count = hand.end(hand.find(meant))
                opened.note(
                    "sessions_ended", count=str(count), store=meant.store, connection=meant.connection,
                    identity=meant.identity, customer=meant.customer,
                )  # fmt: skip
            told = f"{count:,} session{'' if count == 1 else 's'} ended."
            if as_json:
                click.echo(json.dumps({"ended": count}))
        if not as_json:
            click.echo(told if count else f"There is no such session.{_unknown(opened, meant)}")
    sys.exit(0 if count else 1)


def _meant(
    opened: "CustomerMap",
    store: str,
    connection: str,
    customer: str,
    issuer: str,
    subject: str,
    identity: str,
    sid: str = "",
) -> "Meant":
    """Raises `BadParameter`.

    Stores and connections need not be configured: of those that are no longer, sessions may be left.
    """
    from bridge.domain.session import SessionRef
    from bridge.flows.sessions_by_hand import Meant

    if customer:
        if issuer or subject or identity:
            raise click.UsageError("Say whom you mean in one way: --customer, --identity or --issuer.")
        if not store:
            raise click.UsageError("--customer needs --store: ids are the store's own.")
        customer_of(opened, store, customer)
    ref = SessionRef.parse(sid)
    if sid and ref is None:
        raise click.BadParameter("no sid as `list` prints it", param_hint="--session")
    return Meant(
        session=ref,
        identity=identity_of(opened, issuer=issuer, subject=subject, identity=identity),
        customer=customer,
        store=store,
        connection=connection,
    )


def _unknown(opened: "CustomerMap", meant: "Meant") -> str:
    """What may have been mistyped, where nothing was found."""
    connections = {one.name for ours in opened.connections.values() for one in ours}
    odd = [name for name, known in ((meant.store, opened.connections), (meant.connection, connections))
           if name and name not in known]  # fmt: skip
    return f" Not in the configuration: {', '.join(odd)}." if odd else ""


def _show(found: Iterable["SignedInSession"], *, as_json: bool) -> int:
    """Prints each as it comes, and returns how many they were."""
    import time

    from bridge.cli.session_words import session_json, session_text

    count = 0
    for one in found:
        if as_json:
            row = json.dumps(session_json(one, time.time()))
            click.echo(("[\n" if not count else ",\n") + row, nl=False)
        else:
            click.echo(session_text(one, time.time()))
        count += 1
    if as_json:
        click.echo("\n]" if count else "[]")
    return count
