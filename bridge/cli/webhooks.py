"""`bridge webhooks`: what stores are still to hear of sessions that ended."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bridge.cli.config_file import config_option, settings_or_exit
from bridge.cli.customer_options import json_option
from bridge.cli.operator import operator
from bridge.domain.utc import utc

if TYPE_CHECKING:
    from bridge.domain.ending_work import EndingWork
    from bridge.wiring.webhooks import Webhooks


@contextmanager
def _webhooks(config_path: Path | None) -> Iterator["Webhooks"]:
    """What Redis refuses ends the command with exit status 1 and the reason."""
    settings = settings_or_exit(config_path)
    import time

    from bridge.domain.refusal import Refused
    from bridge.wiring.webhooks import wire_webhooks

    opened = wire_webhooks(settings, now=time.time, monotonic=time.monotonic)
    try:
        yield opened
    except Refused as refused:
        raise click.ClickException(f"{refused.reason.words.cause} ({refused.detail})") from None
    finally:
        opened.close()


@click.group()
def webhooks() -> None:
    """What stores are told of sessions that ended."""


@webhooks.command("list")
@config_option
@click.option("--dead", is_flag=True, help="Those that were given up instead, the newest first.")
@json_option
def list_(config_path: Path | None, dead: bool, as_json: bool) -> None:
    """Show what is still to be done.

    Each line is a session that ended, which the store has not heard of yet, or whose tokens the platform
    has not taken back yet; with the last fault and the next attempt. At most 1,000, the next first. Without
    faults lines live for less than a second.

    Exit status: 0 shown, 1 Redis cannot be asked, 2 the configuration is unusable.
    """
    with _webhooks(config_path) as opened:
        counts = opened.queue.counts()
        if dead:
            rows = [_row(work) for work in opened.queue.dead()]
        else:
            rows = [{**_row(one.work), "due_at": utc(one.due_at)} for one in opened.queue.waiting()]
    if as_json:
        click.echo(json.dumps({"counts": counts, "dead" if dead else "waiting": rows}, indent=2))
        return
    for row in rows:
        when = f"next {row['due_at']}" if "due_at" in row else "given up"
        told = "told" if row["told"] else "not told"
        click.echo(f"{row['id']}  {row['store']}  {row['reason']}  {row['at']}")
        click.echo(f"    {told}, {row['attempts']} failed, {when}; {row['fault'] or 'not tried yet'}")
    click.echo(
        f"{counts['waiting']:,} waiting, {counts['buried']:,} given up;"
        f" ever: {counts['delivered']:,} delivered, {counts['failed']:,} attempts failed."
    )


@webhooks.command()
@config_option
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--all", "all_dead", is_flag=True, help="All that were given up.")
@json_option
def retry(config_path: Path | None, ids: tuple[str, ...], all_dead: bool, as_json: bool) -> None:
    """Try again, from now on for another 24 hours.

    ID is what `list` shows, of what was given up or of what waits. A running bridge does the work; the
    receiver sees the same `webhook-id` as before.

    Exit status: 0 begun anew, 1 not all of them are there, 2 the configuration is unusable.
    """
    if bool(ids) == all_dead:
        raise click.UsageError("Say which: one ID or more, or --all.")
    with _webhooks(config_path) as opened:
        wanted = {work.id for work in opened.queue.dead()} if all_dead else set(ids)
        found = opened.queue.revive(wanted)
        opened.note(operator(), "webhooks_retried", count=str(found))
    missing = len(wanted) - found
    if as_json:
        click.echo(json.dumps({"retried": found, "missing": missing}))
    else:
        click.echo(f"{found:,} begun anew{f', {missing:,} not found' if missing else ''}.")
    sys.exit(1 if missing else 0)


@webhooks.command()
@config_option
@click.argument("store", metavar="STORE")
@json_option
def test(config_path: Path | None, store: str, as_json: bool) -> None:
    """Send a signed ping to a store's receiver.

    Once, now, from this machine, and says what came back. The receiver should verify it like all others and
    answer with a 2xx status.

    Exit status: 0 taken, 1 not, 2 the configuration is unusable, or the store has no webhook.
    """
    with _webhooks(config_path) as opened:
        status, fault = _ping(opened, store)
    taken = 200 <= status < 300
    if as_json:
        click.echo(json.dumps({"store": store, "taken": taken, "status": status or None, "fault": fault}))
    else:
        said = f"status {status}" if status else fault
        click.echo(f"{store}: {'taken' if taken else 'not taken'} ({said}).")
    sys.exit(0 if taken else 1)


def _ping(opened: "Webhooks", store: str) -> tuple[int, str]:
    """The status, and why there is none."""
    import secrets

    from bridge.domain.deadline import Deadline
    from bridge.domain.http import HttpFailure
    from bridge.domain.webhook import ping
    from bridge.flows.after_ending import ANSWER_LIMIT

    receiver = opened.receivers.get(store)
    if receiver is None:
        known = ", ".join(opened.receivers) or "none"
        raise click.BadParameter(f"has no webhook; those that have one: {known}", param_hint="STORE")
    event, now = f"ping_{secrets.token_hex(16)}", opened.now()
    try:
        reply = receiver.send(event, ping(event, store, now), now, Deadline(ANSWER_LIMIT, opened.monotonic))
    except HttpFailure as failure:
        return 0, str(failure)
    return reply.status, ""


def _row(work: "EndingWork") -> dict[str, object]:
    ending = work.ending
    return {
        "id": work.id,
        "store": ending.store,
        "sid": str(ending.ref),
        "customer_id": ending.customer,
        "reason": ending.reason,
        "connection": ending.connection,
        "at": utc(ending.at),
        "told": work.told,
        "attempts": work.attempts,
        "fault": work.fault,
    }
