"""`bridge customers pending`, `approve`, `reject`: what the bridge would not decide; and `migrate`."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bridge.cli.config_file import config_option
from bridge.cli.customer_options import (
    any_store_option,
    customer_map,
    customer_of,
    json_option,
    store_option,
    stores_of,
)

if TYPE_CHECKING:
    from bridge.domain.pending import PendingCase
    from bridge.wiring.customers import CustomerMap

_SHORTEST = 6  # characters of a reference


@click.command()
@any_store_option
@config_option
@click.option("--all", "with_rejected", is_flag=True, help="Rejected ones too.")
@json_option
def pending(store: str, config_path: Path | None, with_rejected: bool, as_json: bool) -> None:
    """Show the sign-ins that wait to be judged.

    They were refused until then. Newest first.

    Exit status: 0 shown, 1 Redis cannot be asked, 2 the configuration is unusable.
    """
    with customer_map(config_path) as opened:
        from bridge.cli.customer_words import case_json, case_text

        cases = [
            case
            for name in stores_of(opened, store)
            for case in (opened.pending.cases.all(name) if with_rejected else opened.pending.open(name))
        ]
    if as_json:
        click.echo(json.dumps([case_json(case) for case in cases], indent=2))
        return
    for case in cases:
        click.echo(case_text(case))
    if not cases:
        click.echo("Nothing waits to be judged.")


@click.command()
@click.argument("reference", metavar="REF")
@store_option
@config_option
@click.option("--customer", required=True, metavar="ID", help="Who the person is.")
@click.option(
    "--replace", is_flag=True, help="Take the customer away from whoever of the connection holds it."
)
@json_option
def approve(
    reference: str, store: str, config_path: Path | None, customer: str, replace: bool, as_json: bool
) -> None:
    """Link the person of case REF to a customer.

    They can sign in from now on. REF is what `pending` shows, or its beginning. With --replace the one
    who holds the customer now is unlinked, and signed out of the store: be sure that they are gone for
    good, or the same person.

    Exit status: 0 linked, 1 not, 2 the configuration is unusable.
    """
    with customer_map(config_path) as opened:
        from bridge.domain.customer import Customer

        customer_of(opened, store, customer)
        case = _case(opened, store, reference)
        identity = case.identity.digest
        holders = opened.links.holders(Customer(customer), store) if replace else ()
        for holder in holders:
            if holder.connection == case.connection and holder.identity != identity:
                opened.by_hand.unlink(store, holder.identity)
        opened.pending.approve(store, identity, Customer(customer), replacing=replace)
    if as_json:
        click.echo(json.dumps({"identity": identity, "customer": customer, "store": store}))
    else:
        click.echo(f"{identity} is linked to customer {customer} of {store}.")


@click.command()
@click.argument("reference", metavar="REF")
@store_option
@config_option
@json_option
def reject(reference: str, store: str, config_path: Path | None, as_json: bool) -> None:
    """Never ask about case REF again.

    The person stays refused, and is not put before you for a year.

    Exit status: 0 rejected, 1 there is no such case, 2 the configuration is unusable.
    """
    with customer_map(config_path) as opened:
        identity = _case(opened, store, reference).identity.digest
        opened.pending.reject(store, identity)
        opened.note("case_rejected", store=store, identity=identity)
    click.echo(json.dumps({"identity": identity, "store": store}) if as_json else f"{identity} is rejected.")


@click.command()
@config_option
@json_option
def migrate(config_path: Path | None, as_json: bool) -> None:
    """Move what older versions wrote.

    Links go to where they belong now, while sign-ins go on. Each of them is also moved by itself when its
    person signs in. Processes of the older version must have ended. May be repeated.

    Exit status: 0 all are moved, 1 some could not be, since another identity of the connection holds the
    customer by now; 2 the configuration is unusable.
    """
    with customer_map(config_path) as opened:
        moved, left = opened.links.migrate()
        opened.note("migrated", moved=str(moved), left=str(left))
    if as_json:
        click.echo(json.dumps({"moved": moved, "left": left}))
    else:
        click.echo(f"{moved:,} links moved, {left:,} left.")
    sys.exit(1 if left else 0)


def _case(opened: "CustomerMap", store: str, reference: str) -> "PendingCase":
    """The one case whose reference begins so. Raises `BadParameter`, `ClickException`."""
    from bridge.cli.customer_words import ref_of

    stores_of(opened, store)
    found: Sequence[PendingCase] = [
        case
        for case in opened.pending.cases.all(store)
        if ref_of(case).startswith(reference) or case.identity.digest.startswith(reference)
    ]
    if len(reference) < _SHORTEST or len(found) > 1:
        raise click.BadParameter("several cases may begin so: give more of it", param_hint="REF")
    if not found:
        raise click.ClickException(f"{store} has no such case; `bridge customers pending` lists them")
    return found[0]
