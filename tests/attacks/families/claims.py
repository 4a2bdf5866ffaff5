"""ID tokens with a good signature and one bad claim."""

from collections.abc import Callable

from tests.attacks.case import ACCEPTED, Case, either, refused, table
from tests.attacks.hostile.jose import b64, half_hash
from tests.attacks.hostile.plan import GONE, Edit, Plan, Raw, Turn, now

INVALID = refused("id_token_invalid")
DAY = 86_400
_ACCESS = half_hash("RS256", "another access token")


def claims(edit: Edit) -> Plan:
    return Plan(claims=edit)


def claim(name: str) -> Callable[[object], Plan]:
    """A plan from the one claim's value."""
    return lambda value: Plan(claims={name: value})


def us(turn: Turn) -> str:
    return turn.client_id


def among(*others: object) -> Callable[[Turn], object]:
    return lambda turn: [turn.client_id, *others]


def nonce(change: Callable[[str], object]) -> Callable[[Turn], object]:
    return lambda turn: change(turn.asked["nonce"])


def issuer(change: Callable[[str], object]) -> Callable[[Turn], object]:
    return lambda turn: change(turn.issuer)


def at_hash(change: Callable[[str], object]) -> Callable[[Turn], object]:
    return lambda turn: change(half_hash("RS256", turn.access_token))


ISS: dict[str, object] = {
    "other": "https://evil.example",
    "other-connection": issuer(lambda it: it.rpartition("/")[0] + "/control-honest"),
    "trailing-slash": issuer(lambda it: it + "/"),
    "upper-case": issuer(str.upper),
    "upper-case-scheme": issuer(lambda it: it.replace("http", "HTTP")),
    "unicode-twin": issuer(lambda it: it.replace("i", "\u0456")),
    "fullwidth-slash": issuer(lambda it: it.replace("/iss", "\uff0fiss")),
    "percent-encoded": issuer(lambda it: it.replace("-", "%2D")),
    "dot-segment": issuer(lambda it: it.replace("/iss", "/./iss")),
    "query": issuer(lambda it: it + "?"),
    "leading-space": issuer(lambda it: " " + it),
    "newline": issuer(lambda it: it + "\n"),
    "nul": issuer(lambda it: it + "\0"),
    "prefix": issuer(lambda it: it[:-1]),
    "missing": GONE,
    "null": None,
    "empty": "",
    "number": 7,
    "true": True,
    "list": issuer(lambda it: [it]),
    "object": issuer(lambda it: {it: it}),
    "nested-900": Raw("[" * 900 + "]" * 900),
}
AUD: dict[str, Edit] = {
    "other": {"aud": "other"},
    "missing": {"aud": GONE},
    "null": {"aud": None},
    "empty-text": {"aud": ""},
    "empty-list": {"aud": []},
    "number": {"aud": 7},
    "true": {"aud": True},
    "object": {"aud": lambda turn: {turn.client_id: 1}},
    "nested": {"aud": lambda turn: [[turn.client_id]]},
    "list-with-null": {"aud": among(None), "azp": us},
    "list-with-number": {"aud": among(7), "azp": us},
    "space-joined": {"aud": lambda turn: f"{turn.client_id} other"},
    "upper-case": {"aud": lambda turn: turn.client_id.upper()},
    "trailing-space": {"aud": lambda turn: turn.client_id + " "},
    "substring": {"aud": lambda turn: turn.client_id[:-1]},
    "several-without-azp": {"aud": among("other")},
    "several-azp-other": {"aud": among("other"), "azp": "other"},
    "several-azp-null": {"aud": among("other"), "azp": None},
    "azp-other": {"azp": "other"},
    "azp-us-aud-other": {"aud": "other", "azp": us},
    "azp-us-aud-empty": {"aud": [], "azp": us},
    "azp-us-aud-missing": {"aud": GONE, "azp": us},
    "azp-list": {"azp": lambda turn: [turn.client_id]},
    "azp-null": {"azp": None},
    "azp-empty": {"azp": ""},
    "azp-number": {"azp": 7},
}
AUD_GOOD: dict[str, Edit] = {
    "list-of-one": {"aud": lambda turn: [turn.client_id]},
    "azp-us": {"azp": us},
    "several-azp-us": {"aud": among("other", "third"), "azp": us},
}
NOT_A_TIME: dict[str, object] = {
    "text": lambda turn: str(now(200)(turn)),
    "true": True,
    "list": lambda turn: [now(200)(turn)],
    "object": {},
    "nan": Raw("NaN"),
    "infinity": Raw("Infinity"),
    "minus-infinity": Raw("-Infinity"),
    "1e400": Raw("1e400"),
    "minus-1e400": Raw("-1e400"),
    "1e308": Raw("1e308"),
    "400-digits": 10**400,
    "minus-400-digits": -(10**400),
    "5000-digits": Raw("1" * 5000),
    "milliseconds": lambda turn: f"{now(200)(turn)}000",
}
EXP: dict[str, Edit] = {
    **{name: {"exp": value} for name, value in NOT_A_TIME.items()},
    "missing": {"exp": GONE},
    "null": {"exp": None},
    "zero": {"exp": 0},
    "negative": {"exp": -1},
    "45-seconds-past": {"exp": now(-45), "iat": now(-300)},
    "year-past": {"exp": now(-365 * DAY), "iat": now(-366 * DAY)},
    "year-past-iat-now": {"exp": now(-365 * DAY)},
    "32-days": {"exp": now(32 * DAY)},
    "ten-years": {"exp": now(3650 * DAY)},
    "in-milliseconds": {"exp": lambda turn: int(str(now(200)(turn))) * 1000},
    "equals-iat": {"exp": now(), "iat": now()},
    "before-iat": {"exp": now(-5), "iat": now()},
}
EXP_GOOD: dict[str, Edit] = {
    "fraction": {"exp": lambda turn: int(str(now(200)(turn))) + 0.5},
    "exponent": {"exp": lambda turn: Raw(f"{now(200)(turn)}.0e0")},
    "past-within-tolerance": {"exp": now(-10), "iat": now(-200)},
    "30-days": {"exp": now(30 * DAY)},
}
IAT: dict[str, Edit] = {
    **{name: {"iat": value} for name, value in NOT_A_TIME.items()},
    "missing": {"iat": GONE},
    "null": {"iat": None},
    "zero": {"iat": 0},
    "negative": {"iat": -1},
    "11-minutes-old": {"iat": now(-680)},
    "year-old": {"iat": now(-365 * DAY)},
    "future": {"iat": now(60)},
    "year-ahead": {"iat": now(365 * DAY), "exp": now(366 * DAY)},
}
IAT_GOOD: dict[str, Edit] = {
    "fraction": {"iat": lambda turn: int(str(now(0)(turn))) - 0.5},
    "ahead-within-tolerance": {"iat": now(15)},
    "5-minutes-old": {"iat": now(-300)},
}
NBF: dict[str, object] = {**NOT_A_TIME, "future": now(60), "null": None, "text-past": "1"}
NBF_GOOD: dict[str, object] = {"past": now(-60), "zero": 0, "ahead-within-tolerance": now(15)}
NONCE: dict[str, object] = {
    "missing": GONE,
    "null": None,
    "empty": "",
    "other": "n-0S6_WzA2Mj",
    "number": 7,
    "true": True,
    "list": nonce(lambda it: [it]),
    "object": nonce(lambda it: {"nonce": it}),
    "swapped-case": nonce(str.swapcase),
    "prefix": nonce(lambda it: it[:-1]),
    "longer": nonce(lambda it: it + "A"),
    "trailing-space": nonce(lambda it: it + " "),
    "nul": nonce(lambda it: it + "\0"),
    "non-ascii": nonce(lambda it: it + "\u00e9"),
    "lone-surrogate": Raw(r'"\ud800"'),
    "state": lambda turn: turn.asked["state"],
    "challenge": lambda turn: turn.asked["code_challenge"],
}
SUB: dict[str, object] = {
    "missing": GONE,
    "null": None,
    "empty": "",
    "256-characters": "s" * 256,
    "nul": "sub\0ject",
    "newline": "subject\n",
    "return": "subject\r",
    "tab": "sub\tject",
    "delete": "subject\x7f",
    "escape": "\x1b[31msubject",
    "non-ascii": "suject\u00e9",
    "fullwidth": "\uff53ubject",
    "right-to-left": "subject\u202e",
    "lone-surrogate": Raw(r'"subject\ud800"'),
    "number": 7,
    "fraction": 7.5,
    "true": True,
    "list": ["subject"],
    "object": {"sub": "subject"},
}
SUB_GOOD: dict[str, object] = {
    "255-characters": "s" * 255,
    "leading-space": " subject",
    "markup": '<b>"subject"</b>',
    "redis-key": "}:us *?[a-z] \\ %s {x}:attempt:",
    "one-character": "7",
    "lua": "') redis.call('FLUSHALL') --",
}
HASHES: dict[str, object] = {
    "wrong": _ACCESS,
    "null": None,
    "empty": "",
    "number": 7,
    "list": at_hash(lambda it: [it]),
    "padded": at_hash(lambda it: it + "=="),
    "prefix": at_hash(lambda it: it[:-1]),
    "non-ascii": at_hash(lambda it: it + "\u00e9"),
}
OTHERS_GOOD: dict[str, Edit] = {
    "at-hash": {"at_hash": at_hash(str)},
    "c-hash": {"c_hash": lambda turn: half_hash("RS256", turn.code)},
    "unknown-claims": {"auth_time": now(-7), "acr": "0", "amr": ["pwd"], "xms_edov": None, "": "empty name"},
    "huge-number-elsewhere": {"elsewhere": 10**400},
}
ODD: dict[str, Edit] = {
    "same-audience-twice": {"aud": lambda turn: [turn.client_id, turn.client_id]},
    "lone-surrogate-elsewhere": {"elsewhere": Raw(r'"\udfff"')},
    "logout-event": {"events": {"http://schemas.openid.net/event/backchannel-logout": {}}},
    "sid-huge": {"sid": "s" * 10_000},
    "sid-number": {"sid": 7},
    "nested-900-elsewhere": {"elsewhere": Raw("[" * 900 + "]" * 900)},
    "100-kilobytes-elsewhere": {"elsewhere": "x" * 100_000},
    "groups-by-the-thousand": {"groups": [b64(str(place).encode()) for place in range(5000)]},
}


CASES: list[Case] = [
    *table("iss", INVALID, claim("iss"), ISS),
    *table("aud", INVALID, claims, AUD),
    *table("aud-good", ACCEPTED, claims, AUD_GOOD),
    *table("exp", INVALID, claims, EXP),
    *table("exp-good", ACCEPTED, claims, EXP_GOOD),
    *table("iat", INVALID, claims, IAT),
    *table("iat-good", ACCEPTED, claims, IAT_GOOD),
    *table("nbf", INVALID, claim("nbf"), NBF),
    *table("nbf-good", ACCEPTED, claim("nbf"), NBF_GOOD),
    *table("nonce", INVALID, claim("nonce"), NONCE),
    *table("sub", INVALID, claim("sub"), SUB),
    *table("sub-good", ACCEPTED, lambda sub: Plan(claims={"sub": sub}, userinfo={"sub": sub}), SUB_GOOD),
    *table(
        "at-hash",
        INVALID,
        claim("at_hash"),
        {**HASHES, "of-the-code": lambda it: half_hash("RS256", it.code)},
    ),
    *table("c-hash", INVALID, claim("c_hash"), HASHES),
    *table("claims-good", ACCEPTED, claims, OTHERS_GOOD),
    *table("claims-odd", either("id_token_invalid"), claims, ODD),
]
