"""Malformed requests of every kind, as bytes: seeded, so that the thousandth is the same one every time."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

METHODS = ("GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT", "FROB")
#: What belongs into no name, value, path or body, each with the attack it is known from.
ODD = (
    b"", b"%", b"%00", b"%0d%0aSet-Cookie:%20a=b", b"%ff%fe", b"%c0%af", b"%c0%ae%c0%ae/", b"%e0%80%af", b"%u0041",
    b"..", b"../" * 9 + b"etc/passwd", b"..%2f..%2fapp.py", b"//evil.example", b"/\\evil.example", b"\\", b";", b"*",
    b"'\"><script>alert(1)</script>", b"{{7*7}}", b"${jndi:ldap://x}", b"%{{7*7}}", b"' OR 1=1--", b"null", b"[]",
    b"-1", b"1e400", b"NaN", b"99999999999999999999", b"A" * 300, b"A" * 5000, b"\xff\xfe", b"\xc3\xa9",
    b"\xed\xa0\x80", b"%F0%9F%92%A9", b"%E2%80%AE", b"%EF%BB%BF", b"a" * 64 + b"." * 64, b"=", b"&&&", b"?", b"#",
)  # fmt: skip
NAMES = (
    b"return_to", b"connection", b"login_hint", b"code", b"state", b"iss", b"error", b"error_description", b"sid",
    b"id_token", b"response", b"logout_token", b"grant_type", b"code_verifier", b"refresh_token", b"client_secret",
    b"code_challenge", b"code_challenge_method", b"target_link_uri", b"ui_locales", b"typed", b"email",
)  # fmt: skip
TYPES = (
    b"application/x-www-form-urlencoded", b"application/json", b"multipart/form-data; boundary=x",
    b"multipart/form-data", b"text/plain; charset=utf-7", b"application/x-www-form-urlencoded; charset=utf-16", b"\xff",
)  # fmt: skip
HEADERS = (
    b"Cookie", b"Authorization", b"Accept", b"Accept-Language", b"Origin", b"Referer", b"Sec-Fetch-Mode", b"Range",
    b"If-None-Match", b"If-Modified-Since", b"X-Forwarded-For", b"X-Forwarded-Host", b"Forwarded", b"Content-Encoding",
    b"Accept-Encoding", b"Upgrade", b"TE", b"Trailer", b"Via", b"User-Agent", b"X-HTTP-Method-Override", b"X-Original-URL",
)  # fmt: skip


@dataclass(frozen=True)
class Wire:
    """Bytes for one connection."""

    kind: str
    sent: bytes
    cut_off: bool = False  # the client says that it will send no more


def head(method: str, target: bytes, *lines: bytes, version: bytes = b"HTTP/1.1") -> bytes:
    return b"\r\n".join([method.encode() + b" " + target + b" " + version, b"Host: x", *lines, b"", b""])


CLOSE = b"Connection: close"


def wires(paths: Sequence[str], secrets: Sequence[str], seed: int = 2611) -> Iterator[Wire]:
    """For each path every kind; `secrets` stand where a careless storefront or proxy might put them."""
    rng = random.Random(seed)
    for path in paths:
        raw = path.encode()
        for method in METHODS:
            yield Wire("method", head(method, raw, CLOSE))
        yield from _queries(rng, raw)
        yield from _headers(rng, raw)
        yield from _bodies(rng, raw)
        yield from _frames(raw)
        yield from _planted(rng, raw, secrets)
    for odd in ODD:
        for before in (b"/", b"/login/", b"/callback/", b"/static/", b"/token/", b"//"):
            yield Wire("path", head(rng.choice(METHODS[:3]), before + odd, CLOSE))


def _queries(rng: random.Random, path: bytes) -> Iterator[Wire]:
    for _ in range(12):
        pairs = [rng.choice(NAMES + ODD) + b"=" + rng.choice(ODD) for _ in range(rng.randrange(1, 6))]
        yield Wire("query", head("GET", path + b"?" + b"&".join(pairs), CLOSE))
    yield Wire("query sent twice", head("GET", path + b"?state=a&state=b&code=a&code=b&sid=a&sid=b", CLOSE))
    yield Wire("query too long", head("GET", path + b"?x=" + b"x" * 9_000, CLOSE))
    yield Wire("thousands of parameters", head("GET", path + b"?" + b"a=&" * 2_500, CLOSE))


def _headers(rng: random.Random, path: bytes) -> Iterator[Wire]:
    for _ in range(12):
        lines = [rng.choice(HEADERS) + b": " + rng.choice(ODD) for _ in range(rng.randrange(1, 5))]
        yield Wire("headers", head(rng.choice(METHODS[:3]), path, *lines, CLOSE))
    cookies = b"; ".join(b"bridge-attempt-" + rng.randbytes(4).hex().encode() + b"=x.y" for _ in range(40))
    yield Wire("cookies of ours that are none", head("GET", path, b"Cookie: " + cookies, CLOSE))
    yield Wire("cookies too large", head("GET", path, b"Cookie: a=" + b"b" * 20_000, CLOSE))
    yield Wire("header too large", head("GET", path, b"X: " + b"x" * 100_000, CLOSE))
    yield Wire("headers too many", head("GET", path, *[b"X%d: 1" % n for n in range(90)], CLOSE))


def _bodies(rng: random.Random, path: bytes) -> Iterator[Wire]:
    bodies = [rng.choice(NAMES + ODD) + b"=" + rng.choice(ODD) for _ in range(6)]
    bodies += [
        b"{" * 3_000,
        b'{"grant_type": ' + b"[" * 3_000,
        b"--x\r\n\r\n",
        b"\0" * 50,
        b"&" * 2_000,
        b"x=" * 30_000,
    ]
    for body in bodies:
        length = b"Content-Length: %d" % len(body)
        yield Wire("body", head("POST", path, b"Content-Type: " + rng.choice(TYPES), length, CLOSE) + body)
    huge = b"Content-Length: 10000000"
    yield Wire("body declared too large", head("POST", path, huge, CLOSE))
    yield Wire("body of a GET", head("GET", path, b"Content-Length: 5", CLOSE) + b"abcde")


def _frames(path: bytes) -> Iterator[Wire]:
    """What proxies and servers have understood in two ways."""
    chunked, smuggled = b"Transfer-Encoding: chunked", head("GET", b"/smuggled", CLOSE)
    for name, lines, body in (
        ("two lengths", (b"Content-Length: 1", b"Content-Length: 2"), b"xx"),
        ("a length twice", (b"Content-Length: 1", b"Content-Length: 1"), b"x"),
        ("a list of lengths", (b"Content-Length: 1, 1",), b"x"),
        ("a length with a sign", (b"Content-Length: +1",), b"x"),
        ("a length below zero", (b"Content-Length: -1",), b"x"),
        ("a length beyond numbers", (b"Content-Length: " + b"9" * 30,), b"x"),
        ("a length and chunks", (b"Content-Length: 40", chunked), b"0\r\n\r\n" + smuggled),
        ("chunks and a length", (chunked, b"Content-Length: 40"), b"0\r\n\r\n" + smuggled),
        ("no coding of ours", (b"Transfer-Encoding: gzip",), b""),
        ("nearly chunked", (b"Transfer-Encoding: xchunked",), b"0\r\n\r\n"),
        ("chunked, but not last", (b"Transfer-Encoding: chunked, identity",), b"0\r\n\r\n"),
        ("a chunk that is none", (chunked,), b"zz\r\nabc\r\n0\r\n\r\n"),
        ("a chunk beyond numbers", (chunked,), b"f" * 20 + b"\r\nabc"),
        ("a space before the colon", (b"Content-Length : 5",), b"abcde"),
        ("a folded line", (b"X: a\r\n b",), b""),
        ("a NUL in a value", (b"X: a\0b",), b""),
        ("a bare CR in a value", (b"X: a\rb",), b""),
        ("two hosts", (b"Host: y",), b""),
        ("an expectation", (b"Expect: 200-ok", b"Content-Length: 1"), b"x"),
        ("a websocket", (b"Connection: Upgrade", b"Upgrade: websocket", b"Sec-WebSocket-Key: x"), b""),
        ("h2c", (b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABk"), b""),
    ):  # fmt: skip
        yield Wire(name, head("POST", path, *lines, CLOSE) + body)
    cut = head("POST", path, b"Content-Length: 100", b"Content-Type: application/x-www-form-urlencoded")
    yield Wire("half a body", cut + b"state=x", cut_off=True)
    yield Wire("half a head", b"GET " + path + b" HTTP/1.1\r\nHost: x\r\nX", cut_off=True)
    yield Wire("HTTP/0.9", b"GET " + path + b"\r\n\r\n")
    yield Wire("HTTP/2 by prior knowledge", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0")
    yield Wire("a version that is none", head("GET", path, version=b"HTTP/7.0"))
    yield Wire("bare line feeds", b"GET " + path + b" HTTP/1.1\nHost: x\nConnection: close\n\n")
    yield Wire("a NUL in the path", head("GET", path + b"\0", CLOSE))
    yield Wire("another site's address", head("GET", b"http://a:b@evil.example" + path, CLOSE))
    yield Wire("an authority", head("CONNECT", b"evil.example:443", CLOSE))
    yield Wire("an asterisk", head("OPTIONS", b"*", CLOSE))
    yield Wire("no slash", head("GET", path[1:], CLOSE))
    yield Wire("a method that is none", head("G@T", path, CLOSE))
    yield Wire("TLS", b"\x16\x03\x01\x02\0\1\0\1\xfc\3\3\r\n\r\n")


def _planted(rng: random.Random, path: bytes, secrets: Sequence[str]) -> Iterator[Wire]:
    """Each secret in a path, a query, a header or a body."""
    first = path.split(b"/")[1]
    for secret in rng.sample(secrets, min(6, len(secrets))):
        raw = quote(secret, safe="").encode()
        name = rng.choice(NAMES)
        body = name + b"=" + raw
        form = (b"Content-Type: application/x-www-form-urlencoded", b"Content-Length: %d" % len(body), CLOSE)
        yield Wire("secret in the path", head("GET", b"/" + first + b"/" + raw, CLOSE))
        yield Wire("secret in the query", head("GET", path + b"?" + body + b"&" + raw + b"=1", CLOSE))
        yield Wire("secret in the body", head("POST", path, *form) + body)
        value = secret.encode("ascii", "ignore")
        yield Wire("secret in a header", head("GET", path, rng.choice(HEADERS) + b": " + value, CLOSE))
        yield Wire("secret as a method", head("GET", path, b"Authorization: Bearer " + value, CLOSE))
