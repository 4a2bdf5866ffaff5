"""`bridge customers`: the map from identity to customer, by hand and by the million."""

import click

from bridge.cli.customers_blocks import block, unblock
from bridge.cli.customers_export import export
from bridge.cli.customers_import import import_
from bridge.cli.customers_people import erase, link, show, unlink
from bridge.cli.customers_queue import approve, migrate, pending, reject


@click.group()
def customers() -> None:
    """The customer map by hand."""


for command in (
    import_,
    export,
    show,
    link,
    unlink,
    erase,
    pending,
    approve,
    reject,
    block,
    unblock,
    migrate,
):
    customers.add_command(command)
