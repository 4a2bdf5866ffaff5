"""Whatever arrives, however odd: an answer in words, never a bare 500, never a look inside."""

import re
import socket
import string
from io import BytesIO
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.journeys.process import BridgeProcess
from tests.journeys.stage import Stage

#: What a look inside would show: a stack trace, an object's repr, a path, the name of a library.
_INSIDE = re.compile(
    r"Traceback|File \"|\.py\b|\b0x[0-9a-f]{7,}|<[\w.]+ object| object at |site-packages|werkzeug|redis|Errno|Refused\(",
    re.IGNORECASE,
)
_STATE = "A" * 43 + ".us"

#: Characters as WSGI hands them over: each stands for one byte.
_bytes_as_text = st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=60)
_odd = st.one_of(
    _bytes_as_text,
    st.text(string.printable, max_size=40),
    st.sampled_from(
        ["", "%", "%00", "%ff%fe", "%c3%28", "%u0041", "../" * 9, "//evil.example", "\\", "'\"><script>alert(1)</script>",
         "{{7*7}}", "${jndi:ldap://x}", "%0d%0aSet-Cookie:a=b", "null", "[]", "\u00e9", "A" * 5000, "1e400", "-1", "us"]
    ),
)  # fmt: skip
_paths = st.one_of(
    st.sampled_from(
        ["/login/us", "/login/both", "/login/post", "/login/", "/callback/acme", "/callback/globex", "/callback/", "/",
         "/token/us", "/token/",
         "/static/bridge.css", "/static/", "/static/../web/app.py", "/healthz", "/readyz", "//", "/login/us/..", "*", ""]
    ),
    _odd.map(lambda text: "/" + text),
    _odd.map(lambda text: "/login/" + text),
    _odd.map(lambda text: "/callback/" + text),
    _odd.map(lambda text: "/static/" + text),
)  # fmt: skip
_methods = st.one_of(
    st.sampled_from(
        ["GET", "GET", "GET", "POST", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT"]
    ),
    st.text(string.ascii_uppercase, min_size=1, max_size=10),
)
_names = st.sampled_from(
    ["return_to", "connection", "login_hint", "code", "state", "iss", "error", "error_description", "id_token",
     "access_token", "response", "session_state", "grant_type", "code_verifier", "refresh_token", "code_challenge",
     "code_challenge_method"]
)  # fmt: skip
_values = st.one_of(
    _odd, st.sampled_from([_STATE, "acme", "globex", "/cart", "a@acme.example", "access_denied"])
)
_pairs = st.lists(
    st.tuples(st.one_of(_names, _odd), _values).map(lambda pair: f"{pair[0]}={pair[1]}"), max_size=6
).map("&".join)
_queries = st.one_of(_pairs, _pairs.map(lambda text: quote(text, safe="=&")), _odd, st.just("a=" * 5000))
_cookie_values = st.one_of(_odd, st.sampled_from(["WyJBIl0.xxx", ".", "..", "W10.AAAA", "bnVsbA.AAAA"]))
_cookies = st.lists(
    st.tuples(
        st.sampled_from(
            ["bridge-attempt-AAAAAAAAAA", "bridge-attempt-", "bridge-turns", "bridge-session-us", "a", ""]
        ),
        _cookie_values,
    ).map(lambda pair: f"{pair[0]}={pair[1]}"),
    max_size=8,
).map("; ".join)
_headers = st.fixed_dictionaries(
    {},
    optional={
        "HTTP_COOKIE": st.one_of(_cookies, _odd, st.just("a=" + "b" * 20_000)),
        "HTTP_HOST": st.one_of(_odd, st.sampled_from(["evil.example", "[::1", "a:b:c", "x" * 300])),
        "HTTP_ACCEPT": st.one_of(_odd, st.sampled_from(["application/json", "text/html", "application/json;q=nan"])),
        "HTTP_X_FORWARDED_FOR": _odd,
        "HTTP_X_FORWARDED_HOST": _odd,
        "HTTP_SEC_FETCH_MODE": st.one_of(_odd, st.sampled_from(["navigate", "cors"])),
        "HTTP_SEC_FETCH_USER": st.sampled_from(["?1", "?0", ""]),
        "HTTP_SEC_PURPOSE": st.one_of(_odd, st.just("prefetch")),
        "HTTP_IF_NONE_MATCH": _odd,
        "HTTP_IF_MODIFIED_SINCE": _odd,
        "HTTP_RANGE": st.one_of(_odd, st.sampled_from(["bytes=0-", "bytes=9-1", "bytes=-5", "lines=1-2"])),
        "HTTP_AUTHORIZATION": st.one_of(_odd, st.just("Basic !!!")),
        "HTTP_TRANSFER_ENCODING": st.sampled_from(["chunked", "gzip", "identity"]),
        "HTTP_CONTENT_ENCODING": st.sampled_from(["gzip", "br", "x"]),
        "CONTENT_TYPE": st.one_of(
            _odd,
            st.sampled_from(
                ["application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-7",
                 "application/json", "multipart/form-data", "multipart/form-data; boundary=x", "multipart/form-data; boundary="]
            ),
        ),
        "CONTENT_LENGTH": st.sampled_from(["", "0", "1", "-1", "999999", "99999999999999999999", "abc", "1.5", "\u00b2"]),
        "REMOTE_ADDR": st.sampled_from(["127.0.0.1", "::1", "", "unix:"]),
    },
)  # fmt: skip
_bodies = st.one_of(
    st.just(b""),
    st.binary(max_size=200),
    _pairs.map(lambda text: text.encode("latin-1")),
    st.sampled_from([b"x=" * 40_000, b'--x\r\nContent-Disposition: form-data; name="code"\r\n\r\n1\r\n--x--', b"--x\r\n\r\n"]),
)  # fmt: skip


def ask(
    app: Flask, method: str, path: str, query: str, headers: dict[str, str], body: bytes
) -> tuple[int, dict[str, str], bytes]:
    """One request as a WSGI server would hand it over; nothing is tidied up on the way."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(body),
        "wsgi.errors": BytesIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        **headers,
    }
    got: list[Any] = []

    def start(status: str, headers: list[tuple[str, str]], _exc: object = None) -> Any:
        got[:] = [int(status.split(maxsplit=1)[0]), dict(headers)]

    chunks = app.wsgi_app(environ, start)
    try:
        content = b"".join(chunks)
    finally:
        getattr(chunks, "close", lambda: None)()
    return got[0], got[1], content


def check(stage: Stage, method: str, status: int, headers: dict[str, str], content: bytes) -> None:
    assert status < 500, (status, headers.get("Bridge-Refusal"))
    assert not any("\r" in value or "\n" in value for value in headers.values())
    if status >= 400:
        assert headers.get("Bridge-Refusal"), status
        text = content.decode()
        inside = _INSIDE.search(text)
        assert inside is None, inside
        assert "<script" not in text
        for secret in (stage.acme.url, stage.redis_server.url, str(stage.folder)):
            assert secret not in text
        if method != "HEAD":
            assert re.search(r"[0-9a-hjkmnp-tv-z]{8}", text)
    if status in (301, 302, 303, 307, 308):
        target = headers["Location"]
        ours = (
            f"{stage.acme.url}/authorize?",
            f"{stage.globex.url}/authorize?",
            f"{stage.store_url}/login/token/",
        )
        assert target.startswith(ours), target


unhurried = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)


@settings(unhurried, max_examples=150)
@given(_methods, _paths, _queries, _headers, _bodies)
def test_hundreds_of_malformed_requests_are_answered_in_words(
    app: Flask, stage: Stage, method: str, path: str, query: str, headers: dict[str, str], body: bytes
) -> None:
    check(stage, method, *ask(app, method, path, query, headers, body))


@pytest.mark.slow
@settings(unhurried, max_examples=2500)
@given(_methods, _paths, _queries, _headers, _bodies)
def test_thousands_of_malformed_requests_are_answered_in_words(
    app: Flask, stage: Stage, method: str, path: str, query: str, headers: dict[str, str], body: bytes
) -> None:
    check(stage, method, *ask(app, method, path, query, headers, body))


@settings(unhurried, max_examples=300)
@given(_values, _values, st.lists(st.tuples(_names, _values), max_size=3), _cookies)
def test_no_callback_signs_anybody_in_by_chance(
    app: Flask, stage: Stage, state: str, code: str, more: list[tuple[str, str]], cookies: str
) -> None:
    query = "&".join(
        f"{quote(name)}={quote(value)}" for name, value in [("state", state), ("code", code), *more]
    )
    status, headers, content = ask(app, "GET", "/callback/acme", query, {"HTTP_COOKIE": cookies}, b"")
    check(stage, "GET", status, headers, content)
    assert "/login/token/" not in headers.get("Location", "")


_LINES = {
    "no host": b"GET /login/us HTTP/1.1\r\n\r\n",
    "HTTP/1.0": b"GET /login/nowhere HTTP/1.0\r\n\r\n",
    "no request at all": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "bytes beyond ASCII in the path": b"GET /login/\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
    "bytes beyond ASCII in the query": b"GET /login/us?return_to=\xff HTTP/1.1\r\nHost: x\r\n\r\n",
    "letters beyond ASCII in the query": "GET /login/us?return_to=/é HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
    "a line break in a path of two slashes": b"GET /login//%0a HTTP/1.1\r\nHost: x\r\n\r\n",
    "a null byte in the path": b"GET /login/%00 HTTP/1.1\r\nHost: x\r\n\r\n",
    "another site's address": b"GET http://evil.example/login/nowhere HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "bytes beyond ASCII in a header": b"GET /login/nowhere HTTP/1.1\r\nHost: x\r\nCookie: a=\xff\xfe\r\nX: \xe9\r\n\r\n",
    "the same header twice": b"GET /login/nowhere HTTP/1.1\r\nHost: x\r\nCookie: a=1\r\nCookie: b=2\r\n\r\n",
    "a length that is not one": b"POST /callback/acme HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n",
    "two lengths": b"POST /callback/acme HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
    "a length and chunks": b"POST /callback/acme HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a body in chunks": b"POST /callback/globex HTTP/1.1\r\nHost: x\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n6\r\ncode=x\r\n0\r\n\r\n",
    "an endless header": b"GET /login/us HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * 100_000 + b"\r\n\r\n",
    "an endless address": b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
}


@pytest.mark.parametrize("name", _LINES)
def test_no_odd_line_on_the_wire_gives_a_server_error(bridge: BridgeProcess, name: str) -> None:
    address = urlsplit(bridge.url)
    assert address.hostname
    with socket.create_connection((address.hostname, address.port or 0), timeout=10) as wire:
        wire.sendall(_LINES[name])
        answer = wire.recv(65_536)
    assert re.match(rb"HTTP/1\.[01] [234]\d\d", answer), answer[:100]
    assert b"\r\nlocation: http://x/" not in answer.lower(), "an address made from the Host header"
    assert "Traceback" not in bridge.output()
    assert not any(line.get("reason") == "internal_error" for line in bridge.lines())
