"""`bridge customers show`, `link`, `unlink`, `erase`: one person at a time."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from bridge.cli.config_file import config_option
from bridge.cli.customer_options import (
    any_store_option,
    confirm,
    connection_option,
    customer_map,
    customer_of,
    email_of,
    identity_of,
    json_option,
    one_of,
    store_option,
    stores_of,
    who_options,
    yes_option,
)

customer_option = click.option("--customer", default="", metavar="ID", help="The store's own id.")


@click.command()
@store_option
@config_option
@customer_option
@who_options
@click.option("--email", default="", metavar="ADDRESS", help="Of customers imported with an address only.")
@json_option
def show(
    store: str,
    config_path: Path | None,
    customer: str,
    issuer: str,
    subject: str,
    identity: str,
    email: str,
    as_json: bool,
) -> None:
    """Show a customer: links, sessions, cases.

    What proved each link, and when; cases that wait for the operator.

    Exit status: 0 something is known, 1 nothing is, 2 the configuration is unusable.
    """
    one_of(customer=customer, issuer=issuer or subject, identity=identity, email=email)
    with customer_map(config_path) as opened:
        from bridge.cli.customer_words import about_json, about_text

        stores_of(opened, store)
        hand = opened.by_hand
        if customer:
            found = [hand.about_customer(store, customer_of(opened, store, customer))]
        elif email:
            found = hand.about_email(store, email_of(email))
        else:
            digest = identity_of(opened, issuer=issuer, subject=subject, identity=identity)
            found = [hand.about_identity(store, digest)]
    if as_json:
        click.echo(json.dumps([about_json(one) for one in found], indent=2))
    else:
        for one in found:
            click.echo(about_text(one))
        if not found:
            click.echo("No customer is noted under this address.")
    # An address that is noted is something known, though nobody be linked yet.
    sys.exit(0 if (email and found) or any(one.anything for one in found) else 1)


@click.command()
@store_option
@config_option
@click.option("--customer", required=True, metavar="ID", help="The store's own id.")
@who_options
@connection_option
@click.option("--replace", is_flag=True, help="Unlink what stands in the way first.")
@json_option
def link(
    store: str,
    config_path: Path | None,
    customer: str,
    issuer: str,
    subject: str,
    identity: str,
    connection: str,
    replace: bool,
    as_json: bool,
) -> None:
    """Link an identity to a customer.

    On your own word (evidence: operator). Refused where the identity is linked to another customer, or
    another identity of the connection holds the customer: both might be somebody else. With --replace
    they are unlinked, and signed out of the store.

    Exit status: 0 linked, 1 not, 2 the configuration is unusable.
    """
    one_of(issuer=issuer or subject, identity=identity)
    with customer_map(config_path) as opened:
        from bridge.domain.link_rows import LinkRow
        from bridge.flows.customer_rows import COLUMNS, RowFault, RowReader

        customer_of(opened, store, customer)
        reader = RowReader(
            opened.connections[store], default="", now=0,
            is_customer_id=opened.customer_ids[store], email_digest=opened.email_digest,
        )  # fmt: skip
        given = {
            "customer_id": customer, "issuer": issuer, "subject": subject, "identity": identity,
            "connection": connection,
        }  # fmt: skip
        try:
            row = reader.read([given.get(name, "") for name in COLUMNS])
        except RowFault as fault:
            raise click.UsageError(fault.message) from None
        assert isinstance(row, LinkRow)  # no address was given
        new = opened.by_hand.link(store, row, replacing=replace)
    if as_json:
        click.echo(json.dumps({"identity": row.identity, "connection": row.connection, "new": new}))
    else:
        done = "is linked to" if new else "was linked already to"
        click.echo(f"{row.identity} ({row.connection}) {done} customer {customer} of {store}.")


@click.command()
@store_option
@config_option
@customer_option
@who_options
@connection_option
@yes_option
@json_option
def unlink(
    store: str,
    config_path: Path | None,
    customer: str,
    issuer: str,
    subject: str,
    identity: str,
    connection: str,
    yes: bool,
    as_json: bool,
) -> None:
    """Take a link away.

    The person's sessions in the store end. With --customer all links of the customer, or that of
    --connection only. At the next sign-in the person is linked anew, by what the store's policy takes for
    proof.

    Exit status: 0 unlinked, 1 there was no link, 2 the configuration is unusable.
    """
    one_of(customer=customer, issuer=issuer or subject, identity=identity)
    if connection and not customer:
        raise click.UsageError("--connection goes with --customer.")
    with customer_map(config_path) as opened:
        stores_of(opened, store)
        if customer:
            customer_of(opened, store, customer)
            confirm(f"Unlink customer {customer} of {store}?", yes=yes)
            held = opened.by_hand.about_customer(store, customer).links
            identities = [one.identity for one in held if connection in ("", one.connection)]
        else:
            digest = identity_of(opened, issuer=issuer, subject=subject, identity=identity)
            confirm(f"Unlink {digest} in {store}?", yes=yes)
            identities = [digest]
        gone = []
        for one in identities:
            whose = opened.by_hand.unlink(store, one)
            if whose is not None:
                gone.append({"identity": one, "customer": whose.id})
    if as_json:
        click.echo(json.dumps(gone, indent=2))
    else:
        for pair in gone:
            click.echo(f"{pair['identity']} is no longer linked to customer {pair['customer']} of {store}.")
        if not gone:
            click.echo("There was no such link.")
    sys.exit(0 if gone else 1)


@click.command()
@any_store_option
@config_option
@click.option("--customer", default="", metavar="ID", help="The store's own id; with --store.")
@who_options
@click.option("--email", default="", metavar="ADDRESS", help="The customer noted under it.")
@yes_option
@json_option
def erase(
    store: str,
    config_path: Path | None,
    customer: str,
    issuer: str,
    subject: str,
    identity: str,
    email: str,
    yes: bool,
    as_json: bool,
) -> None:
    """Forget a person everywhere.

    That is: links, addresses, sessions, codes, cases, audit events; of all stores or of one. The person
    is all identities of the customer, and all customers of these. At the platform and at the provider
    nothing is erased; who signs in again is a new person here. Blocks stay. May be repeated.

    Exit status: 0 forgotten (or nothing was known), 1 not, 2 the configuration is unusable.
    """
    one_of(customer=customer, issuer=issuer or subject, identity=identity, email=email)
    if customer and not store:
        raise click.UsageError("--customer needs --store: ids are the store's own.")
    with customer_map(config_path) as opened:
        from bridge.cli.customer_words import forgotten_text

        stores = stores_of(opened, store)
        if customer:
            customer_of(opened, store, customer)
        digest = identity_of(opened, issuer=issuer, subject=subject, identity=identity)
        address = email_of(email) if email else ""
        person = opened.erasing.person(stores, customer=customer, identity=digest, email=address)
        count = len(person.customers)
        confirm(f"Forget {count} customer{'' if count == 1 else 's'} of {', '.join(stores)}?", yes=yes)
        gone = opened.erasing.forget(person, stores)
    if as_json:
        click.echo(json.dumps(asdict(gone)))
    else:
        click.echo(forgotten_text(gone))
