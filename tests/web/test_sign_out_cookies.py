"""The ticket of a sign-out, and from where a browser says that it came."""

from dataclasses import replace

import pytest
from flask import Request
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Response

from bridge.domain.secret import Secret
from bridge.domain.sign_out import LeaveTicket
from bridge.web.cookies import Cookies
from bridge.web.sign_out_cookies import TICKET_LIFE, LeaveTickets
from bridge.web.where_from import came_from, is_own_form, origin_of
from tests.contracts.world import NOON

OLD, NEW = Secret("o" * 32), Secret("n" * 32)
STORE = "https://store.example.com:443"


def tickets(*keys: Secret) -> LeaveTickets:
    return LeaveTickets(keys, Cookies(keys, secure=True))


def ticket(state: str = "state-one-and-more.us", **changes: object) -> LeaveTicket:
    made = LeaveTicket(
        state=state,
        store="us",
        connection="acme",
        customer="101",
        return_to="/cart?a=ü",
        created_at=int(NOON),
        provider="leaving",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def kept(made: LeaveTickets, *all_of_them: LeaveTicket) -> dict[str, str]:
    """What the browser holds then."""
    jar: dict[str, str] = {}
    for one in all_of_them:
        response = Response()
        made.issue(response, one, jar)
        for line in response.headers.getlist("Set-Cookie"):
            name, _, rest = line.partition("=")
            assert "; Secure; SameSite=Lax" in line
            assert "HttpOnly" in line
            if "Max-Age=0" in line:
                del jar[name]
            else:
                jar[name] = rest.partition(";")[0]
    return jar


def test_a_ticket_comes_back_as_it_was_for_its_state_store_and_time() -> None:
    made, one = tickets(NEW), ticket()
    jar = kept(made, one)
    assert made.ticket(jar, "us", one.state, NOON) == one
    assert made.ticket(jar, "us", one.state, NOON + TICKET_LIFE) == one
    assert made.ticket(jar, "us", one.state, NOON + TICKET_LIFE + 1) is None
    assert made.ticket(jar, "eu", one.state, NOON) is None
    assert made.ticket(jar, "us", one.state[:10], NOON) is None
    assert made.ticket(jar, "us", "", NOON) is None


def test_an_older_key_still_verifies_and_a_forgotten_one_does_not() -> None:
    jar, one = kept(tickets(OLD), ticket()), ticket()
    assert tickets(NEW, OLD).ticket(jar, "us", one.state, NOON) == one
    assert tickets(NEW).ticket(jar, "us", one.state, NOON) is None


def test_without_a_state_only_a_provider_that_has_none_is_believed() -> None:
    made = tickets(NEW)
    with_state, without = ticket(), ticket("state-two-and-more.us", has_state=False)
    assert made.ticket(kept(made, with_state), "us", None, NOON) is None
    assert made.ticket(kept(made, with_state, without), "us", None, NOON) == without


def test_a_long_goal_is_left_out_so_that_the_cookies_stay_small() -> None:
    made = tickets(NEW)
    jar = kept(
        made, *(ticket(f"state-{number}-and-more.us", return_to="/" + "a" * 900) for number in range(9))
    )
    assert len(jar) == 3
    assert sum(map(len, jar.values())) < 2_000


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Store.Example.com/cart?x", STORE),
        ("https://store.example.com:443", STORE),
        ("http://store.example.com", "http://store.example.com:80"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
        ("https://store.example.com@evil.example/", ""),
        ("https://store.example.com:x/", ""),
        ("https://[", ""),
        ("javascript:alert(1)", ""),
        ("null", ""),
        ("//store.example.com", ""),
        ("", ""),
    ],
)
def test_an_origin_has_one_spelling(url: str, origin: str) -> None:
    assert origin_of(url) == origin


def asked(**headers: str) -> Request:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(EnvironBuilder(headers=list(named.items())).get_environ())


@pytest.mark.parametrize(
    ("headers", "came"),
    [
        ({"Sec_Fetch_Site": "same-origin"}, True),
        ({"Sec_Fetch_Site": "same-site"}, True),
        ({"Sec_Fetch_Site": "none"}, True),
        ({"Sec_Fetch_Site": "cross-site"}, False),
        ({"Sec_Fetch_Site": "cross-site", "Referer": "https://store.example.com/"}, True),
        ({"Referer": "https://store.example.com"}, True),
        ({"Referer": "http://store.example.com/"}, False),
        ({"Referer": "https://store.example.com.evil.example/"}, False),
        ({"Referer": "https://evil.example/https://store.example.com/"}, False),
        ({"Origin": "null", "Referer": "https://store.example.com/"}, False),
        ({"Origin": "https://evil.example", "Referer": "https://store.example.com/"}, False),
        ({}, False),
    ],
)
def test_a_click_comes_from_the_store_or_it_does_not(headers: dict[str, str], came: bool) -> None:
    assert came_from(asked(**headers), {STORE, ""}) is came


def test_a_form_is_ours_by_our_origin_alone() -> None:
    assert is_own_form(asked(Sec_Fetch_Site="same-origin"), STORE)
    assert is_own_form(asked(Origin="https://store.example.com"), STORE)
    for headers in (
        {"Sec_Fetch_Site": "same-site", "Origin": "https://store.example.com"},
        {"Origin": "null"},
        {},
    ):
        assert not is_own_form(asked(**headers), STORE)
        assert not is_own_form(asked(**headers), "")
