"""Decision records: what each request did for a sign-in, for `bridge explain`. See domain/story.py.

A record is a flat stream entry: reference, kind, store, connection, then what is known (reason, detail,
customer) and the steps. It is written in a trip that is made anyway; the stream is bounded by its length.
"""

import hashlib

from bridge.domain.refusal import Refused
from bridge.domain.story import Story, written
from bridge.state.client import Command
from bridge.state.keys import Keys
from bridge.state.server import RedisServer

DETAIL_LENGTH = 300
#: Of refusals that anybody can cause, and that belong to no attempt: they must not push out what matters.
STRAYS = 5_000

#: In a script: a customer as records and audit events may name them. Ids are told; an address, which some
#: stores have for an id, is not.
NAMED = """
local function named(customer)
  if not string.find(customer, '@', 1, true) then return customer end
  return 'address:' .. string.sub(redis.sha1hex(customer), 1, 22)
end
"""


def named(customer: str) -> str:
    """The same as the script's."""
    if "@" not in customer:
        return customer
    return f"address:{hashlib.sha1(customer.encode(), usedforsecurity=False).hexdigest()[:22]}"


class Decisions:
    """How records are written; with `length` 0 none are."""

    def __init__(self, keys: Keys, length: int) -> None:
        """`length`: records, about."""
        self.key = keys.decisions
        self.strays = keys.strays
        self.length = length

    def words(
        self, kind: str, reference: str, store: str, connection: str, story: Story | None
    ) -> tuple[str, ...]:
        """Field, value, field, … `kind`: begun, signed_in, refused, token."""
        return (
            "r", reference, "k", kind, "s", store, "c", connection, "t", written(story) if story else "",
        )  # fmt: skip

    def command(self, *words: str) -> Command:
        """The command that appends a record."""
        return ("XADD", self.key, "MAXLEN", "~", self.length, "*", *words)

    def forget(self, server: RedisServer, before: int) -> None:
        """Drops what was written before then, in seconds since the epoch. Raises `Refused`."""
        for stream in (self.key, self.strays):
            server.command("XTRIM", stream, "MINID", "~", before * 1000)

    def refusal(
        self,
        reference: str,
        refused: Refused,
        store: str,
        connection: str,
        story: Story | None,
        kind: str = "refused",
    ) -> tuple[str, ...]:
        """The words of a refusal; `stray` is one that belongs to no attempt of that browser."""
        detail = refused.detail.encode("utf-8", "replace").decode()[:DETAIL_LENGTH]
        told = self.words(kind, reference, store, connection, story)
        return (*told, "o", refused.reason.value, "d", detail)
