"""`bridge customers block` and `unblock`: who may not sign in to a store, whatever the provider says."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bridge.cli.config_file import config_option
from bridge.cli.customer_options import (
    customer_map,
    customer_of,
    email_of,
    identity_of,
    json_option,
    one_of,
    store_option,
    stores_of,
    who_options,
)
from bridge.cli.customers_people import customer_option

if TYPE_CHECKING:
    from bridge.wiring.customers import CustomerMap

email_option = click.option(
    "--email", default="", metavar="ADDRESS", help="The one customer that an import noted under it."
)


def _customer(opened: "CustomerMap", store: str, customer: str, email: str) -> str:
    """The customer named, or noted under the address; an empty text for neither. Raises `BadParameter`."""
    if email:
        found = opened.links.known_by_email(email_of(email), store)
        if len(found) != 1:
            told = ", ".join(one.id for one in found) or "nobody"
            raise click.BadParameter(
                f"noted under this address: {told}; give --customer", param_hint="--email"
            )
        customer = found[0].id
    if customer:
        customer_of(opened, store, customer)
    return customer


@click.command()
@store_option
@config_option
@customer_option
@who_options
@email_option
@json_option
def block(
    store: str,
    config_path: Path | None,
    customer: str,
    issuer: str,
    subject: str,
    identity: str,
    email: str,
    as_json: bool,
) -> None:
    """Block a customer or an identity.

    From now on their sign-ins are refused, and their sessions end. A customer is blocked whoever holds
    it, now or later; an identity also where it has no customer.

    Exit status: 0 blocked, 1 Redis cannot be asked, 2 the configuration is unusable.
    """
    one_of(customer=customer, issuer=issuer or subject, identity=identity, email=email)
    with customer_map(config_path) as opened:
        from bridge.domain.customer import Customer

        stores_of(opened, store)
        customer = _customer(opened, store, customer, email)
        if customer:
            ended = opened.blocking.block_customer(Customer(customer), store)
        else:
            identity = identity_of(opened, issuer=issuer, subject=subject, identity=identity)
            ended = opened.blocking.block_identity(identity, store)
    who = f"Customer {customer}" if customer else identity
    told = {"store": store, "customer": customer, "identity": identity, "sessions": ended}
    click.echo(json.dumps(told) if as_json else f"{who} is blocked in {store}; {ended} sessions ended.")


@click.command()
@store_option
@config_option
@customer_option
@who_options
@email_option
@json_option
def unblock(
    store: str,
    config_path: Path | None,
    customer: str,
    issuer: str,
    subject: str,
    identity: str,
    email: str,
    as_json: bool,
) -> None:
    """Let a customer or an identity sign in again.

    An identity stays out as long as its customer is blocked, and the other way round.

    Exit status: 0 unblocked, 1 there was no such block, 2 the configuration is unusable.
    """
    one_of(customer=customer, issuer=issuer or subject, identity=identity, email=email)
    with customer_map(config_path) as opened:
        from bridge.domain.customer import Customer

        stores_of(opened, store)
        customer = _customer(opened, store, customer, email)
        if customer:
            known = opened.blocks.unblock_customer(Customer(customer), store)
        else:
            identity = identity_of(opened, issuer=issuer, subject=subject, identity=identity)
            known = opened.blocks.unblock_identity(identity, store)
    who = f"Customer {customer}" if customer else identity
    told = {"store": store, "customer": customer, "identity": identity, "unblocked": known}
    text = f"{who} is {'no longer' if known else 'not'} blocked in {store}."
    click.echo(json.dumps(told) if as_json else text)
    sys.exit(0 if known else 1)
