"""What the commands of `bridge customers` have in common: the map, the store, and whom they mean."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bridge.cli.config_file import settings_or_exit
from bridge.cli.operator import operator

if TYPE_CHECKING:
    from bridge.wiring.customers import CustomerMap

_Command = TypeVar("_Command", bound=Callable[..., Any])

store_option = click.option("--store", required=True, metavar="NAME", help="The store, as configured.")
any_store_option = click.option(
    "--store", default="", metavar="NAME", help="One store only; all of them by default."
)
connection_option = click.option(
    "--connection", default="", metavar="NAME", help="The connection that the identity is of."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
yes_option = click.option("--yes", is_flag=True, help="Do not ask.")


def who_options(command: _Command) -> _Command:
    """An identity: by issuer and subject, or by the digest that stands for both."""
    for option in (
        click.option("--identity", default="", metavar="DIGEST", help="As `export` and `show` print it."),
        click.option("--subject", default="", metavar="TEXT", help="The provider's `sub`."),
        click.option("--issuer", default="", metavar="URL", help="The provider's `iss`, with --subject."),
    ):
        command = option(command)
    return command


@contextmanager
def customer_map(config_path: Path | None) -> Iterator["CustomerMap"]:
    """The map; what Redis refuses ends the command with exit status 1 and the reason."""
    settings = settings_or_exit(config_path)
    import time

    from bridge.domain.refusal import Reason, Refused
    from bridge.wiring.customers import wire_customers

    opened = wire_customers(settings, now=time.time, by=operator())
    try:
        yield opened
    except Refused as refused:
        cause = f"{refused.reason.words.cause} ({refused.detail})"
        told = cause if refused.reason is Reason.STATE_UNAVAILABLE else refused.detail
        raise click.ClickException(told) from None
    finally:
        opened.close()


def stores_of(opened: "CustomerMap", store: str) -> Sequence[str]:
    """The store named, or all of them. Raises `BadParameter`."""
    if store and store not in opened.connections:
        known = ", ".join(opened.connections)
        raise click.BadParameter(f"no such store; there are: {known}", param_hint="--store")
    return [store] if store else list(opened.connections)


def customer_of(opened: "CustomerMap", store: str, customer: str) -> str:
    """A customer's id as the store's platform has them. Raises `BadParameter`."""
    stores_of(opened, store)
    if not opened.customer_ids[store](customer):
        raise click.BadParameter("no id of a customer on the store's platform", param_hint="--customer")
    return customer


def email_of(text: str) -> str:
    """An address in its one spelling. Raises `BadParameter`."""
    from bridge.domain.email import normal_email

    address = normal_email(text)
    if not address:
        raise click.BadParameter("no address that can serve as evidence", param_hint="--email")
    return address


def identity_of(opened: "CustomerMap", *, issuer: str, subject: str, identity: str) -> str:
    """The digest; an empty text where nobody is named. Raises `BadParameter`.

    Also of an issuer that is no longer configured: its people must be found, to be forgotten.
    """
    from bridge.domain.identity import identity_digest
    from bridge.flows.customer_rows import DIGEST, issuer_of

    if identity:
        if issuer or subject:
            raise click.UsageError("--identity stands for --issuer and --subject: one or the other.")
        if not DIGEST.fullmatch(identity):
            raise click.BadParameter("no digest as `export` prints it", param_hint="--identity")
        return identity
    if bool(issuer) != bool(subject):
        raise click.UsageError("--issuer and --subject go together.")
    if not issuer:
        return ""
    spellings = {issuer_of(issuer, one) for ours in opened.connections.values() for one in ours} - {""}
    return identity_digest(spellings.pop() if spellings else issuer, subject)


def one_of(**given: object) -> None:
    """Exactly one of these must have been given. Raises `UsageError`."""
    if sum(bool(one) for one in given.values()) != 1:
        names = ", ".join(f"--{name}" for name in given)
        raise click.UsageError(f"Say whom you mean, by one of {names}.")


def confirm(question: str, *, yes: bool) -> None:
    """Asks on a terminal; elsewhere --yes must have been given."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise click.UsageError(f"{question} Nobody is here to ask: give --yes.")
    click.confirm(question, abort=True)
