"""`bridge sessions list` and `end`: who is signed in, and to end that."""

import json
import time
from dataclasses import dataclass
from typing import Any

import pytest
from click.testing import CliRunner

from bridge.cli import main
from bridge.domain.customer import Customer, Link
from bridge.domain.identity import IdentityKey
from bridge.domain.session import SessionRef
from bridge.state.endings import RedisEndings
from tests.cli.command import Ended
from tests.cli.customers import ACME, GLOBEX, Desk
from tests.contracts.people import ID_TOKEN, attempt, session

ADA, ADA_TOO = IdentityKey(ACME, "00uAda"), IdentityKey(GLOBEX, "auth0|ada")
EVE = IdentityKey(ACME, "00uEve")
ADA_IS = ["--issuer", ACME, "--subject", "00uAda"]


@dataclass(frozen=True)
class House:
    """Ada is in `both` by two connections (customer 101), and in `us` (customer 5); Eve in `both` (102)."""

    desk: Desk
    ada: str
    ada_too: str
    ada_us: str
    eve: str

    def run(self, *words: str, given: str | None = None) -> Ended:
        name, *rest = words
        command = ["sessions", name, "--config", str(self.desk.config), *rest]
        done = CliRunner().invoke(main, command, input=given)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        assert ID_TOKEN[:12] not in done.output
        return Ended(done.exit_code, done.stdout, done.stderr)

    def rows(self, *words: str) -> list[dict[str, Any]]:
        ended = self.run("list", "--json", *words)
        assert (ended.status, ended.err) == (0, "")
        rows: list[dict[str, Any]] = json.loads(ended.out)
        return rows

    def left(self, *words: str) -> set[str]:
        return {row["sid"] for row in self.rows(*words)}

    @property
    def told(self) -> dict[str, tuple[str, str, str]]:
        """What stores are to hear: customer, store, reason of each sid."""
        waiting = RedisEndings(self.desk.server, self.desk.keys).waiting()
        endings = [one.work.ending for one in waiting]
        return {str(one.ref): (one.customer, one.store, one.reason) for one in endings}


def sign_in(
    desk: Desk,
    identity: IdentityKey,
    customer: str,
    store: str = "both",
    connection: str = "acme",
    **changes: object,
) -> str:
    """The sid."""
    now = int(time.time())
    assert desk.links.link(
        Link(
            store=store,
            identity=identity,
            connection=connection,
            customer=Customer(customer),
            evidence="email",
            created_at=now,
        )
    )
    times: dict[str, object] = {"created_at": now - 3600, "ends_at": now + 7200}
    made = session(identity, store=store, connection=connection, **{**times, **changes})
    assert desk.sign_ins.record(attempt(store=store), made)
    return str(SessionRef.of(made.handle))


@pytest.fixture
def house(desk: Desk) -> House:
    return House(
        desk,
        ada=sign_in(desk, ADA, "101", sid="okta-session-1", idle=900),
        ada_too=sign_in(desk, ADA_TOO, "101", connection="globex", sid=""),
        ada_us=sign_in(desk, ADA, "5", "us"),
        eve=sign_in(desk, EVE, "102"),
    )


def test_everything_but_tokens_is_told_of_a_session(house: House) -> None:
    (row,) = [one for one in house.rows() if one["sid"] == house.ada]
    assert 895 <= row.pop("expires_in") <= 900
    assert 3600 <= row.pop("age") <= 3605
    created, ends = row.pop("created_at"), row.pop("ends_at")
    assert created < ends
    assert row == {
        "sid": house.ada,
        "store": "both",
        "connection": "acme",
        "customer": "101",
        "identity": ADA.digest,
        "issuer": ACME,
        "subject": "00uAda",
        "provider_sid": "okta-session-1",
        "idle": 900,
    }
    text = house.run("list").out
    assert f"{house.ada}  both: customer 101\n" in text
    assert f"    signed in  {created}, 1 h" in text
    assert "(session_idle: 15 min)" in text
    assert text.endswith("4 sessions.\n")


@pytest.mark.parametrize(
    ("words", "whose"),
    [
        ([], "ada ada_too ada_us eve"),
        (["--store", "both"], "ada ada_too eve"),
        (["--connection", "globex"], "ada_too"),
        (["--connection", "acme", "--store", "both"], "ada eve"),
        (["--customer", "101", "--store", "both"], "ada ada_too"),
        (["--customer", "102", "--store", "us"], ""),
        (["--identity", ADA.digest], "ada ada_us"),
        ([*ADA_IS, "--store", "us"], "ada_us"),
    ],
)
def test_those_meant_are_shown_and_would_end_and_end_and_nobody_else(
    house: House, words: list[str], whose: str
) -> None:
    meant = {getattr(house, name) for name in whose.split()}
    everybody = house.left()
    assert house.left(*words) == meant

    by_store = ["--all"] if words == ["--store", "both"] else []
    if not words:
        return
    status = 0 if meant else 1
    dry = house.run("end", *words, *by_store, "--dry-run", "--json")
    assert (dry.status, {row["sid"] for row in json.loads(dry.out)}) == (status, meant)
    assert (house.left(), house.told) == (everybody, {})

    ended = house.run("end", *words, *by_store, "--yes", "--json")
    assert (ended.status, json.loads(ended.out)) == (status, {"ended": len(meant)})
    assert house.left() == everybody - meant
    customers = {house.ada: "101", house.ada_too: "101", house.ada_us: "5", house.eve: "102"}
    assert {sid: told[0] for sid, told in house.told.items()} == {sid: customers[sid] for sid in meant}
    assert {told[2] for told in house.told.values()} <= {"operator"}
    assert house.run("end", *words, *by_store, "--yes").status == 1


def test_one_session_ends_by_its_own_name(house: House) -> None:
    ended = house.run("end", "--session", house.ada, "--yes")
    assert (ended.status, ended.out) == (0, "1 session ended.\n")
    assert house.left() == {house.ada_too, house.ada_us, house.eve}
    assert house.told == {house.ada: ("101", "both", "operator")}
    again = house.run("end", "--session", house.ada, "--yes")
    assert (again.status, again.out) == (1, "There is no such session.\n")


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--store", "both"],
        ["--all"],
        ["--customer", "101"],
        ["--customer", "one", "--store", "both"],
        ["--session", "not-a-sid"],
        ["--identity", "short"],
        ["--issuer", ACME],
        ["--all", "--store", "both", "--customer", "101"],
        ["--session", f"{ADA.digest}.{'0' * 32}", "--identity", ADA.digest],
    ],
    ids=" ".join,
)
def test_who_is_meant_must_be_said_and_in_one_way(house: House, words: list[str]) -> None:
    ended = house.run("end", *words, "--yes")
    assert (ended.status, ended.out) == (2, "")
    assert len(house.left()) == 4


def test_nobody_is_signed_out_unless_somebody_says_yes(house: House) -> None:
    ended = house.run("end", "--all", "--store", "both", given="y\n")
    assert ended.status == 2
    assert "End 3 sessions?" in ended.err
    assert len(house.left()) == 4


def test_sessions_of_what_is_no_longer_configured_are_found_and_end(house: House) -> None:
    gone = sign_in(house.desk, EVE, "9", "closed", "old")
    assert house.left("--store", "closed") == house.left("--connection", "old") == {gone}
    assert house.run("end", "--connection", "old", "--yes").status == 0
    ended = house.run("end", "--connection", "old", "--yes")
    assert (ended.status, ended.out) == (1, "There is no such session. Not in the configuration: old.\n")
    assert "Not in the configuration: clsed." in house.run("list", "--store", "clsed").out


def test_a_customer_s_id_held_without_a_link_is_nobody_s_session(house: House) -> None:
    """Who died between claim and link: their other customer's session is none of this customer's."""
    house.desk.links.unlink(ADA_TOO, "both")
    assert house.left("--customer", "101", "--store", "both") == {house.ada}
    (row,) = [one for one in house.rows() if one["sid"] == house.ada_too]
    assert row["customer"] == ""


def test_no_more_are_shown_than_asked_for(house: House) -> None:
    assert len(house.rows("--limit", "2")) == 2
    ended = house.run("list", "--limit", "2")
    assert "2 sessions.\n" in ended.out
    assert "--limit" in ended.err


def test_a_provider_s_words_do_not_move_the_cursor(desk: Desk) -> None:
    odd = IdentityKey(ACME, "00u\x1b[2Jx")
    house = House(desk, sign_in(desk, odd, "7", sid="a\rb"), "", "", "")
    out = house.run("list").out
    assert "00u?[2Jx" in out
    assert "a?b" in out


def test_a_thousand_end_within_a_second(desk: Desk) -> None:
    house = House(desk, "", "", "", "")
    for number in range(1000):
        sign_in(desk, IdentityKey(ACME, f"p{number}"), str(number + 1))
    sign_in(desk, ADA, "5", "us")
    began = time.monotonic()
    ended = house.run("end", "--all", "--store", "both", "--yes")
    took = time.monotonic() - began
    assert ended.out == "1,000 sessions ended.\n"
    assert len(house.left()) == 1
    assert len(house.told) == 1000
    assert took < 3, "a second for each thousand, on a machine that has nothing else to do"
