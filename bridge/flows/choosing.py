"""Which connection a shopper takes, and what to ask where nothing decides: the whole policy.

In this order, of the connections that the store has and the request leaves:

1. the one that the link names (`SignIn.start`); named but empty: the shopper wants to choose;
2. the e-mail address: the connection whose `domains` hold its domain, else the only one with ["*"];
3. the only one there is;
4. the one by which this browser signed in last;
5. the shopper, by an e-mail address where every connection has domains of its own; then an address of
   nobody's takes the first connection, so that the way tells nobody which domains exist;
6. the shopper, from the list; with a field for the address above it where some have domains.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from bridge.domain.connection import Connection
from bridge.domain.email import typed_domain


class Note(Enum):
    """What was wrong with an address that a person typed."""

    NOT_AN_ADDRESS = "not_an_address"
    NOBODYS = "nobodys"


@dataclass(frozen=True, slots=True)
class Question:
    """What the shopper is asked: to pick one of `connections`, an e-mail address, or either."""

    connections: tuple[Connection, ...]  # none where only the address is asked for
    by_email: bool = False
    note: Note | None = None


def choose(
    candidates: Sequence[Connection], login_hint: str, *, last: str = "", typed: bool = False
) -> Connection | Question:
    """The connection to take, or what to ask. `candidates` holds at least one.

    `last` is the connection used last in this browser, `typed` says that a person entered the address on
    our page: it is then never overruled by `last`, or nobody could get away from that.
    """
    if len(candidates) == 1:
        return candidates[0]
    domain = typed_domain(login_hint)
    listed = _listing(candidates, domain)
    fitting = listed or candidates
    if len(fitting) == 1:
        return fitting[0]
    if not typed:
        for one in fitting:
            # Others would be refused at the end (`email_outside_domains`), and come back here.
            if one.name == last and (listed or not domain or not one.has_own_domains):
                return one
    if listed:
        return Question(tuple(listed))
    if domain and all(one.has_own_domains for one in candidates):
        return candidates[0]
    note = None
    if typed:
        note = Note.NOBODYS if domain else Note.NOT_AN_ADDRESS
    return question(candidates, note)


def chosen_by(taken: Connection, login_hint: str, *, last: str, others: int) -> str:
    """Why `choose` took this one of several: a word of the story's step `chosen`."""
    if not others:
        return "only"
    if typed_domain(login_hint) in taken.domains:
        return "domain"
    return "last" if taken.name == last else "first"


def question(candidates: Sequence[Connection], note: Note | None = None) -> Question:
    """What to ask a shopper between all of `candidates`."""
    own = [one.has_own_domains for one in candidates]
    if len(own) == 1 or not any(own):
        return Question(tuple(candidates))
    return Question(() if all(own) else tuple(candidates), by_email=True, note=note)


def _listing(candidates: Sequence[Connection], domain: str) -> list[Connection]:
    """Those that serve addresses of `domain`, if that is surely known."""
    if not domain:
        return []
    listed = [one for one in candidates if domain in one.domains]
    if listed:
        return listed
    everyones = [one for one in candidates if "*" in one.domains]
    return everyones if len(everyones) == 1 else []
