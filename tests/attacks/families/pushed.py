"""Requests that are pushed or signed, and proofs of possession: what a provider's odd answers bring about."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

from tests.attacks.browser import Page
from tests.attacks.case import ACCEPTED, RESTARTED, Case, refused, table
from tests.attacks.hostile.plan import GONE, Edit, Plan, Raw, Reply, Turn, edited, written
from tests.attacks.hostile.provider import parsed
from tests.attacks.hostile.wire import Change
from tests.attacks.visit import Visit
from tests.settings.samples import pem

PUSHES = {"pushed_authorization_requests": "always"}
SIGNS = {"request_objects": True, "client_keys": [pem(ec.generate_private_key(ec.SECP256R1()))]}
BOUND = {"dpop": True}
BY_KEY = {"client_auth": "private_key_jwt", "client_secret": [], "client_keys": SIGNS["client_keys"]}
AT_HOME = {"pushed_authorization_request_endpoint": lambda turn: f"{turn.home}/par"}
BAD_METADATA = refused("idp_metadata_invalid")
BAD_ANSWER = refused("idp_response_invalid")
AWAY = refused("idp_unavailable")


def pushing(change: Change) -> Plan:
    return Plan(metadata=AT_HOME, replies={"par": change})


def says(edit: Edit) -> Plan:
    """Other members in an honest answer."""

    def change(reply: Reply, turn: Turn) -> Reply:
        return replace(reply, body=written(edited(parsed(reply), edit, turn)).encode())

    return pushing(change)


def answers(code: int, body: bytes = b"{}", kind: str = "application/json", **headers: str) -> Change:
    return lambda reply, _turn: replace(
        reply,
        status=code,
        body=body,
        headers={"Content-Type": kind, **{name.replace("_", "-"): value for name, value in headers.items()}},
    )


def to_the_thief(code: int) -> Change:
    return lambda reply, turn: replace(
        reply, status=code, headers={"Location": f"{turn.thief}/par"}, body=b""
    )


def at(address: object) -> Plan:
    return Plan(metadata={"pushed_authorization_request_endpoint": address})


def carries_only(*names: str) -> Callable[[Visit, Page], None]:
    """What of the request the browser saw."""

    def check(visit: Visit, _end: Page) -> None:
        (seen,) = [one for one in visit.room.seen if one.endpoint == "authorize"]
        assert sorted(dict(parse_qsl(seen.query))) == sorted(names), seen.query

    return check


def nobody_was_sent_on(visit: Visit, end: Page) -> None:
    """Without a reference that can be believed the browser stays: nothing goes through it instead."""
    assert visit.room.count("authorize") == 0, "a downgrade to a request through the browser"
    assert urlsplit(end.url).path.startswith("/login/")


def asked_once(visit: Visit, end: Page) -> None:
    nobody_was_sent_on(visit, end)
    assert visit.room.count("par") == 1, f"asked {visit.room.count('par')} times"


ADDRESSES: dict[str, object] = {
    "missing": GONE,
    "null": None,
    "number": 7,
    "list": lambda turn: [f"{turn.home}/par"],
    "relative": "/par",
    "http-elsewhere": "http://idp.example/par",
    "javascript": "javascript:alert(1)",
    "file": "file:///etc/passwd",
    "gopher": "gopher://127.0.0.1:6379/_FLUSHALL",
    "credentials": "https://user:secret@idp.example/par",
    "fragment": lambda turn: f"{turn.home}/par#x",
    "line-break": lambda turn: f"{turn.home}/par\r\nX-Evil: 1",
    "space": lambda turn: f"{turn.home}/par x",
    "backslash": "https:\\\\evil.example\\par",
}
INSIDE: dict[str, object] = {
    "private": "https://10.0.0.1/par",
    "cloud-metadata": "https://169.254.169.254/latest/meta-data",
    "mapped": "https://[::ffff:10.0.0.1]/par",
    "nat64": "https://[64:ff9b::a00:1]/par",
    "unique-local": "https://[fd00:ec2::254]/par",
    "unspecified": "https://0.0.0.0/par",
    "shared": "https://100.64.0.1/par",
}
MEMBERS: dict[str, Edit] = {
    "no-reference": {"request_uri": GONE},
    "reference-null": {"request_uri": None},
    "reference-empty": {"request_uri": ""},
    "reference-number": {"request_uri": 7},
    "reference-list": {"request_uri": ["urn:x:1"]},
    "reference-no-uri": {"request_uri": "abc"},
    "reference-line-break": {"request_uri": "urn:x:1\r\nSet-Cookie: a=b"},
    "reference-space": {"request_uri": "urn:x:1 2"},
    "reference-unicode": {"request_uri": "urn:x:\u0456"},
    "reference-huge": {"request_uri": "urn:x:" + "1" * 5000},
    "life-missing": {"expires_in": GONE},
    "life-zero": {"expires_in": 0},
    "life-negative": {"expires_in": -1},
    "life-true": {"expires_in": True},
    "life-text": {"expires_in": "60"},
    "life-infinite": {"expires_in": Raw("1e999")},
    "life-nan": {"expires_in": Raw("NaN")},
    "life-of-digits": {"expires_in": Raw("9" * 5000)},
}
BODIES: dict[str, Change] = {
    "empty": answers(201, b""),
    "html": answers(201, b"<html>", "text/html"),
    "form": answers(201, b"request_uri=urn:x:1&expires_in=60", "application/x-www-form-urlencoded"),
    "json-called-text": lambda reply, _turn: replace(reply, headers={"Content-Type": "text/plain"}),
    "list": answers(201, b"[]"),
    "twice": answers(201, b'{"request_uri":"urn:x:1","request_uri":"urn:x:2","expires_in":60}'),
    "deep": answers(201, b"[" * 100_000),
    "not-utf-8": answers(201, b'{"request_uri":"\xff","expires_in":60}'),
    "accepted-202": answers(202),
    "nothing-204": answers(204, b""),
    "not-modified-304": answers(304, b""),
    "bare-400": answers(400, b"no"),
    "redirect-302": to_the_thief(302),
    "redirect-303": to_the_thief(303),
    "redirect-307": to_the_thief(307),
    "redirect-308": to_the_thief(308),
}
UNWELL: dict[str, Change] = {
    "limited-429": answers(429, b'{"error":"invalid_client"}'),
    "broken-500": answers(500),
    "away-503": answers(503),
    "large": answers(201, b'{"request_uri":"' + b"x" * 1_500_000 + b'"}'),
    "compressed": answers(201, b"\x1f\x8b", Content_Encoding="gzip"),
}
REJECTED: dict[str, Change] = {
    "invalid-client": answers(401, b'{"error":"invalid_client"}'),
    "unauthorized-client": answers(400, b'{"error":"unauthorized_client"}'),
    "bare-401": answers(401, b""),
}
TOLD: dict[str, Change] = {
    "invalid-request": answers(400, b'{"error":"invalid_request"}'),
    "words-with-markup": answers(400, b'{"error":"<script>alert(1)</script>"}'),
    "use-dpop-nonce": answers(400, b'{"error":"use_dpop_nonce"}', DPoP_Nonce="n"),
}


def wants(nonce: str) -> Change:
    """The token endpoint asks for a proof with a nonce that cannot be used."""
    given = {"DPoP-Nonce": nonce} if nonce else {}
    return lambda reply, _turn: replace(
        reply, status=400, body=b'{"error":"use_dpop_nonce"}', headers={**reply.headers, **given}
    )


def asked_the_token_endpoint_once(visit: Visit, _end: Page) -> None:
    assert visit.room.count("token") == 1, f"asked {visit.room.count('token')} times"


def audience_of(assertion: str) -> object:
    claims = assertion.split(".")[1]
    return json.loads(urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["aud"]


def proven_to_the_issuer_alone(visit: Visit, _end: Page) -> None:
    """At the token endpoint that the metadata name, another provider's, this proof must be worth nothing."""
    ((_, form),) = visit.room.pushed.items()
    assert audience_of(form["client_assertion"]) == visit.room.blank.issuer


CASES: list[Case] = [
    Case(
        name="par-audience-injection",
        verdict=RESTARTED,
        plan=Plan(metadata={**AT_HOME, "token_endpoint": lambda turn: f"{turn.thief}/token"}),
        settings={**PUSHES, **BY_KEY},
        walk=lambda visit: visit.browser().get(visit.login_url),
        check=proven_to_the_issuer_alone,
    ),
    Case(
        name="par-honest",
        verdict=ACCEPTED,
        plan=Plan(metadata=AT_HOME),
        settings=PUSHES,
        check=carries_only("client_id", "request_uri"),
    ),
    Case(
        name="par-demanded-by-metadata",
        verdict=ACCEPTED,
        plan=Plan(metadata={**AT_HOME, "require_pushed_authorization_requests": True}),
        check=carries_only("client_id", "request_uri"),
    ),
    Case(
        name="jar-honest",
        verdict=ACCEPTED,
        settings=SIGNS,
        check=carries_only("client_id", "response_type", "scope", "request"),
    ),
    Case(
        name="jar-pushed",
        verdict=ACCEPTED,
        plan=Plan(metadata=AT_HOME),
        settings={**SIGNS, **PUSHES},
        check=carries_only("client_id", "request_uri"),
    ),
    *table("par-endpoint", BAD_METADATA, at, ADDRESSES, settings=PUSHES, check=nobody_was_sent_on),
    *table("par-inside", AWAY, at, INSIDE, settings=PUSHES, check=nobody_was_sent_on),
    *table("par-answer", BAD_ANSWER, says, MEMBERS, settings=PUSHES, check=asked_once),
    *table("par-body", BAD_ANSWER, pushing, BODIES, settings=PUSHES, check=asked_once),
    *table("par-unwell", AWAY, pushing, UNWELL, settings=PUSHES, check=nobody_was_sent_on),
    *table("par-client", refused("client_rejected"), pushing, REJECTED, settings=PUSHES, check=asked_once),
    *table("par-error", refused("idp_error"), pushing, TOLD, settings={**PUSHES, **BOUND}, check=asked_once),
    *table("dpop-nonce-odd", BAD_ANSWER, lambda nonce: Plan(replies={"token": wants(nonce)}),
           {"missing": "", "quoted": 'a"b', "space": "a b", "backslash": "a\\b", "huge": "n" * 5000, "latin": "\xe4"},
           settings=BOUND, check=asked_the_token_endpoint_once),
]  # fmt: skip
