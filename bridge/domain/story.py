"""What one request did, step by step: told by `bridge explain`, measured by metrics and traces.

A step is a word of ours and a few facts: numbers, names from the configuration, words of a fixed list.
Never a claim's value, a token, a code or a stranger's words. `STEPS` says which facts a step has; `written`
leaves out what does not look like one, so that a slip somewhere ends there and not in a record.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

#: What may be told of a step.
Fact = str | int | float | bool

#: Every step, with its facts in the order in which records have them. New facts go to the end: records of
#: other versions are read by this table, too.
STEPS: Mapping[str, tuple[str, ...]] = MappingProxyType({
    # Going
    # by: only, named, portal, domain, last, first, restart, bookmark; instead_of: the reference before
    "chosen": ("connection", "by", "instead_of"),
    "asked_shopper": ("connections", "by_email"),  # how many there are
    "sent": ("connection", "restarts", "asks_again"),
    # Any call that left this machine, or would have: failed is a `FailureKind`, took are milliseconds
    "call": ("subject", "kind", "status", "failed", "took"),
    # Coming back
    "returned": ("answer", "form_post", "away"),  # answer: code, error; away: seconds
    "taken": ("how",),  # fresh, recovered, repeated, expired
    "code_exchanged": ("credential",),  # which of ours the provider took, from 1
    "kid_unknown": (),  # the keys held did not verify it; newer ones are asked for
    "id_token_verified": ("alg", "kid", "clock_ahead"),  # kid: whether it names one; seconds, if known
    "userinfo": ("asked", "why"),  # why: always, missing, enough, never, no_endpoint
    # claims: names of well-known or configured ones; others: how many more; email_verified: yes, no, unsaid;
    # domain: inside, outside, anyone, none; email_domain: only where the configuration wants it told
    "identity": ("identity", "claims", "others", "email_verified", "domain", "email_domain"),
    # rule: link, address, claim, email, imported, earlier,
    # store_email, create, created, domain; outcome: as in `flows.customers`
    "tried": ("rule", "outcome"),
    "profile": ("what", "outcome", "left"),  # what: update, verify; left: how many things were not written
    "minted": ("expires_in",),  # seconds
    "handed_over": ("delivery",),
    # A storefront that asks for a token
    "token_asked": ("grant", "client"),  # grant: code, renewal; client: public, confidential
    "token_given": ("expires_in", "renewable"),
})  # fmt: skip

_is_fact = re.compile(r"[A-Za-z0-9_.,:/@+-]{0,200}").fullmatch
_HIDDEN = "?"


class Step(NamedTuple):
    """Something that was done."""

    name: str
    ms: float  # milliseconds since the step before, or since the request began
    facts: Mapping[str, Fact]


class Story:
    """The steps of one request, in their order; written by the one that serves it."""

    __slots__ = ("_last", "_monotonic", "steps")

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._last = monotonic()
        self.steps: list[Step] = []

    def tell(self, name: str, /, **facts: Fact) -> None:
        """Adds a step that ended just now."""
        now = self._monotonic()
        self.steps.append(Step(name, (now - self._last) * 1000, facts))
        self._last = now


def written(story: Story) -> str:
    """A story as records keep it: a line for each step, its facts by their place in `STEPS`."""
    lines = []
    for name, ms, facts in story.steps:
        line = f"{name};{ms:.1f}"
        for fact in STEPS.get(name, ()):
            line += f";{_word(facts[fact])}" if fact in facts else ";"
        lines.append(line.rstrip(";"))
    return "\n".join(lines)


def read(text: str) -> list[Step]:
    """The steps of a record. What cannot be read is left out: another version may have written it."""
    steps = []
    for line in text.splitlines():
        name, _, rest = line.partition(";")
        ms, *words = rest.split(";")
        try:
            steps.append(Step(name, float(ms), dict(zip(STEPS[name], words, strict=False))))
        except (KeyError, ValueError):
            continue
    return steps


def _word(fact: Fact) -> str:
    if isinstance(fact, str):
        return fact if _is_fact(fact) else _HIDDEN
    if isinstance(fact, bool):
        return "yes" if fact else "no"
    return f"{fact:g}" if isinstance(fact, float) else str(fact)
