"""Key sets that are broken, poisoned, oversized or on the move."""

from collections.abc import Callable
from typing import Any

from tests.attacks.browser import Page
from tests.attacks.case import ACCEPTED, Case, Verdict, either, refused, table
from tests.attacks.families.signatures import by, with_keys
from tests.attacks.hostile.jose import RING, b64
from tests.attacks.hostile.plan import GONE, Plan, Turn, own_keys
from tests.attacks.hostile.wire import body, media_type
from tests.attacks.visit import Visit
from tests.attacks.walks import sign_in_with

KEYS = refused("idp_keys_invalid")
TOKEN = refused("id_token_invalid")
ANY = refused("idp_keys_invalid", "id_token_invalid")


def beside(value: object) -> Plan:
    """In front of and behind the good keys: neither may hide them."""
    return Plan(keys=lambda turn: [_made(value), *own_keys(turn), _made(value)])


def only(value: object) -> Plan:
    """In place of the signing key."""
    return Plan(keys=lambda _turn: [_made(value)])


def whole(value: object) -> Plan:
    """In place of the document's array."""
    return Plan(replies={"jwks": body(lambda _text: value if isinstance(value, bytes) else b"")})


def _made(value: object) -> object:
    return value() if callable(value) else value


def key(name: str) -> Callable[[], dict[str, Any]]:
    """One of the ring's, made when it is used."""

    def made() -> dict[str, Any]:
        jwk: dict[str, Any] = getattr(RING, name).jwk()
        return jwk

    return made


def rsa(**more: object) -> Callable[[], dict[str, Any]]:
    """The provider's next key (not the one that signs), changed; GONE leaves out."""
    return lambda: {name: it for name, it in RING.next.jwk(**more).items() if it is not GONE}


def elliptic(**more: object) -> Callable[[], dict[str, Any]]:
    return lambda: {name: it for name, it in RING.p384.jwk(**{"kid": "x", **more}).items() if it is not GONE}


def signing(**more: object) -> Callable[[], dict[str, Any]]:
    return lambda: {name: it for name, it in RING.rsa.jwk(**more).items() if it is not GONE}


MALFORMED: dict[str, object] = {
    "null": None,
    "text": "key",
    "number": 7,
    "list": [],
    "empty": {},
    "kty-missing": rsa(kty=GONE),
    "kty-number": rsa(kty=7),
    "kty-list": rsa(kty=["RSA"]),
    "kty-object": rsa(kty={}),
    "kty-unknown": rsa(kty="PQC"),
    "kty-akp": {"kty": "AKP", "alg": "ML-DSA-44", "pub": "AAAA", "kid": "pq"},
    "kty-oct": {"kty": "oct", "k": "AAAA"},
    "n-missing": rsa(n=GONE),
    "n-null": rsa(n=None),
    "n-number": rsa(n=10**700),
    "n-list": rsa(n=["A"] * 400),
    "n-object": rsa(n={"A" * 400: 1}),
    "n-empty": rsa(n=""),
    "n-zero": rsa(n="AA"),
    "n-not-base64": rsa(n="!" * 400),
    "n-non-ascii": rsa(n="\u00e9" * 400),
    "n-impossible-length": rsa(n="_" * 401),
    "n-of-a-megabit": rsa(n="_" * 180_000),
    "e-missing": rsa(e=GONE),
    "e-null": rsa(e=None),
    "e-number": rsa(e=65537),
    "e-empty": rsa(e=""),
    "e-zero": rsa(e="AA"),
    "e-one": rsa(e="AQ"),
    "e-even": rsa(e="Ag"),
    "e-huge": rsa(e="_" * 4000),
    "crv-missing": elliptic(crv=GONE),
    "crv-unknown": elliptic(crv="P-999"),
    "crv-number": elliptic(crv=256),
    "crv-list": elliptic(crv=["P-384"]),
    "crv-of-the-other-type": elliptic(crv="Ed25519"),
    "x-missing": elliptic(x=GONE),
    "x-number": elliptic(x=7),
    "x-list": elliptic(x=["A"]),
    "x-empty": elliptic(x=""),
    "x-huge": elliptic(x="A" * 100_000),
    "y-missing": elliptic(y=GONE),
    "y-null": elliptic(y=None),
    "point-not-on-curve": elliptic(y=b64(b"\1" * 48)),
    "okp-x-missing": {"kty": "OKP", "crv": "Ed25519"},
    "okp-x-short": {"kty": "OKP", "crv": "Ed25519", "x": "AAAA"},
    "okp-x-number": {"kty": "OKP", "crv": "Ed25519", "x": 7},
    "okp-crv-unknown": {"kty": "OKP", "crv": "Ed999", "x": "A" * 43},
    "okp-x25519": {"kty": "OKP", "crv": "X25519", "x": "A" * 43},
    "okp-ed448-short": {"kty": "OKP", "crv": "Ed448", "x": "A" * 43},
    "use-enc": rsa(use="enc"),
    "use-number": rsa(use=7),
    "use-list": rsa(use=["sig"]),
    "key-ops-without-verify": rsa(key_ops=["encrypt"]),
    "key-ops-text": rsa(key_ops="verify"),
    "key-ops-number": rsa(key_ops=7),
    "key-ops-of-lists": rsa(key_ops=[["verify"]]),
    "alg-number": rsa(alg=256),
    "alg-list": rsa(alg=["RS256"]),
    "alg-unknown": rsa(alg="XX999"),
    "alg-of-encryption": rsa(alg="RSA-OAEP"),
    "kid-number": rsa(kid=7),
    "kid-list": rsa(kid=["rsa"]),
    "kid-huge": rsa(kid="k" * 50_000),
    "kid-of-the-signing-key": rsa(kid="rsa"),
    "kid-of-the-signing-key-other-type": elliptic(kid="rsa"),
    "private-members": lambda: {**RING.next.jwk(), **RING.next.private_members()},
    "private-members-broken": rsa(d="AA", p="!", q=7),
    "oth-primes": rsa(d="AQ", oth=[{"r": "AA"}]),
    "x5c-garbage": rsa(x5c=["not a certificate"]),
    "x5u-of-the-thief": rsa(x5u="http://127.0.0.1:1/x5u"),
    "nested-200": lambda: {"kty": "RSA", "deep": nested(200)},
    "secp256k1": key("k256"),
    "1024-bits": lambda: RING.weak.jwk(kid="weak"),
}


def nested(depth: int) -> object:
    deep: object = 1
    for _ in range(depth):
        deep = [deep]
    return deep


BAD_ALONE: dict[str, tuple[object, Verdict]] = {
    "use-enc": (signing(use="enc"), KEYS),
    "key-ops-sign": (signing(key_ops=["sign"]), KEYS),
    "key-ops-empty": (signing(key_ops=[]), KEYS),
    "alg-rs512": (signing(alg="RS512"), TOKEN),
    "alg-ps256": (signing(alg="PS256"), TOKEN),
    "alg-of-encryption": (signing(alg="RSA-OAEP-256"), ANY),
    "kty-lower-case": (signing(kty="rsa"), KEYS),
    "other-kid": (signing(kid="other"), TOKEN),
    "without-kid": (signing(kid=GONE), TOKEN),
    "oct": ({"kty": "oct", "kid": "rsa", "k": b64(b"k" * 32)}, KEYS),
    "public-key-of-another": (rsa(kid="rsa"), TOKEN),
}
GOOD_ALONE: dict[str, object] = {
    "without-use": signing(use=GONE),
    "with-alg": signing(alg="RS256"),
    "key-ops-verify": signing(use=GONE, key_ops=["verify"]),
    "extra-members": signing(x5t="A" * 27, foo=None, nbf=0),
}
ODD_ALONE: dict[str, object] = {
    "padded": lambda: {**RING.rsa.jwk(), "n": RING.rsa.jwk()["n"] + "=="},
    "zeros-in-front": lambda: RING.rsa.jwk(n=b64(b"\0" * 8 + RING.rsa.public.n.to_bytes(256))),
    "private-key-published": lambda: {**RING.rsa.jwk(), **RING.rsa.private_members()},
    "use-null": signing(use=None),
    "alg-null": signing(alg=None),
}
DOCUMENTS: dict[str, bytes] = {
    "no-keys": b"{}",
    "empty-set": b'{"keys":[]}',
    "keys-object": b'{"keys":{"rsa":{}}}',
    "keys-text": b'{"keys":"rsa"}',
    "keys-null": b'{"keys":null}',
    "keys-number": b'{"keys":7}',
    "keys-twice": b'{"keys":[],"keys":[]}',
    "all-null": b'{"keys":[null,null]}',
    "nested-5000": b'{"keys":' + b"[" * 5000 + b"]" * 5000 + b"}",
    "a-certificate": b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
}


def no_kid(*keys: Callable[[], object]) -> Plan:
    """Neither the token nor the keys have one."""
    return Plan(header={"kid": GONE}, keys=with_keys(*(_without_kid(key) for key in keys)))


def _without_kid(key: Callable[[], object]) -> Callable[[], object]:
    def made() -> object:
        jwk = key()
        assert isinstance(jwk, dict)
        return {name: value for name, value in jwk.items() if name not in ("kid", "use")}

    return made


def many(count: int, place: int) -> Plan:
    """The signing key among so many others."""
    return Plan(
        keys=lambda _turn: [
            RING.rsa.jwk() if at == place else {**RING.next.jwk(), "kid": f"k{at}"} for at in range(count)
        ]
    )


def turning(first: Callable[[Turn], list[object]], then: Callable[[Turn], list[object]]) -> Plan:
    """After the first sign-in the next key signs, and the set changes."""

    def forge(turn: Turn, header: dict[str, Any], payload: bytes) -> object:
        key = RING.rsa if turn.number < 2 else RING.next
        header["kid"] = "rsa" if then(turn)[0] == RING.next.jwk(kid="rsa") else key.kid
        return by(lambda: key)(turn, header, payload)

    return Plan(keys=lambda turn: first(turn) if turn.number < 2 else then(turn), forge=forge)


def two_sign_ins(visit: Visit) -> Page:
    first = sign_in_with(visit, visit.browser())
    assert first.status == 303, f"the first sign-in: {first}"
    return sign_in_with(visit, visit.browser())


def twenty_sign_ins(visit: Visit) -> Page:
    return [sign_in_with(visit, visit.browser()) for _ in range(20)][-1]


def few_fetches(visit: Visit, _end: Page) -> None:
    fetches = visit.room.count("jwks")
    assert fetches <= 8, f"the key set was fetched {fetches} times for 20 sign-ins"


CASES: list[Case] = [
    *table("jwk-beside", ACCEPTED, beside, MALFORMED),
    *(case for name, (value, verdict) in BAD_ALONE.items() for case in table("jwk-alone", verdict, only, {name: value})),
    *table("jwk-alone-good", ACCEPTED, only, GOOD_ALONE),
    *table("jwk-alone-odd", either("idp_keys_invalid", "id_token_invalid"), only, ODD_ALONE),
    *table("jwks-document", KEYS, whole, DOCUMENTS),
    *table("jwks-type", ACCEPTED, lambda it: Plan(replies={"jwks": media_type(it)}),
           {"jwk-set": "application/jwk-set+json", "text": "text/plain", "octets": "application/octet-stream"}),
    *table("no-kid", ACCEPTED, lambda plan: plan, {
        "one-of-each-kind": no_kid(key("rsa"), key("p256"), key("k256"),
                                   key("ed")),
        "one-for-signing": Plan(header={"kid": GONE}, keys=with_keys(rsa(use="enc"), signing())),
        "one-for-the-algorithm": Plan(header={"kid": GONE}, keys=with_keys(rsa(alg="RS512"), signing())),
    }),
    *table("no-kid-odd", either("id_token_invalid"), lambda plan: plan, {
        "several-fit": no_kid(key("next"), key("thief"), key("rsa")),
        "one-fits-with-kid": Plan(header={"kid": GONE}),
    }),
    *table("many-keys", ACCEPTED, lambda plan: plan, {"50-last": many(50, 49), "2000-first": many(2000, 0)}),
    *table("many-keys-odd", either("id_token_invalid", "idp_unavailable"), lambda plan: plan,
           {"2000-last": many(2000, 1999), "10000": many(10_000, 0)}),
    Case(name="rotation-new-kid", verdict=ACCEPTED, walk=two_sign_ins,
         plan=turning(own_keys, lambda _turn: [RING.next.jwk()])),
    Case(name="rotation-same-kid", verdict=ACCEPTED, walk=two_sign_ins,
         plan=turning(own_keys, lambda _turn: [RING.next.jwk(kid="rsa")])),
    Case(name="rotation-new-key-never-published", verdict=TOKEN, walk=two_sign_ins,
         plan=turning(own_keys, own_keys)),
    Case(name="unknown-kid-flood", verdict=TOKEN, walk=twenty_sign_ins, check=few_fetches,
         plan=Plan(header={"kid": "unknown"})),
    Case(name="bad-signature-flood", verdict=TOKEN, walk=twenty_sign_ins, check=few_fetches,
         plan=Plan(forge=by(lambda: RING.thief))),
]  # fmt: skip
