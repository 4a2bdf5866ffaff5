"""ID tokens whose claims are right and whose signature proves nothing."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from tests.attacks.case import ACCEPTED, Case, Verdict, either, refused, table
from tests.attacks.hostile.jose import ALL_ALGS, P256_ORDER, RING, Key, b64, hmac_signature
from tests.attacks.hostile.plan import GONE, Edit, Plan, Turn, own_keys, written

INVALID = refused("id_token_invalid")
Forge = Callable[[Turn, dict[str, Any], bytes], object]
SignatureOf = Callable[[Turn, bytes], bytes]


def with_signature(make: SignatureOf) -> Forge:
    """Header and payload as planned; the signature is made of them by `make`."""

    def forge(turn: Turn, header: dict[str, Any], payload: bytes) -> str:
        start = f"{b64(written(header).encode())}.{b64(payload)}"
        return f"{start}.{b64(make(turn, start.encode()))}"

    return forge


def by(key: Callable[[], Key], alg: str = "RS256") -> Forge:
    return with_signature(lambda _turn, data: key().sign(alg, data))


def unsigned(_turn: Turn, _data: bytes) -> bytes:
    return b""


def algs(*offered: str) -> Edit:
    return {"id_token_signing_alg_values_supported": list(offered)}


def oct_key(turn: Turn) -> list[object]:
    """A symmetric key in public, which everybody can sign with."""
    return [*own_keys(turn), {"kty": "oct", "kid": "oct", "alg": "HS256", "k": b64(b"k" * 32)}]


def hmac_by(alg: str, secret: Callable[[Turn], bytes], kid: object = GONE) -> Plan:
    return Plan(
        metadata=algs("RS256", alg),
        header={"alg": alg, "kid": kid},
        keys=oct_key,
        forge=with_signature(lambda turn, data: hmac_signature(alg, secret(turn), data)),
    )


NONE: dict[str, object] = {
    "none": "none",
    "capital": "None",
    "mixed": "nOnE",
    "upper": "NONE",
    "empty": "",
    "space": "none ",
    "missing": GONE,
    "null": None,
    "number": 0,
    "false": False,
}
WRONG_ALG: dict[str, object] = {
    "lower-case": "rs256",
    "trailing-space": "RS256 ",
    "trailing-nul": "RS256\0",
    "list": ["RS256"],
    "object": {"RS256": 1},
    "unknown": "XX999",
    "very-long": "RS256" * 2000,
    "es256k": "ES256K",
    "rs1": "RS1",
    "rsa1-5": "RSA1_5",
    "dir": "dir",
    "hs256": "HS256",
    "rs512-not-offered": "RS512",
    "ps256-not-offered": "PS256",
    "es256-not-offered": "ES256",
    "eddsa-not-offered": "EdDSA",
}
HMAC: dict[str, Plan] = {
    "client-secret": hmac_by("HS256", lambda turn: turn.client_secret.encode()),
    "client-secret-hs512": hmac_by("HS512", lambda turn: turn.client_secret.encode()),
    "public-key-pem": hmac_by("HS256", lambda _turn: RING.rsa.pem(), "rsa"),
    "public-key-pem-hs384": hmac_by("HS384", lambda _turn: RING.rsa.pem(), "rsa"),
    "public-key-jwk": hmac_by("HS256", lambda _turn: json.dumps(RING.rsa.jwk()).encode(), "rsa"),
    "modulus": hmac_by("HS256", lambda _turn: RING.rsa.public.n.to_bytes(256), "rsa"),
    "oct-key-of-the-set": hmac_by("HS256", lambda _turn: b"k" * 32, "oct"),
    "oct-key-without-kid": hmac_by("HS256", lambda _turn: b"k" * 32),
    "empty-key": hmac_by("HS256", lambda _turn: b""),
}
CRIT: dict[str, Edit] = {
    "unknown": {"crit": ["http://evil.example/ext"], "http://evil.example/ext": 1},
    "exp": {"crit": ["exp"], "exp": 1},
    "b64-false": {"crit": ["b64"], "b64": False},
    "alg": {"crit": ["alg"]},
    "empty": {"crit": []},
    "text": {"crit": "exp"},
    "null": {"crit": None},
    "number": {"crit": 7},
}
TYPES: dict[str, object] = {
    "access-token": "at+jwt",
    "application-access-token": "application/at+jwt",
    "logout-token": "logout+jwt",
    "security-event": "secevent+jwt",
    "dpop": "dpop+jwt",
    "jwe": "JWE",
    "number": 7,
    "null": None,
    "list": ["JWT"],
    "empty": "",
}
TYPES_GOOD: dict[str, object] = {"jwt": "JWT", "lower": "jwt", "media-type": "application/jwt"}
#: Signed by the thief, with the thief's key in the header, by value or by address.
THIEVES: dict[str, Edit] = {
    "jwk": {"jwk": lambda _turn: RING.thief.jwk()},
    "jwk-without-kid": {"jwk": lambda _turn: RING.thief.jwk(), "kid": GONE},
    "jku": {"jku": lambda turn: f"{turn.thief}/jwks", "kid": "thief"},
    "jku-same-kid": {"jku": lambda turn: f"{turn.thief}/jwks"},
    "x5u": {"x5u": lambda turn: f"{turn.thief}/jwks"},
    "x5c": {"x5c": ["MIIB" + "A" * 400]},
    "x5t": {"x5t": "A" * 27},
    "kid-address": {"kid": lambda turn: f"{turn.thief}/jwks"},
    "same-kid": {"kid": "rsa"},
    "no-kid": {"kid": GONE},
}
KIDS: dict[str, object] = {
    "wrong": "nobody's",
    "empty": "",
    "number": 7,
    "list": ["rsa"],
    "object": {"kid": "rsa"},
    "path": "../../../../../../dev/null",
    "sql": "rsa' OR '1'='1",
    "shell": "$(touch /tmp/x)|id",
    "very-long": "k" * 10_000,
    "nul": "rsa\0",
    "upper-case": "RSA",
    "newline": "rsa\n",
    "of-an-elliptic-key": "p256",
    "of-the-ed25519-key": "ed",
}


def tail(change: Callable[[bytes], bytes]) -> Forge:
    """The honest RSA signature, changed."""
    return with_signature(lambda _turn, data: change(RING.rsa.sign("RS256", data)))


def curve(change: Callable[[int, int], bytes]) -> Forge:
    """Made of the numbers r and s of an honest ECDSA signature."""
    return with_signature(lambda _turn, data: change(*RING.p256.numbers("ES256", data)))


def pair(r: int, s: int) -> bytes:
    return r.to_bytes(32) + s.to_bytes(32)


RSA_SIGNATURES: dict[str, Forge] = {
    "empty": tail(lambda _whole: b""),
    "truncated": tail(lambda whole: whole[:-1]),
    "half": tail(lambda whole: whole[:128]),
    "one-byte-more": tail(lambda whole: whole + b"\0"),
    "zero-in-front": tail(lambda whole: b"\0" + whole),
    "bit-flipped": tail(lambda whole: bytes([whole[0] ^ 1]) + whole[1:]),
    "reversed": tail(lambda whole: whole[::-1]),
    "zeros": tail(lambda _whole: bytes(256)),
    "one": tail(lambda _whole: (1).to_bytes(256)),
    "modulus": tail(lambda _whole: RING.rsa.public.n.to_bytes(256)),
    "a-megabit": tail(lambda whole: whole * 400),
    "sha512-under-rs256": with_signature(lambda _turn, data: RING.rsa.sign("RS512", data)),
    "pss-under-rs256": with_signature(lambda _turn, data: RING.rsa.sign("PS256", data)),
    "of-the-payload-alone": with_signature(
        lambda _turn, data: RING.rsa.sign("RS256", data.partition(b".")[2])
    ),
    "of-another-token": with_signature(lambda _turn, data: RING.rsa.sign("RS256", data[:-4])),
    "by-another-key": by(lambda: RING.next),
    "by-an-elliptic-key": by(lambda: RING.p256, "ES256"),
}
EC_SIGNATURES: dict[str, Forge] = {
    "der": with_signature(lambda _turn, data: RING.p256.der("ES256", data)),
    "zeros": curve(lambda _r, _s: pair(0, 0)),
    "r-zero": curve(lambda _r, s: pair(0, s)),
    "s-zero": curve(lambda r, _s: pair(r, 0)),
    "both-the-order": curve(lambda _r, _s: pair(P256_ORDER, P256_ORDER)),
    "one-one": curve(lambda _r, _s: pair(1, 1)),
    "swapped": curve(lambda r, s: pair(s, r)),
    "zeros-in-front": curve(lambda r, s: r.to_bytes(33) + s.to_bytes(33)),
    "byte-short": curve(lambda r, s: pair(r, s)[:-1]),
    "empty": curve(lambda _r, _s: b""),
    "by-p384": by(lambda: RING.p384, "ES384"),
    "by-secp256k1": by(lambda: RING.k256, "ES256"),
}


def with_keys(*keys: Callable[[], object]) -> Callable[[Turn], list[object]]:
    return lambda _turn: [key() for key in keys]


def forged_with_exponent_one(_turn: Turn, data: bytes) -> bytes:
    """With e = 1 the signature is the padded hash itself: it needs no private key."""
    prefix = bytes.fromhex("3031300d060960864801650304020105000420")
    digest = prefix + hashlib.sha256(data).digest()
    return b"\0\1" + b"\xff" * (256 - 3 - len(digest)) + b"\0" + digest


def weak_key() -> dict[str, Any]:
    return RING.weak.jwk()


def three_key() -> dict[str, Any]:
    return RING.three.jwk()


def padded_weak() -> dict[str, Any]:
    """1024 bits, written with so many zeros in front that it looks like 2048."""
    return RING.weak.jwk(n=b64(RING.weak.public.n.to_bytes(260)))


def point(**more: object) -> Callable[[], dict[str, Any]]:
    return lambda: RING.p256.jwk(**more)


WEAK: dict[str, Plan] = {
    "1024-bits": Plan(keys=with_keys(weak_key), forge=by(lambda: RING.weak)),
    "1024-bits-padded": Plan(keys=with_keys(padded_weak), forge=by(lambda: RING.weak)),
    "exponent-one": Plan(
        keys=with_keys(lambda: RING.rsa.jwk(e="AQ")), forge=with_signature(forged_with_exponent_one)
    ),
    "exponent-zero": Plan(keys=with_keys(lambda: RING.rsa.jwk(e="AA"))),
    "exponent-even": Plan(keys=with_keys(lambda: RING.rsa.jwk(e="Ag"))),
    "modulus-even": Plan(keys=with_keys(lambda: RING.rsa.jwk(n=b64(b"\xff" * 255 + b"\0")))),
    "modulus-of-5-million-bits": Plan(keys=with_keys(lambda: RING.rsa.jwk(n="_" * 900_000))),
    "exponent-of-2048-bits": Plan(keys=with_keys(lambda: RING.rsa.jwk(e="f" * 342))),
}
EC_WEAK: dict[str, Callable[[], dict[str, Any]]] = {
    "not-on-the-curve": point(y=b64(b"\1" * 32)),
    "point-zero": point(x=b64(bytes(32)), y=b64(bytes(32))),
    "infinity": point(x="", y=""),
    "too-short": point(x=b64(b"\1")),
    "too-long": point(x=b64(b"\1" * 66)),
    "other-curve-named": point(crv="P-384"),
    "secp256k1-named-p256": lambda: RING.k256.jwk(crv="P-256", kid="p256"),
}


def elliptic(forge: Forge) -> Plan:
    return Plan(metadata=algs("ES256"), header={"alg": "ES256"}, forge=forge)


def elliptic_key(key: Callable[[], dict[str, Any]]) -> Plan:
    return Plan(metadata=algs("ES256"), header={"alg": "ES256"}, keys=with_keys(key))


def low_s(r: int, s: int) -> bytes:
    return pair(r, min(s, P256_ORDER - s))


def high_s(r: int, s: int) -> bytes:
    return pair(r, max(s, P256_ORDER - s))


ODD_HEADERS: dict[str, Edit] = {"zip": {"zip": "DEF"}, "cty": {"cty": "JWT"}, "kid-null": {"kid": None}}
KEYLESS = refused("id_token_invalid", "idp_keys_invalid")
CASES: list[Case] = [
    *table("none-offered", INVALID,
           lambda alg: Plan(metadata=algs("RS256", "none"), header={"alg": alg}, forge=with_signature(unsigned)),
           NONE),
    *table("none-signed", INVALID, lambda alg: Plan(header={"alg": alg, "kid": "rsa"}), NONE),
    *table("alg", INVALID, lambda alg: Plan(header={"alg": alg, "kid": "rsa"}), WRONG_ALG),
    *table("alg-pinned", INVALID, lambda alg: Plan(metadata=algs(*ALL_ALGS), header={"alg": alg}),
           {alg.lower(): alg for alg in ALL_ALGS[1:]}, settings={"signing_algs": ["RS256"]}),
    *table("hmac", INVALID, lambda plan: plan, HMAC),
    *table("crit", INVALID, lambda header: Plan(header=header), CRIT),
    *table("typ", INVALID, lambda typ: Plan(header={"typ": typ}), TYPES),
    *table("typ-good", ACCEPTED, lambda typ: Plan(header={"typ": typ}), TYPES_GOOD),
    *table("thief", INVALID, lambda header: Plan(header=header, forge=by(lambda: RING.thief)), THIEVES),
    *table("kid", INVALID, lambda kid: Plan(header={"kid": kid}), KIDS),
    *table("signature", INVALID, lambda forge: Plan(forge=forge), RSA_SIGNATURES),
    *table("ecdsa", INVALID, elliptic, EC_SIGNATURES),
    *table("ecdsa-good", ACCEPTED, elliptic, {"low-s": curve(low_s), "high-s": curve(high_s)}),
    *table("weak", KEYLESS, lambda plan: plan, WEAK),
    *table("weak-odd", Verdict(accept=True, codes=KEYLESS.codes), lambda plan: plan,
           {"exponent-three": Plan(keys=with_keys(three_key), forge=by(lambda: RING.three))}),
    *table("weak-point", KEYLESS, elliptic_key, EC_WEAK),
    *table("header-odd", either("id_token_invalid"), lambda header: Plan(header=header), ODD_HEADERS),
]  # fmt: skip
