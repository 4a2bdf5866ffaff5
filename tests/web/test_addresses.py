"""Addresses: ours come from the configuration, the client's from proxies we trust, the shopper's goal is a path."""

from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Request

from bridge.web.request import client_address
from tests.journeys.browser import CLICK, Browser
from tests.journeys.process import BridgeProcess
from tests.journeys.stage import Stage, query_of, until

FORWARDED = {
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Port": "444",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-Server": "evil.example",
    "X-Original-URL": "/evil",
    "X-Rewrite-URL": "/evil",
    "Forwarded": "for=1.2.3.4;host=evil.example;proto=https",
    "Host": "evil.example",
}


@pytest.mark.parametrize("name", FORWARDED)
def test_no_header_changes_the_redirect_uri(app: Flask, stage: Stage, name: str) -> None:
    answer = app.test_client().get("/login/us", headers={**CLICK, name: FORWARDED[name]})
    assert answer.status_code == 303
    assert query_of(answer.headers["Location"])["redirect_uri"] == f"{stage.public_url}/callback/acme"
    assert "evil" not in str(answer.headers)


@pytest.mark.parametrize(
    "path", ["//login/us", "/login//us", "/login/us/", "//evil.example/%2e%2e", "/login//%0aus"]
)
def test_no_odd_path_is_answered_with_an_address_made_from_the_host_header(app: Flask, path: str) -> None:
    answer = app.test_client().get(path, base_url="http://evil.example", headers=CLICK)
    assert "evil" not in answer.headers.get("Location", "")
    assert answer.status_code in (404, 303)


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BridgeProcess]:
    """A bridge that trusts a proxy on its own machine, and one in 10.0.0.0/8."""
    with Stage(tmp_path_factory.mktemp("proxied")) as stage:
        stage.tables["server"]["trusted_proxies"] = ["127.0.0.1", "10.0.0.0/8"]
        yield stage.serve()


def client_in_log(bridge: BridgeProcess, headers: dict[str, str]) -> Any:
    before = len(bridge.lines())
    assert Browser().fetch(f"{bridge.url}/login/nowhere", headers={**CLICK, **headers}).status == 404
    until(lambda: len(bridge.lines()) > before)
    return bridge.lines()[-1]["client"]


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7", "203.0.113.7"),  # the left ones are whatever the client wrote
        ("203.0.113.7, 10.1.2.3", "203.0.113.7"),
        ("203.0.113.7,10.1.2.3 , 127.0.0.1", "203.0.113.7"),
        ("2001:db8::1", "2001:db8::1"),
        ("", "127.0.0.1"),
        ("10.9.9.9", "10.9.9.9"),
        ("203.0.113.7:51000", "203.0.113.7"),  # else the port would make a new client of each connection
        ("203.0.113.7:51000, 10.1.2.3:443", "203.0.113.7"),
        ("[2001:db8::1]:51000", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("2001:db8::1:5100", "2001:db8::1:5100"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("203.0.113.7, ::ffff:10.1.2.3", "203.0.113.7"),
    ],
)
def test_behind_trusted_proxies_the_client_is_the_nearest_stranger(
    proxied: BridgeProcess, forwarded: str, client: str
) -> None:
    assert client_in_log(proxied, {"X-Forwarded-For": forwarded}) == client


def test_a_stranger_cannot_write_who_they_are(bridge: BridgeProcess) -> None:
    assert client_in_log(bridge, {"X-Forwarded-For": "203.0.113.7"}) == "127.0.0.1"


@pytest.mark.parametrize("forged", ["x" * 5000, '"}{"level":"error"', "\xe9\xff", "203.0.113.7:443"])
def test_a_forged_address_neither_breaks_nor_floods_the_log(proxied: BridgeProcess, forged: str) -> None:
    assert len(client_in_log(proxied, {"X-Forwarded-For": forged})) <= 64


@pytest.mark.usefixtures("bridge")
@pytest.mark.parametrize(
    "goal",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/%5cevil.example",
        "/%2f/evil.example",
        "/%252f/evil.example",
        "/a/../../evil",
        "/%2e%2e/evil",
        "/\tx",
        "/\r\nSet-Cookie: a=b",
        "/%0d%0aSet-Cookie:a=b",
        "javascript:alert(1)",
        " /cart",
        "cart",
        "@evil.example",
        "",
        "/" + "x" * 2000,
    ],
)
def test_a_goal_that_is_no_path_on_the_store_becomes_the_stores_default_page(
    stage: Stage, browser: Browser, goal: str
) -> None:
    assert browser.walk(stage.callback_url(browser, return_to=goal)).url == f"{stage.store_url}/account.php"


@pytest.mark.usefixtures("bridge")
@pytest.mark.parametrize(
    "goal",
    ["/", "/cart", "/cart?a=b&c=d%26e", "/products/lamp?q=a%20b", "/products/lamp?next=https://x.example/"],
)
def test_a_path_on_the_store_is_where_the_shopper_ends(stage: Stage, browser: Browser, goal: str) -> None:
    assert browser.walk(stage.callback_url(browser, return_to=goal)).url == f"{stage.store_url}{goal}"


def test_a_goal_never_reaches_a_page_unescaped(app: Flask) -> None:
    goal = "/%22%3E%3Cscript%3Ealert(1)%3C/script%3E"
    text = app.test_client().get(f"/login/both?return_to={goal}", headers=CLICK).text
    assert "<script" not in text
    assert "alert(1)</" not in text


def test_the_configuration_file_is_read_from_where_it_is_and_its_theme_beside_it(tmp_path: Path) -> None:
    with Stage(tmp_path) as stage:
        (tmp_path / "theme.css").write_text("body { color: teal }", encoding="utf-8")
        stage.tables["server"]["theme_css"] = "theme.css"
        bridge = stage.serve()
        assert "teal" in Browser().fetch(f"{bridge.url}/static/theme.css").text


@pytest.mark.parametrize(
    ("peer", "client"),
    [("::ffff:203.0.113.7", "203.0.113.7"), ("::ffff:127.0.0.1", "198.51.100.9"), ("::1", "::1")],
)
def test_a_socket_for_both_kinds_of_ip_changes_nothing(peer: str, client: str) -> None:
    """Its clients of IPv4 come in IPv6's clothes: proxies must still be known, and clients told apart."""
    tell = client_address((ip_network("127.0.0.1/32"),))
    environ = {"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": "198.51.100.9"}
    assert tell(Request(environ)) == client
