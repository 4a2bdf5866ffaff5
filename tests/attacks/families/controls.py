"""Honest providers, who must not suffer from the strictness towards others."""

from tests.attacks.case import ACCEPTED, Case, table
from tests.attacks.hostile.jose import ALL_ALGS, half_hash
from tests.attacks.hostile.plan import Plan, Turn


def _signs_with(alg: str) -> Plan:
    def at_hash(turn: Turn) -> str:
        return half_hash(alg, turn.access_token)

    return Plan(
        metadata={"id_token_signing_alg_values_supported": [alg]},
        header={"alg": alg},
        claims={"at_hash": at_hash, "c_hash": lambda turn: half_hash(alg, turn.code)},
    )


CASES: list[Case] = [
    Case(name="control-honest", verdict=ACCEPTED),
    *table("control-alg", ACCEPTED, _signs_with, {alg.lower(): alg for alg in ALL_ALGS}),
]
