"""Every bad way to answer, at every endpoint that the bridge itself asks."""

from dataclasses import dataclass

from tests.attacks.case import Case, Verdict, refused
from tests.attacks.hostile import wire
from tests.attacks.hostile.plan import Plan
from tests.attacks.hostile.wire import Change, body, media_type, play, raw, status


@dataclass(frozen=True)
class Endpoint:
    """Where it happens, and what a wrong content is called there."""

    path: str
    invalid: str


#: Names as in the ids of the tests.
ENDPOINTS = {
    "discovery": Endpoint("openid-configuration", "idp_metadata_invalid"),
    "jwks": Endpoint("jwks", "idp_keys_invalid"),
    "token": Endpoint("token", "idp_response_invalid"),
    "userinfo": Endpoint("userinfo", "userinfo_invalid"),
}
#: No answer in time.
LATE: dict[str, Change] = {
    "never-answers": play(wire.silence),
    "drips-headers": play(wire.drip_header),
    "drips-body": play(wire.drip_body),
    "stalls-before-the-last-byte": play(wire.stall_midway),
    "endless-slow-chunks": play(wire.endless_slow_chunks),
}
#: No complete answer of HTTP, or more of it than anybody needs.
BROKEN: dict[str, Change] = {
    "hangs-up": play(wire.hang_up),
    "resets": play(wire.reset),
    "stops-midway": play(wire.stop_midway),
    "status-line-garbage": raw(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"),
    "status-not-a-number": raw(b"HTTP/1.1 abc OK\r\nContent-Length: 2\r\n\r\n{}"),
    "http-0-9": raw(lambda text: text),
    "http-9-9": raw(lambda text: b"HTTP/9.9 200 OK\r\nContent-Type: application/json\r\n\r\n" + text),
    "tls-alert": raw(b"\x15\x03\x03\x00\x02\x02\x28"),
    "chunked-garbage": raw(wire.OK + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n{}"),
    "chunk-size-huge": raw(wire.OK + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}"),
    "chunks-without-end": raw(wire.OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"),
    "length-too-large": raw(lambda text: wire.OK + b"Content-Length: 99999\r\n\r\n" + text),
    "length-negative": raw(lambda text: wire.OK + b"Content-Length: -1\r\n\r\n" + text),
    "length-not-a-number": raw(lambda text: wire.OK + b"Content-Length: many\r\n\r\n" + text),
    "length-of-a-terabyte": raw(lambda text: wire.OK + b"Content-Length: 1099511627776\r\n\r\n" + text),
    "two-megabytes": body(lambda text: text + b" " * 2_000_000),
    "endless-body": play(wire.endless_body),
    "endless-chunks": play(wire.endless_chunks),
    "endless-headers": play(wire.endless_headers),
    "endless-continues": play(wire.endless_continues),
    "one-header-of-200-kilobytes": body(lambda text: text, X_Fat="x" * 200_000),
    "gzip-not-asked-for": body(wire.gzipped, Content_Encoding="gzip"),
    "gzip-bomb": body(wire.gzip_bomb, Content_Encoding="gzip"),
    "deflate-not-asked-for": body(lambda text: text, Content_Encoding="deflate"),
    "brotli-not-asked-for": body(lambda text: text, Content_Encoding="br"),
    "status-500": status(500),
    "status-502-page": status(502, b"<h1>Bad gateway</h1>", Content_Type="text/html"),
    "status-503": status(503, b""),
    "status-429": status(429, b"", Retry_After="3600"),
}
#: A whole answer that says nothing to be used. The honest content comes along where it could tempt.
MEANINGLESS: dict[str, Change] = {
    **{f"redirect-{code}": wire.to_the_thief(code) for code in (301, 302, 303, 307, 308)},
    "redirect-without-location": status(302),
    "status-201": status(201),
    "status-203": status(203),
    "status-204": status(204, b""),
    "status-206": status(206),
    "status-300": status(300),
    "status-304": status(304, b""),
    "status-404": status(404),
    "status-418": status(418),
    "empty": body(lambda _text: b""),
    "white-space": body(lambda _text: b" \r\n"),
    "page-of-html": status(200, b"<!doctype html><p>Please sign in", Content_Type="text/html"),
    "array": body(lambda text: b"[" + text + b"]"),
    "text": body(lambda _text: b'"text"'),
    "null": body(lambda _text: b"null"),
    "nan": body(lambda text: text[:-1] + b',"more":NaN}'),
    "infinity": body(lambda text: text[:-1] + b',"more":-Infinity}'),
    "member-twice": body(lambda text: text[:-1] + b',"more":1,"more":2}'),
    "trailing-garbage": body(lambda text: text + b"}"),
    "two-documents": body(lambda text: text + text),
    "byte-order-mark": body(lambda text: b"\xef\xbb\xbf" + text),
    "utf-16": body(lambda text: text.decode().encode("utf-16")),
    "not-utf-8": body(lambda text: text[:-1] + b',"more":"\xff"}'),
    "lone-surrogate": body(lambda text: text[:-1] + b',"more":"\\ud800"}'),
    "nested-100k": body(lambda text: text[:-1] + b',"more":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    "number-of-5000-digits": body(lambda text: text[:-1] + b',"more":' + b"1" * 5000 + b"}"),
    "length-too-small": body(lambda text: text, Content_Length="7"),
}
#: These two endpoints are told apart by their media type; documents and keys are served as anything.
NOT_JSON: dict[str, Change] = {
    "as-html": media_type("text/html"),
    "as-text": media_type("text/plain"),
    "as-jwt": media_type("application/jwt"),
    "as-form": media_type("application/x-www-form-urlencoded"),
}
#: These must not harm: a proxy's additions, say.
HARMLESS: dict[str, Change] = {
    "charset": media_type("application/json; charset=UTF-8"),
    "upper-case-type": media_type("Application/JSON"),
    "cookie": body(lambda text: text, Set_Cookie="session=1; Path=/"),
    "date-garbage": body(lambda text: text, Date="Thu, 99 Foo 99999 25:61:61 +999999"),
    "date-of-another-century": body(lambda text: text, Date="Mon, 01 Jan 1601 00:00:00 GMT"),
    "identity-encoding": body(lambda text: text, Content_Encoding="identity"),
    "early-hints": raw(lambda text: b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + wire.whole(text)),
    "without-length": raw(lambda text: wire.OK + b"\r\n" + text),
    "chunked": raw(wire.chunked),
    "http-1-0": raw(lambda text: wire.whole(text).replace(b"HTTP/1.1", b"HTTP/1.0")),
}


def _cases(changes: dict[str, Change], *, verdict: Verdict | None, slow: bool = False) -> list[Case]:
    """Each change at each endpoint; without a verdict its content is called invalid there."""
    return [
        Case(
            name=f"{where}-{name}",
            verdict=verdict or refused(endpoint.invalid),
            plan=Plan(replies={endpoint.path: change}),
            slow=slow,
        )
        for where, endpoint in ENDPOINTS.items()
        for name, change in changes.items()
    ]


CASES: list[Case] = [
    *_cases(LATE, verdict=refused("idp_timeout"), slow=True),
    *_cases(BROKEN, verdict=refused("idp_unavailable")),
    *_cases(MEANINGLESS, verdict=None),
    *_cases(HARMLESS, verdict=Verdict(accept=True)),
    *(case for case in _cases(NOT_JSON, verdict=None) if case.name.startswith(("token-", "userinfo-"))),
]
