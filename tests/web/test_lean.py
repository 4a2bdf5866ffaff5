"""What the bridge does in Flask's and Werkzeug's stead gives what they would give, only sooner."""

import logging
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

import pytest
from flask import Flask
from flask import Request as FlaskRequest
from hypothesis import assume, given
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder, run_wsgi_app
from werkzeug.urls import iri_to_uri
from werkzeug.wrappers import Response

from bridge.web import lean
from bridge.web.headers import secure
from bridge.web.lean import BridgeRequest, Redirect
from bridge.web.logs import LOGGER, JsonFormatter, write
from tests.journeys.browser import CLICK

#: What is likely to be read in two ways: separators, escapes, spaces of all kinds, line ends.
ODD = st.text(st.sampled_from("ab/?#&=%+:;@.,[]\\\"'<> \t\r\n\0\x0b\x1c\x85\u2028é%41%0d%0a☃")) | st.text()


def environ(**more: str) -> dict[str, Any]:
    return {**EnvironBuilder().get_environ(), **more}


def written(answer: Response) -> list[tuple[str, str]]:
    return list(run_wsgi_app(answer, environ())[2])


class TestRedirect:
    @given(ODD | ODD.map("https://shop.example/".__add__) | ODD.map("https://sso.example:8443/a?b=".__add__))
    def test_leads_where_werkzeug_would_lead_or_refuses_as_it_does(self, address: str) -> None:
        try:
            theirs = run_wsgi_app(Response(status=303, headers={"Location": address}), environ())
        except ValueError as fault:
            with pytest.raises(type(fault)):
                Redirect(address)
            return
        ours = run_wsgi_app(Redirect(address), environ())
        assert ours[1] == theirs[1]
        assert sorted(ours[2]) == sorted(theirs[2])
        assert b"".join(ours[0]) == b"".join(theirs[0]) == b""

    @given(st.from_regex(lean._PLAIN_ADDRESS, fullmatch=True))
    def test_an_address_that_is_taken_as_it_is_would_not_have_been_changed(self, address: str) -> None:
        try:
            changed = iri_to_uri(address)
        except ValueError:  # a host or port that there cannot be; no stranger names one
            assume(False)
        assert changed == address
        assert address.isascii()
        assert address.isprintable()

    @pytest.mark.parametrize(
        "end", ["\r\nSet-Cookie: a=b", "\n", "\r", "\r\n\r\n<p>", "%0d%0a", "\u2028", "\x85"]
    )
    @pytest.mark.parametrize(
        "place", ["https://shop.example{}/x", "https://shop.example/{}", "{}https://shop.example/"]
    )
    def test_nothing_in_an_address_ends_its_line(self, place: str, end: str) -> None:
        try:
            lines = written(Redirect(place.format(end)))
        except ValueError:
            return
        assert not {"\r", "\n", "\x85", "\u2028"} & set("".join(value for _, value in lines))
        assert [name for name, _ in lines] == ["Location", "Content-Length", "Content-Type"]

    def test_no_cookie_and_no_other_line_of_it_can_be_ended_either(self) -> None:
        answer = Redirect("https://shop.example/")
        with pytest.raises(ValueError, match="newline"):
            answer.headers.add("Set-Cookie", "a=b\r\nX: y")

    def test_is_written_with_every_line_once(self) -> None:
        answer = Redirect("https://shop.example/")
        answer.headers.add("Set-Cookie", "a=b")
        secure(answer, https=True)
        names = [name for name, _ in written(answer)]
        assert len(names) == len(set(names)) == 12


class TestBridgeRequest:
    @given(ODD)
    def test_pairs_are_those_of_args(self, query: str) -> None:
        request = BridgeRequest(environ(QUERY_STRING=query.encode().decode("latin-1")))
        assert request.pairs == parse_qsl(query, keep_blank_values=True, errors="werkzeug.url_quote")

    @given(ODD | st.lists(ODD).map(";".join))
    def test_cookies_are_those_of_flask(self, header: str) -> None:
        sent = environ(HTTP_COOKIE=header)
        theirs, ours = FlaskRequest(sent).cookies, BridgeRequest(sent).cookies
        assert list(ours.items()) == list(theirs.items())
        assert not BridgeRequest(environ()).cookies


class TestApp:
    @pytest.mark.parametrize("host", ["a..b", ".", "x" * 64 + ".example"])
    def test_a_host_that_cannot_be_is_refused(self, app: Flask, host: str) -> None:
        for _ in range(2):
            assert app.test_client().get("/healthz", headers={"Host": host}).status_code == 400

    def test_no_web_socket_is_opened(self, app: Flask) -> None:
        headers = {"Connection": "Upgrade", "Upgrade": "websocket"}
        assert app.test_client().get("/healthz", headers=headers).status_code == 400

    @pytest.mark.parametrize("prefix", ["", "/sso", "/sso/"])
    def test_serves_below_a_prefix(self, app: Flask, prefix: str) -> None:
        answer = app.test_client().get(
            "/login/both", headers=CLICK, environ_overrides={"SCRIPT_NAME": prefix}
        )
        assert answer.status_code == 200


def lines_of(speak: Any) -> Iterable[str]:
    spoken: list[str] = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            record.created = record.msecs = 0.0
            spoken.append(JsonFormatter().format(record))

    log = logging.Logger(LOGGER)  # noqa: LOG001 - one that nobody else speaks by
    log.addHandler(Handler())
    speak(log)
    return spoken


def test_a_line_that_is_written_at_once_is_that_of_the_logger() -> None:
    fields = {
        "reference": "ABC",
        "status": 303,
        "ms": 0.0,
        "detail": 'a "word"\n é',
        "reason": None,
        "route": "",
    }
    (ours,) = lines_of(lambda log: write(log, logging.WARNING, "refused", fields))
    assert [ours] == lines_of(lambda log: log.log(logging.WARNING, "refused", extra=fields))
