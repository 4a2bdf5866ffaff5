"""`bridge customers show`, `link`, `unlink`, `erase`, `block`, and the queue: one person at a time."""

import json
import time
from dataclasses import replace

import pytest

from bridge.domain.customer import Customer, Link
from bridge.domain.ending_work import HEAD_START
from bridge.domain.grant import Grant
from bridge.domain.identity import IdentityKey
from bridge.domain.pending import PendingCase
from bridge.domain.refusal import Reason
from bridge.domain.secret import Secret
from bridge.flows.after_ending import AfterEnding
from bridge.state.codes import RedisCodes
from bridge.state.endings import RedisEndings
from bridge.state.renewals import RedisRenewals
from bridge.state.sealing import Seal
from bridge.state.sessions import RedisSessions
from tests.cli.customers import ACME, GLOBEX, Desk
from tests.contracts.people import attempt, session
from tests.contracts.tokens import grant

NOON = 1_800_000_000
ADA = IdentityKey(ACME, "00uAda")
ADA_TOO = IdentityKey(GLOBEX, "auth0|ada")
EVE = IdentityKey(ACME, "00uEve")
WHO = ["--issuer", ACME, "--subject", "00uAda"]


def linked(
    desk: Desk, identity: IdentityKey, customer: str, connection: str = "acme", store: str = "both"
) -> None:
    assert desk.links.link(
        Link(
            store=store,
            identity=identity,
            connection=connection,
            customer=Customer(customer),
            evidence="email",
            created_at=NOON,
        )
    )


def signed_in(desk: Desk, identity: IdentityKey, store: str = "both") -> str:
    """The state of the attempt."""
    ticket = attempt(store=store)
    assert desk.sign_ins.record(ticket, session(identity, store=store))
    return ticket.state


def queued(
    desk: Desk, identity: IdentityKey, *candidates: str, reason: Reason = Reason.CUSTOMER_AMBIGUOUS
) -> None:
    desk.pending.add(
        PendingCase(
            store="both",
            connection="acme",
            identity=identity,
            reason=reason,
            candidates=tuple(map(Customer, candidates)),
            first=NOON,
            last=NOON,
        )
    )


def customer(desk: Desk, identity: IdentityKey, store: str = "both") -> str:
    found = desk.links.find(identity, store)
    return found.customer.id if found else ""


def left_of(desk: Desk, *words: str) -> list[str]:
    """Keys in which any of these still stands."""
    server = desk.server
    events = [str(event) for event in server.command("XRANGE", desk.keys.audit, "-", "+")]
    texts = {
        **{name: f"{name} {what}" for name, what in desk.everything().items()},
        "audit": " ".join(events),
    }
    return [name for name, text in texts.items() if any(word in text for word in words)]


def do_what_is_left(desk: Desk) -> None:
    """As a running bridge does within a second."""
    seal = Seal([Secret("k" * 32)], "session")
    queue = RedisEndings(desk.server, desk.keys)
    work = AfterEnding(
        queue=queue,
        sessions=RedisSessions(desk.server, desk.keys, seal, time.time),
        renewals=RedisRenewals(desk.server, desk.keys, seal, time.time, str),
        issuers={},
        receivers={},
        now=time.time,
        monotonic=time.monotonic,
        random=lambda: 0.5,
    )
    time.sleep(HEAD_START)
    for one in queue.take(99):
        assert one.ending.customer
        work.do(one)


# -- show ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "who", [["--customer", "101"], WHO, ["--identity", ADA.digest], ["--email", "Ada@Acme.example"]]
)
def test_a_customer_is_shown_with_what_proved_it_however_asked_for(desk: Desk, who: list[str]) -> None:
    linked(desk, ADA, "101")
    linked(desk, ADA_TOO, "101", "globex")
    signed_in(desk, ADA)
    text = "customer_id,email\n101,ada@acme.example\n"
    desk.run("import", desk.file("x.csv", text), "--store", "both")
    queued(desk, EVE, "101", "102")
    (told,) = desk.told("show", "--store", "both", *who)
    assert (told["customer"], told["sessions"], told["blocked"]) == ("101", 1, False)
    assert told["links"] == [
        {"connection": "acme", "identity": ADA.digest, "evidence": "email", "linked_at": "2027-01-15T08:00:00Z",
         "sessions": 1},
        {"connection": "globex", "identity": ADA_TOO.digest, "evidence": "email",
         "linked_at": "2027-01-15T08:00:00Z", "sessions": 0},
    ]  # fmt: skip
    assert [case["candidates"] for case in told["pending"]] == [["101", "102"]]
    ended = desk.run("show", "--store", "both", *who)
    assert ended.status == 0
    assert "2027-01-15T08:00:00Z, evidence: email" in ended.out


def test_of_whom_nothing_is_known_nothing_is_said(desk: Desk) -> None:
    assert desk.run("show", "--store", "us", *WHO).status == 1
    assert desk.run("show", "--store", "us", "--customer", "7").status == 1
    assert desk.run("show", "--store", "us", "--email", "nobody@acme.example").status == 1


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--customer", "7", "--email", "a@b.example"],
        ["--customer", "seven"],
        ["--issuer", ACME],
        ["--identity", "short"],
        ["--identity", ADA.digest, "--subject", "x"],
        ["--email", "nobody"],
    ],
)
@pytest.mark.parametrize("command", ["show", "unlink", "erase"])
def test_whom_is_meant_must_be_said_in_one_way(desk: Desk, command: str, words: list[str]) -> None:
    more = ["--yes"] if command != "show" else []
    ended = desk.run(command, "--store", "us", *words, *more)
    assert (ended.status, ended.out) == (2, ""), ended.said
    assert desk.everything() == {}


# -- link and unlink ----------------------------------------------------------------------------


def test_a_link_by_hand_says_whose_word_it_is(desk: Desk) -> None:
    assert desk.run("link", "--store", "us", "--customer", "101", *WHO).status == 0
    found = desk.links.find(ADA, "us")
    assert found is not None
    assert (found.customer.id, found.evidence) == ("101", "operator")
    assert desk.told("link", "--store", "us", "--customer", "101", *WHO)["new"] is False
    assert left_of(desk, "'operator'") == ["audit"]


def test_what_stands_in_the_way_stays_unless_it_is_to_be_replaced(desk: Desk) -> None:
    linked(desk, ADA, "102")
    linked(desk, EVE, "101")
    signed_in(desk, ADA)
    signed_in(desk, EVE)
    words = ["link", "--store", "both", "--customer", "101", *WHO]
    ended = desk.run(*words)
    assert (ended.status, ended.out) == (1, "")
    assert f"another identity of the connection holds the customer: {EVE.digest}" in ended.err
    assert (customer(desk, ADA), customer(desk, EVE)) == ("102", "101")
    assert desk.run(*words, "--replace").status == 0
    assert (customer(desk, ADA), customer(desk, EVE)) == ("101", "")
    (told,) = desk.told("show", "--store", "both", "--customer", "101")
    assert told["sessions"] == 0
    assert desk.run("show", "--store", "both", "--customer", "102").status == 1


def test_a_digest_needs_the_connection_where_the_store_has_several(desk: Desk) -> None:
    words = ["link", "--store", "both", "--customer", "101", "--identity", ADA.digest]
    assert desk.run(*words).status == 2
    assert desk.run(*words, "--connection", "acme").status == 0
    assert customer(desk, ADA) == "101"


def test_unlinked_people_are_signed_out_of_that_store_alone(desk: Desk) -> None:
    linked(desk, ADA, "101")
    linked(desk, ADA, "5", store="us")
    linked(desk, ADA_TOO, "101", "globex")
    signed_in(desk, ADA)
    signed_in(desk, ADA, "us")
    gone = desk.told("unlink", "--store", "both", "--customer", "101", "--connection", "acme", "--yes")
    assert gone == [{"identity": ADA.digest, "customer": "101"}]
    assert (customer(desk, ADA), customer(desk, ADA_TOO)) == ("", "101")
    (told,) = desk.told("show", "--store", "us", "--customer", "5")
    assert told["sessions"] == 1
    assert desk.run("unlink", "--store", "both", *WHO, "--yes").status == 1


# -- erase --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "who",
    [
        ["--store", "both", "--customer", "101"],
        WHO,
        ["--identity", ADA_TOO.digest],
        ["--email", "ada@acme.example"],
    ],
)
def test_an_erased_person_is_nowhere_any_more_and_everybody_else_is(desk: Desk, who: list[str]) -> None:
    linked(desk, ADA, "101")
    linked(desk, ADA_TOO, "101", "globex")
    linked(desk, EVE, "102")
    states = [signed_in(desk, ADA), signed_in(desk, ADA_TOO), signed_in(desk, EVE)]
    text = "customer_id,email\n101,ada@acme.example\n101,ada2@acme.example\n102,eve@acme.example\n102,eve2@acme.example\n"
    desk.run("import", desk.file("x.csv", text), "--store", "both")
    queued(desk, ADA, "101", "103")
    queued(desk, EVE, "104")
    queued(desk, IdentityKey(ACME, "third"), "101", "105")
    codes = RedisCodes(desk.server, desk.keys)
    for code, identity in (("fresh", ADA), ("spent", ADA_TOO), ("other", EVE)):
        codes.put(code, replace(grant(session(identity)), store="both"))
    codes.take("both", "spent")
    gone = desk.told("erase", *who, "--yes")
    assert isinstance(codes.take("both", "other"), Grant)
    assert gone == {"links": 2, "emails": 2, "sessions": 2, "outcomes": 4, "pending": 2, "events": 4}
    do_what_is_left(desk)
    digests = [ADA.digest, ADA_TOO.digest, ADA.subject, ADA_TOO.subject, "'101'", "101 "]
    assert left_of(desk, *digests) == []
    assert left_of(desk, *states[:2]) == []
    assert (customer(desk, EVE), len(left_of(desk, states[2]))) == ("102", 1)
    assert [one.id for one in desk.links.known_by_email("eve2@acme.example", "both")] == ["102"]
    assert [case.identity for case in desk.pending.all("both")] == [EVE]
    assert "erased" in str(desk.server.command("XRANGE", desk.keys.audit, "-", "+"))
    before = desk.everything()
    ended = desk.run("erase", *who, "--yes")
    assert (ended.status, ended.out) == (0, "Nothing was known of this person.\n")
    assert desk.everything() == before


def test_erased_in_one_store_the_person_stays_in_the_other(desk: Desk) -> None:
    linked(desk, ADA, "101")
    linked(desk, ADA, "5", store="us")
    signed_in(desk, ADA)
    signed_in(desk, ADA, "us")
    desk.run("erase", "--store", "both", *WHO, "--yes")
    assert (customer(desk, ADA), customer(desk, ADA, "us")) == ("", "5")
    (told,) = desk.told("show", "--store", "us", *WHO)
    assert told["sessions"] == 1
    desk.run("erase", *WHO, "--yes")
    assert customer(desk, ADA, "us") == ""


def test_an_address_of_two_customers_erases_neither(desk: Desk) -> None:
    text = "customer_id,email\n101,info@acme.example\n102,info@acme.example\n"
    desk.run("import", desk.file("x.csv", text), "--store", "both")
    ended = desk.run("erase", "--email", "info@acme.example", "--yes")
    assert ended.status == 1
    assert "2 customers of both have this e-mail" in ended.err
    assert desk.told("erase", "--store", "both", "--customer", "101", "--yes")["emails"] == 1
    assert [one.id for one in desk.links.known_by_email("info@acme.example", "both")] == ["102"]


def test_a_person_of_a_provider_that_is_gone_is_erased_too(desk: Desk) -> None:
    somebody = IdentityKey("https://gone.example", "1")
    linked(desk, somebody, "101", "gone")
    desk.run("erase", "--issuer", "https://gone.example", "--subject", "1", "--yes")
    assert customer(desk, somebody) == ""


def test_nothing_is_erased_unless_somebody_says_yes(desk: Desk) -> None:
    linked(desk, ADA, "101")
    before = desk.everything()
    for command in (["erase"], ["unlink", "--store", "both"]):
        ended = desk.run(*command, *WHO, given="y\n")
        assert ended.status == 2
        assert "--yes" in ended.err
    assert desk.everything() == before


# -- the queue ----------------------------------------------------------------------------------


def test_the_queue_tells_who_could_be_whom_and_approval_links(desk: Desk) -> None:
    queued(desk, ADA, "101", "102")
    (case,) = desk.told("pending")
    assert case["ref"] == ADA.digest
    assert (case["store"], case["subject"], case["reason"]) == ("both", "00uAda", "customer_ambiguous")
    assert case["candidates"] == ["101", "102"]
    assert case["last"] == "2027-01-15T08:00:00Z"
    assert desk.run("approve", ADA.digest[:8], "--store", "both", "--customer", "102").status == 0
    found = desk.links.find(ADA, "both")
    assert found is not None
    assert (found.customer.id, found.evidence) == ("102", "operator")
    assert desk.told("pending") == []


def test_a_customer_whom_another_holds_is_given_away_only_on_purpose(desk: Desk) -> None:
    linked(desk, EVE, "101")
    signed_in(desk, EVE)
    queued(desk, ADA, "101", reason=Reason.CUSTOMER_ALREADY_LINKED)
    words = ["approve", ADA.digest, "--store", "both", "--customer", "101"]
    assert desk.run(*words).status == 1
    assert (customer(desk, EVE), len(desk.told("pending"))) == ("101", 1)
    assert desk.run(*words, "--replace").status == 0
    assert (customer(desk, ADA), customer(desk, EVE)) == ("101", "")
    assert desk.told("show", "--store", "both", "--customer", "101")[0]["sessions"] == 0


def test_a_rejected_case_is_shown_only_when_asked_for(desk: Desk) -> None:
    queued(desk, ADA, "101")
    assert desk.run("reject", ADA.digest, "--store", "both").status == 0
    assert desk.run("pending").out == "Nothing waits to be judged.\n"
    assert [case["rejected"] for case in desk.told("pending", "--all", "--store", "both")] == [True]


def test_a_reference_may_begin_with_a_hyphen(desk: Desk) -> None:
    people = (IdentityKey(ACME, str(number)) for number in range(10_000))
    odd = next(one for one in people if one.digest.startswith("-"))
    queued(desk, odd, "101")
    (case,) = desk.told("pending")
    assert desk.run("reject", "--store", "both", "--", odd.digest).status == 0
    assert desk.run("approve", case["ref"], "--store", "both", "--customer", "101").status == 0
    assert customer(desk, odd) == "101"


@pytest.mark.parametrize(("reference", "status"), [("AAAAAAAAAA", 1), ("A", 2), ("", 2)])
def test_a_case_that_is_not_there_is_not_judged(desk: Desk, reference: str, status: int) -> None:
    queued(desk, ADA, "101")
    assert desk.run("reject", reference, "--store", "both").status == status
    assert len(desk.told("pending")) == 1


# -- blocks, and older versions -----------------------------------------------------------------


@pytest.mark.parametrize("who", [["--customer", "101"], WHO, ["--identity", ADA.digest]])
def test_a_blocked_person_has_no_session_and_gets_none_until_unblocked(desk: Desk, who: list[str]) -> None:
    linked(desk, ADA, "101")
    signed_in(desk, ADA)
    assert desk.told("block", "--store", "both", *who)["sessions"] == 1
    (told,) = desk.told("show", "--store", "both", "--customer", "101")
    assert (told["blocked"], told["sessions"]) == ("--customer" in who, 0)
    assert desk.sign_ins.is_blocked(ADA, "both")
    assert desk.run("unblock", "--store", "both", *who).status == 0
    assert desk.run("unblock", "--store", "both", *who).status == 1
    signed_in(desk, ADA)


def test_links_of_older_versions_are_moved_and_counted(desk: Desk) -> None:
    for number in range(3):
        digest = IdentityKey(ACME, str(number)).digest
        old = f"{desk.keys.prefix}:link:{{{digest}}}:us"
        desk.server.command("SET", old, f"1 {number + 7} email {NOON} acme")
        desk.server.command("HSET", f"{desk.keys.prefix}:held:us:{number + 7}", "acme", digest)
    assert desk.told("migrate") == {"moved": 3, "left": 0}
    assert desk.run("migrate").out == "0 links moved, 0 left.\n"
    assert desk.told("show", "--store", "us", "--customer", "8")[0]["links"][0]["evidence"] == "email"


def test_without_redis_each_command_says_so(desk: Desk) -> None:
    text = desk.config.read_text()
    begin = text.index('url = "', text.index("[redis]"))
    desk.config.write_text(text[:begin] + 'url = "redis://127.0.0.1:1/0"' + text[text.index("\n", begin) :])
    for words in (
        ["show", "--store", "us", *WHO],
        ["pending"],
        ["migrate"],
        ["export", "--store", "us"],
        ["erase", *WHO, "--yes"],
        ["block", "--store", "us", *WHO],
    ):
        ended = desk.run(*words)
        assert (ended.status, "Redis" in ended.err) == (1, True), (words, ended.said)
    ended = desk.run(
        "import", desk.file("x.csv", f"customer_id,issuer,subject\n7,{ACME},1\n"), "--store", "us"
    )
    assert ended.status == 1
    assert "Redis cannot be reached" in ended.err
    assert json.dumps(ended.out).startswith('"0 rows')
