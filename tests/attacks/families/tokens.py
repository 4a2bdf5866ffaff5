"""Token endpoints that answer with HTTP and JSON in order, and with nonsense in them."""

from collections.abc import Callable
from typing import Any

from tests.attacks.browser import Page
from tests.attacks.case import ACCEPTED, Case, either, refused, table
from tests.attacks.hostile import wire
from tests.attacks.hostile.plan import GONE, Edit, Plan, Raw, Turn, signed
from tests.attacks.hostile.wire import Change, status
from tests.attacks.visit import Visit
from tests.attacks.walks import sign_in_with

INVALID = refused("idp_response_invalid")


def answers(edit: Edit) -> Plan:
    return Plan(tokens=edit)


def replies(change: Change) -> Plan:
    return Plan(replies={"token": change})


def error(code: int, text: bytes, **headers: str) -> Change:
    return status(code, text, **headers)


ACCESS: dict[str, object] = {
    "missing": GONE,
    "null": None,
    "empty": "",
    "number": 7,
    "true": True,
    "list": ["token"],
    "object": {},
    "line-break": "token\r\nX-Injected: 1",
    "newline-at-the-end": "token\n",
    "nul": "to\0ken",
    "tab": "to\tken",
    "non-ascii": "tok\u00e9n",
    "emoji": "\U0001f511",
    "lone-surrogate": Raw(r'"\udc80"'),
    "delete": "token\x7f",
}
TYPE: dict[str, object] = {
    "missing": GONE,
    "null": None,
    "empty": "",
    "mac": "mac",
    "dpop": "DPoP",
    "n-a": "N_A",
    "number": 7,
    "list": ["Bearer"],
    "trailing-space": "Bearer ",
    "newline": "Bearer\n",
    "with-words": "Bearer token",
    "unicode-twin": "\u0412earer",
    "long-s-free-twin": "be\u0430rer",
}
TYPE_GOOD = {"lower": "bearer", "upper": "BEARER", "mixed": "bEaReR"}
ID_TOKEN: dict[str, object] = {"missing": GONE, "null": None, "number": 7, "list": [], "object": {}}
GOOD: dict[str, Edit] = {
    "no-expires-in": {"expires_in": GONE},
    "expires-in-text": {"expires_in": "300"},
    "expires-in-negative": {"expires_in": -1},
    "expires-in-huge": {"expires_in": 10**400},
    "refresh-token": {"refresh_token": "pl4nt3d-refresh-0123456789", "scope": "openid"},
    "scope-widened": {"scope": "openid admin"},
    "scope-number": {"scope": 7},
    "error-null": {"error": None},
    "unknown-members": {"": 1, "session_state": {}, "not-before-policy": 0, "access_token ": 7},
}
ODD: dict[str, Edit] = {
    "error-beside-tokens": {"error": "invalid_grant"},
    "access-token-of-500-kilobytes": {"access_token": "t" * 500_000},
    "access-token-with-spaces": {"access_token": "to ken"},
    "access-token-like-a-header": {"access_token": "x, Basic abc"},
}
ERRORS: dict[str, tuple[Change, str]] = {
    "400-invalid-grant": (error(400, b'{"error":"invalid_grant"}'), "code_rejected"),
    "400-invalid-client": (error(400, b'{"error":"invalid_client"}'), "client_rejected"),
    "401-invalid-client": (error(401, b'{"error":"invalid_client"}'), "client_rejected"),
    "401-empty": (error(401, b""), "client_rejected"),
    "401-page": (error(401, b"<h1>Unauthorized", Content_Type="text/html"), "client_rejected"),
    "401-challenge": (error(401, b"", WWW_Authenticate='Basic realm="x"'), "client_rejected"),
    "400-unauthorized-client": (error(400, b'{"error":"unauthorized_client"}'), "client_rejected"),
    "400-unknown": (error(400, b'{"error":"something_else"}'), "idp_response_invalid"),
    "400-empty": (error(400, b""), "idp_response_invalid"),
    "400-page": (error(400, b"<h1>Bad", Content_Type="text/html"), "idp_response_invalid"),
    "400-error-number": (error(400, b'{"error":400}'), "idp_response_invalid"),
    "400-error-list": (error(400, b'{"error":["invalid_grant"]}'), "idp_response_invalid"),
    "400-error-object": (error(400, b'{"error":{"code":1}}'), "idp_response_invalid"),
    "400-error-null": (error(400, b'{"error":null}'), "idp_response_invalid"),
    "400-error-huge": (error(400, b'{"error":"' + b"e" * 500_000 + b'"}'), "idp_response_invalid"),
    "400-error-control": (error(400, b'{"error":"a\\u0000\\r\\n\\u001b[31m"}'), "idp_response_invalid"),
    "400-error-markup": (error(400, b'{"error":"<script>alert(1)</script>"}'), "idp_response_invalid"),
    "400-error-surrogate": (error(400, b'{"error":"\\ud800"}'), "idp_response_invalid"),
    "400-error-twice": (error(400, b'{"error":"invalid_grant","error":"x"}'), "idp_response_invalid"),
    "400-array": (error(400, b'["invalid_grant"]'), "idp_response_invalid"),
    "400-with-tokens": (status(400), "idp_response_invalid"),
    "403": (error(403, b'{"error":"access_denied"}'), "idp_response_invalid"),
    "407": (error(407, b"", Proxy_Authenticate="Basic"), "idp_response_invalid"),
    "200-error": (error(200, b'{"error":"invalid_grant"}'), "idp_response_invalid"),
    "200-empty-object": (error(200, b"{}"), "idp_response_invalid"),
}


def _bytes(make: Callable[[bytes], bytes]) -> Change:
    return wire.body(make)


TWINS: dict[str, Change] = {
    "id-token": _bytes(lambda text: text[:-1] + b',"id_token":"a.b.c"}'),
    "id-token-first": _bytes(lambda text: b'{"id_token":"a.b.c",' + text[1:]),
    "access-token": _bytes(lambda text: text[:-1] + b',"access_token":"other"}'),
    "token-type": _bytes(lambda text: text[:-1] + b',"token_type":"mac"}'),
}


def replayed(turn: Turn, header: dict[str, Any], payload: bytes) -> str:
    """The ID token of the first sign-in, again."""
    return turn.id_tokens[0] if turn.id_tokens else signed(turn, header, payload)


def twice(visit: Visit) -> Page:
    first = sign_in_with(visit, visit.browser())
    assert first.status == 303, f"the first sign-in: {first}"
    return sign_in_with(visit, visit.browser())


def asked_at_most(times: int) -> Callable[[Visit, Page], None]:
    def check(visit: Visit, _end: Page) -> None:
        assert visit.room.count("token") <= times, f"asked {visit.room.count('token')} times"

    return check


def secret_only_in_the_body(visit: Visit, _end: Page) -> None:
    for seen in visit.room.seen:
        assert "authorization" not in seen.headers or seen.endpoint == "userinfo", f"{seen.endpoint}"


POST = {"client_auth": "client_secret_post"}
CASES: list[Case] = [
    *table("access-token", INVALID, lambda it: Plan(tokens={"access_token": it}), ACCESS),
    *table("token-type", INVALID, lambda it: Plan(tokens={"token_type": it}), TYPE),
    *table("token-type-good", ACCEPTED, lambda it: Plan(tokens={"token_type": it}), TYPE_GOOD),
    *table("id-token", INVALID, lambda it: Plan(tokens={"id_token": it}), ID_TOKEN),
    *table("token-good", ACCEPTED, answers, GOOD),
    *table("token-odd", either("idp_response_invalid", "userinfo_invalid", "idp_unavailable"), answers, ODD),
    *table("token-twin", INVALID, replies, TWINS),
    *(
        case
        for name, (change, code) in ERRORS.items()
        for case in table("token", refused(code), replies, {name: change}, check=asked_at_most(1))
    ),
    *table(
        "token-post",
        INVALID,
        replies,
        {f"redirect-{code}": wire.to_the_thief(code) for code in (301, 302, 303, 307, 308)},
        settings=POST,
    ),
    *table("token-post", ACCEPTED, answers, {"honest": {}}, settings=POST, check=secret_only_in_the_body),
    Case(
        name="id-token-replayed",
        verdict=refused("id_token_invalid"),
        plan=Plan(forge=replayed),
        walk=twice,
    ),
    Case(
        name="id-token-of-another-connection",
        verdict=refused("id_token_invalid"),
        plan=Plan(
            claims={
                "iss": lambda turn: turn.issuer.rpartition("/")[0] + "/control-honest",
                "sub": "subject of control-honest",
            }
        ),
    ),
]
