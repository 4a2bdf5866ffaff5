"""The attacks, a table for each part of the protocol. The first case is an honest one."""

from tests.attacks.case import Case
from tests.attacks.families import (
    answers,
    browsers,
    claims,
    controls,
    discovery,
    echoes,
    keysets,
    logins,
    people,
    pushed,
    sealed,
    shapes,
    signatures,
    tokens,
    transports,
)

CASES: list[Case] = [
    *controls.CASES,
    *claims.CASES,
    *shapes.CASES,
    *signatures.CASES,
    *keysets.CASES,
    *discovery.CASES,
    *transports.CASES,
    *tokens.CASES,
    *people.CASES,
    *sealed.CASES,
    *pushed.CASES,
    *answers.CASES,
    *browsers.CASES,
    *logins.CASES,
    *echoes.CASES,
]
