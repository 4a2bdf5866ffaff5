"""Web addresses: issuers are kept byte for byte, http is for development, nothing odd gets through."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.loopback import is_loopback
from bridge.settings.faults import WrongValueError
from bridge.settings.urls import checked_base, checked_issuer, checked_origin, parse_web_url

from .samples import added, changed, faults_of, read, unhurried

LOOPBACK = ["localhost", "127.0.0.1", "127.9.9.9", "[::1]", "idp.localhost", "LOCALHOST"]


@pytest.mark.parametrize(
    "issuer",
    [
        "https://acme.okta.com",
        "https://acme.okta.com/",
        "https://ACME.okta.com:443/a/../b//",
        "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0",
        "https://idp.example.com/realms/a%2Fb",
        "https://192.0.2.1",
        "https://[2001:db8::1]:8443/x",
        "https://localhost:8443",
    ],
)
def test_an_issuer_is_kept_byte_for_byte(tmp_path: Path, issuer: str) -> None:
    settings = read(tmp_path, changed("https://acme.okta.com", issuer))

    assert settings.connections["acme"].issuer == issuer


@pytest.mark.parametrize(
    "url",
    [
        "",
        "acme.okta.com",
        "//acme.okta.com",
        "HTTPS://acme.okta.com",
        "ftp://acme.okta.com",
        "https:/acme.okta.com",
        "https://",
        "https:///path",
        "https://:443",
        "https://acme.okta.com?",
        "https://acme.okta.com?a=b",
        "https://acme.okta.com#",
        "https://user@acme.okta.com",
        "https://user:pw@acme.okta.com",
        "https://@acme.okta.com",
        "https://acme okta.com",
        "https://acme\n.okta.com",
        "https://acme\t.okta.com",
        " https://acme.okta.com",
        "https://acme.okta.com\\@evil.example.com",
        "https://bücher.example",
        "https://acme.okta.com:0",
        "https://acme.okta.com:",
        "https://acme.okta.com:65536",
        "https://acme.okta.com:4x3",
        "https://acme..com",
        "https://-acme.com",
        "https://acme.com.",
        "https://[::1",
        "https://[zz]",
        "https://127.1",
        "https://2130706433",
        "https://0x7f.0x1",
        "https://1.2.3.4.5",
        "https://a%2eb.com",
        "http://acme.okta.com",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "http://notlocalhost",
        "http://10.0.0.1",
        "http://[::ffff:127.0.0.1]",
        "http://0.0.0.0",
    ],
)
def test_what_is_not_a_plain_https_url_is_refused(url: str) -> None:
    with pytest.raises(WrongValueError, match=r"^must "):
        checked_issuer(url)


@pytest.mark.parametrize("host", LOOPBACK)
def test_http_to_this_machine_needs_development(tmp_path: Path, host: str) -> None:
    text = changed("https://acme.okta.com", f"http://{host}:8080/issuer/")

    assert faults_of(tmp_path, text) == [
        (
            "connections.acme.issuer: must start with https://; on your own machine, set"
            " server.development = true to allow plain http there (line 9)"
        )
    ]
    settings = read(tmp_path, added("server", "development = true", text=text))
    assert settings.connections["acme"].issuer == f"http://{host}:8080/issuer/"


def test_every_address_is_asked_for_https(tmp_path: Path) -> None:
    text = changed("https://sso.example.com", "http://localhost:1")
    text = changed("https://acme.okta.com", "http://localhost:2", text)
    text = changed("https://store.example.com", "http://localhost:3", text)
    text = added("stores.us.bigcommerce", 'api_url = "http://localhost:4/api/"', text=text)

    shown = faults_of(tmp_path, text)

    assert [line.partition(":")[0] for line in shown] == [
        "server.public_url",
        "connections.acme.issuer",
        "stores.us.url",
        "stores.us.bigcommerce.api_url",
    ]
    settings = read(tmp_path, added("server", "development = true", text=text))
    us = settings.stores["us"]
    assert us.account is not None
    assert (us.url, us.account.api_url) == ("http://localhost:3", "http://localhost:4/api")


def test_http_beyond_this_machine_is_refused_in_development_too(tmp_path: Path) -> None:
    text = changed("https://acme.okta.com", "http://acme.okta.com")

    (shown,) = faults_of(tmp_path, added("server", "development = true", text=text))

    assert shown.startswith("connections.acme.issuer: must start with https://; plain http is only for this")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://store.example.com/", "https://store.example.com"),
        ("https://store.example.com:8443", "https://store.example.com:8443"),
        ("http://localhost:8080/", "http://localhost:8080"),
    ],
)
def test_an_origin_loses_its_slash(url: str, expected: str) -> None:
    assert checked_origin(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "https://store.example.com/shop",
        "https://store.example.com//",
        "https://Store.example.com",
        "https://store.example.com:443",
        "http://localhost:80",
    ],
)
def test_an_origin_is_written_as_browsers_do(url: str) -> None:
    with pytest.raises(WrongValueError, match=r"^must be "):
        checked_origin(url)


def test_a_base_keeps_its_path_without_the_last_slash() -> None:
    assert checked_base("https://api.example.com/bc/v1/") == "https://api.example.com/bc/v1"


@unhurried
@given(st.text() | st.text(alphabet="htps:/@?#[]0127.x\\ aé\t", max_size=30).map("https://".__add__))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        url = parse_web_url(text)
    except WrongValueError:
        return

    assert url.scheme == "https" or is_loopback(url.host)
    assert checked_issuer(text) is text
