"""ID tokens that are no compact JWS with one JSON object, or only nearly one."""

import json
from collections.abc import Callable

from tests.attacks.case import Case, either, refused, table
from tests.attacks.hostile.jose import RING, b64
from tests.attacks.hostile.plan import Plan, Turn, signed, written

INVALID = refused("id_token_invalid")
Spelling = Callable[[str], bytes]


def spelled(spelling: Spelling) -> Plan:
    """The payload is written like this, and honestly signed."""
    return Plan(spelling=spelling)


def text(change: Callable[[str], str]) -> Plan:
    """The finished token is changed as a text."""
    return Plan(forge=lambda turn, header, payload: change(signed(turn, header, payload)))


def header_bytes(change: Callable[[bytes], bytes]) -> Plan:
    """The header's bytes are changed before signing."""

    def forge(_turn: Turn, header: dict[str, object], payload: bytes) -> str:
        start = f"{b64(change(written(header).encode()))}.{b64(payload)}"
        return f"{start}.{b64(RING.rsa.sign('RS256', start.encode()))}"

    return Plan(forge=forge)


def token(value: object) -> Plan:
    """In place of the ID token."""
    return Plan(forge=lambda _turn, _header, _payload: value)


def parts(change: Callable[[list[str]], list[str]]) -> Callable[[str], str]:
    return lambda whole: ".".join(change(whole.split(".")))


def member(name: str, value: str) -> Spelling:
    """One more member in front, so that the honest one is the last of two."""
    return lambda payload: f'{{"{name}":{value},{payload[1:]}'.encode()


def member_last(name: str, value: str) -> Spelling:
    return lambda payload: f'{payload[:-1]},"{name}":{value}}}'.encode()


def nested(opening: str, closing: str, depth: int) -> Spelling:
    inner = opening * depth + closing * depth
    return lambda payload: f'{payload[:-1]},"deep":{inner}}}'.encode()


def jwe(_whole: str) -> str:
    header = b64(json.dumps({"alg": "RSA-OAEP-256", "enc": "A256GCM", "cty": "JWT"}).encode())
    return ".".join([header, b64(b"k" * 256), b64(b"i" * 12), b64(b"c" * 500), b64(b"t" * 16)])


def flattened(whole: str) -> str:
    protected, payload, signature = whole.split(".")
    return json.dumps({"protected": protected, "payload": payload, "signature": signature})


TWINS: dict[str, Spelling] = {
    "sub-first": member("sub", '"victim"'),
    "sub-last": member_last("sub", '"victim"'),
    "sub-same": lambda payload: f'{payload[:-1]},"sub":{json.dumps(json.loads(payload)["sub"])}}}'.encode(),
    "sub-escaped": member("s\\u0075b", '"victim"'),
    "iss": member("iss", '"https://evil.example"'),
    "iss-last": member_last("iss", '"https://evil.example"'),
    "aud": member("aud", '"other"'),
    "exp": member("exp", "99999999999"),
    "nonce": member("nonce", '"other"'),
    "email": lambda payload: f'{payload[:-1]},"email":"a@acme.example","email":"b@acme.example"}}'.encode(),
    "nested": member_last("address", '{"locality":"A","locality":"B"}'),
    "nested-in-list": member_last("list", '[{"a":1,"a":2}]'),
}
PAYLOADS: dict[str, Spelling] = {
    "array": lambda payload: f"[{payload}]".encode(),
    "text": lambda payload: json.dumps(payload).encode(),
    "number": lambda _payload: b"7",
    "null": lambda _payload: b"null",
    "true": lambda _payload: b"true",
    "nothing": lambda _payload: b"",
    "empty-object": lambda _payload: b"{}",
    "not-json": lambda _payload: b"iss=issuer&sub=subject",
    "single-quotes": lambda payload: payload.replace('"', "'").encode(),
    "comment": lambda payload: f"/* */{payload}".encode(),
    "trailing-comma": lambda payload: f"{payload[:-1]},}}".encode(),
    "trailing-garbage": lambda payload: f"{payload}x".encode(),
    "trailing-nul": lambda payload: f"{payload}\0".encode(),
    "two-objects": lambda payload: f"{payload}{payload}".encode(),
    "byte-order-mark": lambda payload: b"\xef\xbb\xbf" + payload.encode(),
    "utf-16": lambda payload: payload.encode("utf-16"),
    "utf-32": lambda payload: payload.encode("utf-32-le"),
    "latin-1": lambda payload: f'{payload[:-1]},"name":"\u00e9"}}'.encode("latin-1"),
    "overlong-utf-8": lambda payload: payload.encode().replace(b"subject", b"s\xc1\xb5bject"),
    "surrogate-in-utf-8": lambda payload: payload.encode().replace(b"subject", b"\xed\xa0\x80subject"),
    "raw-newline-in-text": lambda payload: payload.replace("subject", "sub\nject").encode(),
    "nested-lists-100k": nested("[", "]", 100_000),
    "nested-lists-20k": nested("[", "]", 20_000),
    "nested-objects-20k": nested('{"a":', "", 20_000),
    "nested-lists-2000": nested("[", "]", 2000),
    "600-kilobytes": lambda payload: f'{payload[:-1]},"fat":"{"x" * 600_000}"}}'.encode(),
}
TEXTS: dict[str, Callable[[str], str]] = {
    "empty": lambda _whole: "",
    "dots": lambda _whole: "..",
    "one-part": lambda whole: whole.split(".")[1],
    "two-parts": parts(lambda three: three[:2]),
    "four-parts": lambda whole: f"{whole}.{b64(b'more')}",
    "trailing-dot": lambda whole: f"{whole}.",
    "five-parts-jwe": jwe,
    "flattened-json": flattened,
    "no-header": parts(lambda three: ["", *three[1:]]),
    "no-payload": parts(lambda three: [three[0], "", three[2]]),
    "padding-on-header": parts(lambda three: [three[0] + "=" * (-len(three[0]) % 4 or 4), *three[1:]]),
    "padding-on-signature": lambda whole: whole + "==",
    "standard-alphabet": parts(lambda three: [*three[:2], three[2].replace("-", "+").replace("_", "/")]),
    "space-in-payload": parts(lambda three: [three[0], f"{three[1][:8]} {three[1][8:]}", three[2]]),
    "newline-in-signature": parts(lambda three: [*three[:2], f"{three[2][:64]}\r\n{three[2][64:]}"]),
    "newline-at-the-end": lambda whole: f"{whole}\n",
    "space-in-front": lambda whole: f" {whole}",
    "unknown-character": parts(lambda three: [*three[:2], f"{three[2][:9]}!{three[2][9:]}"]),
    "nul-at-the-end": lambda whole: f"{whole}\0",
    "non-ascii": parts(lambda three: [*three[:2], f"{three[2]}\u00e9"]),
    "impossible-length": parts(lambda three: [*three[:2], f"{three[2]}AAA"]),
    "bearer-in-front": lambda whole: f"Bearer {whole}",
    "percent-encoded": lambda whole: whole.replace(".", "%2E"),
    "header-and-payload-swapped": parts(lambda three: [three[1], three[0], three[2]]),
    "payload-of-another": parts(lambda three: [three[0], three[1][:-4] + "AAAA", three[2]]),
    "hundred-thousand-dots": lambda whole: whole + "." * 100_000,
    "kilobytes-of-base64": lambda _whole: "A" * 900_000,
}
HEADERS: dict[str, Callable[[bytes], bytes]] = {
    "array": lambda head: b"[" + head + b"]",
    "nothing": lambda _head: b"",
    "not-json": lambda _head: b"alg=RS256",
    "byte-order-mark": lambda head: b"\xef\xbb\xbf" + head,
    "not-utf-8": lambda head: head[:-1] + b',"x":"\xff"}',
    "alg-twice-none-first": lambda head: b'{"alg":"none",' + head[1:],
    "alg-twice-none-last": lambda head: head[:-1] + b',"alg":"none"}',
    "kid-twice": lambda head: head[:-1] + b',"kid":"other"}',
    "nested-20k": lambda head: head[:-1] + b',"x":' + b"[" * 20_000 + b"]" * 20_000 + b"}",
}
INSTEAD: dict[str, object] = {
    "number": 7,
    "null": None,
    "true": True,
    "list": ["a.b.c"],
    "object": {"token": "a.b.c"},
}
ODD: dict[str, Spelling] = {
    "trailing-newline": lambda payload: f"{payload}\n".encode(),
    "pretty-printed": lambda payload: json.dumps(json.loads(payload), indent=2).encode(),
    "escaped-letters": lambda payload: payload.replace('"sub"', '"s\\u0075b"').encode(),
}


def unused_bits(whole: str) -> str:
    """The last character of the signature carries bits that decoders drop."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    start, last = whole[:-1], whole[-1]
    return start + letters[letters.index(last) ^ 1]


CASES: list[Case] = [
    *table("twin", INVALID, spelled, TWINS),
    *table("payload", INVALID, spelled, PAYLOADS),
    *table("payload-odd", either("id_token_invalid"), spelled, ODD),
    *table("compact", INVALID, text, TEXTS),
    *table("compact-odd", either("id_token_invalid"), text, {"unused-bits": unused_bits}),
    *table("header", INVALID, header_bytes, HEADERS),
    *table("instead", refused("idp_response_invalid", "id_token_invalid"), token, INSTEAD),
]
