"""The ticket of an attempt: what the storefront bound it to is in it, and many of them stay within a header."""

import json
import secrets
from dataclasses import replace

from itsdangerous.encoding import base64_decode
from werkzeug.wrappers import Response

from bridge.domain.attempt import Attempt, Ticket
from bridge.domain.binding import MAX_STATE, UNBOUND, Binding
from bridge.domain.secret import Secret
from bridge.state.attempt_seal import AttemptSeal
from bridge.web.cookies import MAX_TICKETS, Cookies
from tests.contracts.world import NOON

KEY = Secret("k" * 32)
COOKIES = Cookies([KEY], secure=True)
SEAL = AttemptSeal([KEY], 300, lambda: NOON)


def ticket(age: int = 0, binding: Binding = UNBOUND, goal: str = "/cart") -> Ticket:
    made = Attempt.new(
        store="us",
        connection="acme",
        return_to=goal,
        now=NOON - age,
        token=lambda: secrets.token_urlsafe(32),
        binding=binding,
    )
    return replace(made.ticket, sealed=SEAL.close(made))


def issue(jar: dict[str, str], one: Ticket) -> None:
    """As a browser takes the answer."""
    response = Response()
    COOKIES.issue(response, one, jar, form_post=False)
    for line in response.headers.getlist("Set-Cookie"):
        name, _, rest = line.partition("=")
        value = rest.partition(";")[0]
        if "Max-Age=0" in line:
            del jar[name]
        else:
            jar[name] = value


def test_a_ticket_comes_back_with_its_binding() -> None:
    for binding in (UNBOUND, Binding(state='s "\\&;='), Binding(state="s", code_challenge="c" * 43)):
        jar: dict[str, str] = {}
        one = ticket(binding=binding)
        issue(jar, one)
        assert COOKIES.ticket(jar, one.state) == one


def test_it_comes_back_with_its_sealed_half() -> None:
    jar: dict[str, str] = {}
    one = ticket()
    issue(jar, one)
    held = COOKIES.ticket(jar, one.state)
    assert held == one
    opened = SEAL.open(held)
    assert opened is not None
    assert opened.ticket == replace(one, sealed="")


def test_versions_before_the_sealed_half_and_after_read_each_other() -> None:
    for binding in (UNBOUND, Binding(state="s", code_challenge="c" * 43)):
        jar: dict[str, str] = {}
        one = replace(ticket(binding=binding), sealed="")
        issue(jar, one)
        assert COOKIES.ticket(jar, one.state) == one
        issue(jar, ticket(binding=binding))
        *_, newer = jar.values()
        _, _, _, _, _, _, state, challenge, *_ = json.loads(base64_decode(newer.rsplit(".", 1)[0]))
        assert Binding(state=state, code_challenge=challenge) == binding, "what an older one makes of it"


def test_the_ticket_of_another_attempt_counts_for_nothing_under_this_ones_name() -> None:
    mine, other = ticket(), ticket()
    jar: dict[str, str] = {}
    issue(jar, other)
    (value,) = jar.values()
    assert COOKIES.ticket({COOKIES._name(mine.state): value}, mine.state) is None


def test_five_ordinary_ones_are_small() -> None:
    jar: dict[str, str] = {}
    for age in range(5):
        issue(jar, ticket(age))
    assert len("; ".join(f"{name}={value}" for name, value in jar.items())) < 2_200


def test_the_longest_tickets_stay_within_the_header_of_a_proxy() -> None:
    jar: dict[str, str] = {}
    binding = Binding(state='"' * MAX_STATE, code_challenge="c" * 43)
    for age in range(10, 0, -1):
        newest = ticket(age, binding, "/" + "x" * 299)
        issue(jar, newest)
        assert len("; ".join(f"{name}={value}" for name, value in jar.items())) < 8_000
        assert COOKIES.ticket(jar, newest.state) == newest
    assert len(jar) >= 2


def test_of_ordinary_ones_the_newest_five_stay() -> None:
    jar: dict[str, str] = {}
    tickets = [ticket(age, Binding(state="s" * 43, code_challenge="c" * 43)) for age in range(10, 0, -1)]
    for one in tickets:
        issue(jar, one)
    assert [one for one in tickets if COOKIES.ticket(jar, one.state)] == tickets[-MAX_TICKETS:]
