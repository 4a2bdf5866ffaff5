"""Encrypted tokens, signed userinfo and bound tokens: what hides, what vouches, and what binds."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from tests.attacks.browser import Page
from tests.attacks.case import ACCEPTED, Case, refused, table
from tests.attacks.hostile.jose import RING, b64, compact, hmac_signature
from tests.attacks.hostile.plan import GONE, Edit, Plan, Reply, Turn, signed
from tests.attacks.hostile.wire import Change
from tests.attacks.visit import Visit
from tests.idp.sealing import sealed
from tests.settings.samples import pem

BAD_TOKEN = refused("id_token_invalid")
BAD_USERINFO = refused("userinfo_invalid")
BAD_ANSWER = refused("idp_response_invalid")


OURS, STRANGERS = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
OPENS = {"decryption_keys": [pem(OURS)]}
BOUND = {"dpop": True}
Forge = Callable[[Turn, dict[str, Any], bytes], object]


def forged(forge: Forge) -> Plan:
    return Plan(forge=forge)


def inside(make: Callable[[str, dict[str, Any], bytes], str], **header: Any) -> Forge:
    """An encrypted token around what `make` makes of the honest one."""
    return lambda turn, head, payload: sealed(
        make(signed(turn, head, payload), head, payload), OURS, "ECDH-ES", **header
    )


def around(alg: str = "ECDH-ES", enc: str = "A256GCM", key: Any = OURS, **header: Any) -> Forge:
    return lambda turn, head, payload: sealed(signed(turn, head, payload), key, alg, enc, **header)


def headed(**header: Any) -> Forge:
    """An honest encryption whose header says something else: no work must come of it."""

    def forge(turn: Turn, head: dict[str, Any], payload: bytes) -> str:
        rest = sealed(signed(turn, head, payload), OURS, "ECDH-ES").split(".")[1:]
        return ".".join([b64(json.dumps({"alg": "ECDH-ES", "enc": "A256GCM", **header}).encode()), *rest])

    return forge


def damaged(place: int) -> Forge:
    def forge(turn: Turn, head: dict[str, Any], payload: bytes) -> str:
        parts = sealed(signed(turn, head, payload), OURS, "ECDH-ES+A256KW").split(".")
        parts[place] = b64(os.urandom(max(16, len(parts[place]) * 3 // 4)))
        return ".".join(parts)

    return forge


def by_the_thief(_honest: str, head: dict[str, Any], payload: bytes) -> str:
    text = compact({**head, "alg": "RS256"}, payload).rpartition(".")[0]
    return f"{text}.{b64(RING.thief.sign('RS256', text.encode()))}"


def by_our_public_key(_honest: str, _head: dict[str, Any], payload: bytes) -> str:
    header = {"alg": "HS256", "kid": "rsa"}
    text = compact(header, payload).rpartition(".")[0]
    return f"{text}.{b64(hmac_signature('HS256', RING.rsa.pem(), text.encode()))}"


TOKENS_GOOD: dict[str, Forge] = {
    **{
        f"by-{alg.lower().replace('+', '-')}": around(alg)
        for alg in ("ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW")
    },
    **{f"in-{enc.lower()}": around(enc=enc) for enc in ("A128GCM", "A128CBC-HS256")},
    "kid-of-the-providers-own": around(kid="whatever"),
    "only-signed": signed,
}
TOKENS_BAD: dict[str, Forge] = {
    "dir": headed(alg="dir"),
    "none": headed(alg="none"),
    "pbes2-of-billions": headed(alg="PBES2-HS256+A128KW", p2s="c2FsdHNhbHQ", p2c=2_000_000_000),
    "a128kw": headed(alg="A128KW"),
    "rsa1-5": headed(alg="RSA1_5"),
    "rsa-oaep-sha-1": headed(alg="RSA-OAEP"),
    "signature-algorithm": headed(alg="RS256"),
    "no-epk": headed(),
    "epk-off-the-curve": headed(epk={"kty": "EC", "crv": "P-256", "x": b64(b"\1" * 32), "y": b64(b"\1" * 32)}),
    "epk-of-another-kind": headed(epk={"kty": "oct", "k": "AAAA"}),
    "enc-unknown": headed(enc="A256CTR"),
    "zip": around(zip="DEF"),
    "crit": around(crit=["exp"]),
    "another-key": around(key=STRANGERS),
    **{name: damaged(place) for name, place in (("key-damaged", 1), ("iv-damaged", 2), ("text-damaged", 3), ("tag-damaged", 4))},
    "too-large": lambda *_: sealed("x" * 250_000, OURS, "ECDH-ES"),
    "unsigned-inside": inside(lambda _honest, _head, payload: compact({"alg": "none"}, payload)),
    "claims-alone-inside": inside(lambda _honest, _head, payload: payload.decode()),
    "thief-inside": inside(by_the_thief),
    "hmac-inside": inside(by_our_public_key),
    "encrypted-again-inside": inside(lambda honest, _head, _payload: sealed(honest, OURS, "ECDH-ES")),
    "nothing-inside": inside(lambda *_: ""),
    "empty-parts": lambda *_: "....",
}  # fmt: skip


def says(make: Callable[[dict[str, Any], Turn], str]) -> Plan:
    """Userinfo as a token, made of the honest claims."""

    def change(reply: Reply, turn: Turn) -> Reply:
        body = make(json.loads(reply.body), turn).encode()
        return replace(reply, headers={"Content-Type": "application/jwt"}, body=body)

    return Plan(replies={"userinfo": change})


def statement(edit: Edit | None = None, **header: Any) -> Callable[[dict[str, Any], Turn], str]:
    def make(honest: dict[str, Any], turn: Turn) -> str:
        claims = {**honest, "iss": turn.issuer, "aud": turn.client_id, **(edit or {})}
        kept = {name: value for name, value in claims.items() if value is not GONE}
        return signed(turn, {"alg": "RS256", "kid": "rsa", **header}, json.dumps(kept).encode())

    return make


def badly(make: Callable[[str, dict[str, Any], bytes], str]) -> Callable[[dict[str, Any], Turn], str]:
    return lambda honest, turn: make("", {"kid": "rsa"}, json.dumps(honest).encode())


USERINFO_GOOD = {"signed": statement(), "without-iss-and-aud": statement({"iss": GONE, "aud": GONE})}
USERINFO_BAD = {
    "sub-other": statement({"sub": "another"}),
    "sub-missing": statement({"sub": GONE}),
    "aud-other": statement({"aud": "another"}),
    "aud-empty": statement({"aud": []}),
    "iss-other": statement({"iss": "https://evil.example"}),
    "run-out": statement({"exp": 1}),
    "access-token": statement(typ="at+jwt"),
    "logout-token": statement(typ="logout+jwt"),
    "crit": statement(crit=["b64"]),
    "not-offered": statement(alg="PS256"),
    "thief": badly(by_the_thief),
    "hmac": badly(by_our_public_key),
    "none": badly(lambda _, __, payload: compact({"alg": "none"}, payload)),
    "claims-alone": badly(lambda _, __, payload: payload.decode()),
    "nothing": lambda _honest, _turn: "",
}
USERINFO_SEALED = {
    "sub-other": lambda honest, turn: sealed(json.dumps({**honest, "sub": "x"}), OURS, "ECDH-ES"),
    "thief": lambda honest, turn: sealed(badly(by_the_thief)(honest, turn), OURS, "ECDH-ES"),
    "none": lambda honest, turn: sealed(
        compact({"alg": "none"}, json.dumps(honest).encode()), OURS, "ECDH-ES"
    ),
}


def asks_for_a_nonce(code: int, body: bytes, *, another: bool) -> Change:
    """Always, for another one each time, or for the one that it has just seen."""
    count = iter(range(1000))

    def change(reply: Reply, _turn: Turn) -> Reply:
        nonce = f"nonce-{next(count) if another else 0}"
        return replace(reply, status=code, body=body, headers={**reply.headers, "DPoP-Nonce": nonce})

    return change


def asked(endpoint: str, times: int) -> Callable[[Visit, Page], None]:
    def check(visit: Visit, _end: Page) -> None:
        assert visit.room.count(endpoint) == times, f"{endpoint} asked {visit.room.count(endpoint)} times"

    return check


def proven(visit: Visit, _end: Page) -> None:
    """The token is sent by its own scheme, with a proof, and every proof is another one."""
    proofs = [
        seen.headers.get("dpop", "") for seen in visit.room.seen if seen.endpoint in ("token", "userinfo")
    ]
    assert len(proofs) == len(set(proofs)) == 2
    assert all(proofs)
    (userinfo,) = [seen for seen in visit.room.seen if seen.endpoint == "userinfo"]
    assert userinfo.headers["authorization"].startswith("DPoP ")


WANTED = b'{"error":"use_dpop_nonce"}'
CASES: list[Case] = [
    *table("jwe", ACCEPTED, forged, TOKENS_GOOD, settings=OPENS),
    *table("jwe", BAD_TOKEN, forged, TOKENS_BAD, settings=OPENS),
    *table("jwe", BAD_TOKEN, forged, {"nobody-can-open": around()}),
    *table("userinfo-jwt", ACCEPTED, says, USERINFO_GOOD),
    *table("userinfo-jwt", BAD_USERINFO, says, USERINFO_BAD),
    *table("userinfo-jwe", BAD_USERINFO, says, USERINFO_SEALED, settings=OPENS),
    *table("dpop", ACCEPTED, lambda kind: Plan(tokens={"token_type": kind}), {"bound": "DPoP", "bound-lower": "dpop"},
           settings=BOUND, check=proven),
    *table("dpop-downgrade", BAD_ANSWER, lambda kind: Plan(tokens={"token_type": kind}),
           {"bearer": "Bearer", "missing": GONE, "list": ["DPoP"]}, settings=BOUND),
    *table("dpop-nonce-loop", BAD_ANSWER, lambda change: Plan(replies={"token": change}),
           {"token": asks_for_a_nonce(400, WANTED, another=True), "token-same": asks_for_a_nonce(400, WANTED, another=False)},
           settings=BOUND, check=asked("token", 2)),
    *table("dpop-nonce-loop", BAD_USERINFO,
           lambda change: Plan(tokens={"token_type": "DPoP"}, replies={"userinfo": change}),
           {"userinfo": asks_for_a_nonce(401, b"", another=True), "userinfo-same": asks_for_a_nonce(401, b"", another=False)},
           settings=BOUND, check=asked("userinfo", 2)),
]  # fmt: skip
