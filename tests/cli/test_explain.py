"""`bridge explain`: what an operator reads of a reference, and `bridge audit` over the same Redis."""

import json
import time
from typing import Any

import pytest
from click.testing import CliRunner

from bridge.cli import main
from bridge.cli.explain_fixes import meanings
from bridge.domain.attempt import Attempt
from bridge.domain.audit_chain import AuditKeys
from bridge.domain.handbook import HANDBOOK
from bridge.domain.identity import IdentityKey
from bridge.domain.outcome import Outcome
from bridge.domain.refusal import NOISE, Reason, Refused
from bridge.domain.secret import Secret
from bridge.domain.story import Story
from bridge.state.attempts import RedisAttempts
from bridge.state.audit import RedisAudit
from bridge.state.audit_seals import RedisAuditSeals
from bridge.state.decisions import Decisions
from bridge.state.erasure import RedisErasure
from tests.cli.command import Ended
from tests.cli.customers import Desk
from tests.contracts.people import attempt

#: Nothing is recorded of these: their page says all, or Redis could not be written to.
UNTOLD = {Reason.NOT_FOUND, Reason.METHOD_NOT_ALLOWED, Reason.TOO_LARGE, Reason.STATE_UNAVAILABLE}
KEYS = AuditKeys([Secret("0123456789abcdef0123456789abcdef")])  # as in the desk's configuration


def run(desk: Desk, *words: str) -> Ended:
    command = [*words, "--config", str(desk.config)]
    done = CliRunner().invoke(main, command)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return Ended(done.exit_code, done.stdout, done.stderr)


def attempts(desk: Desk) -> RedisAttempts:
    return RedisAttempts(desk.server, desk.keys, 900, None, Decisions(desk.keys, 1000))


def going(desk: Desk, store: str = "us") -> Attempt:
    """Somebody who left for the provider."""
    one = attempt(store=store)
    told = Story(time.monotonic)
    told.tell("chosen", connection="acme", by="only")
    told.tell("sent", connection="acme", restarts=0, asks_again=False)
    attempts(desk).put(one, told)
    return one


def back() -> Story:
    told = Story(time.monotonic)
    told.tell("returned", answer="code", form_post=False, away=42)
    told.tell("taken", how="fresh")
    told.tell("call", subject="connections.acme", kind="token", status=400, took=12.5)
    return told


def refused(desk: Desk, reason: Reason, detail: str = "") -> str:
    """The reference of a sign-in that ended so."""
    one, error = going(desk), Refused(reason, detail)
    if reason in NOISE:
        audit = RedisAudit(desk.server, desk.keys, Decisions(desk.keys, 1000))
        audit.stray(one.reference, error, "us", "acme", back())
    else:
        outcome = Outcome(store="us", return_to="/", reason=reason)
        attempts(desk).refuse(one.ticket, outcome, error, back())
    return one.reference


@pytest.mark.parametrize("reason", [one for one in Reason if one not in UNTOLD], ids=lambda one: one.value)
def test_every_reason_is_named_with_its_cause_and_its_fix(desk: Desk, reason: Reason) -> None:
    told = run(desk, "explain", refused(desk, reason, "seen so"))
    assert (told.status, told.err) == (0, "")
    text = " ".join(told.out.split())
    assert f"refused: {reason.value}" in text
    assert reason.words.cause in text
    assert reason.words.remedy in text
    assert "Seen: seen so" in text
    assert f"docs/refusals/{reason.value}.md" in text
    assert "acme (oidc)" in text or "acme (okta)" in text
    assert all(len(line) <= 79 for line in told.out.splitlines() if " " in line.strip()), told.out


def test_the_fix_is_in_the_providers_own_words(desk: Desk) -> None:
    desk.config.write_text(
        desk.config.read_text().replace('client_id = "0oa1"\n', 'client_id = "0oa1"\nprovider = "okta"\n')
    )
    text = " ".join(run(desk, "explain", refused(desk, Reason.CLIENT_REJECTED)).out.split())
    assert "Okta Admin Console > Applications > Applications > the app > General" in text
    assert "docs/idps/okta.md" in text


def test_the_fix_is_in_the_platforms_own_words(desk: Desk) -> None:
    text = " ".join(run(desk, "explain", refused(desk, Reason.STORE_MISCONFIGURED)).out.split())
    assert "BigCommerce control panel > Settings > API" in text


def test_what_the_handbook_says_of_a_detail_is_told_and_no_more() -> None:
    found = meanings(Reason.IDP_ERROR, "invalid_scope")
    assert found == ["a scope that this client may not ask for: see `scopes`"]
    assert set(HANDBOOK) == {reason.value for reason in Reason}


def test_steps_are_told_with_their_facts(desk: Desk) -> None:
    out = run(desk, "explain", refused(desk, Reason.CODE_REJECTED)).out
    assert "came back with a code, after 42 s at the provider" in out
    assert "connections.acme: token, status 400 (12.5 ms)" in out


def test_who_never_came_back_is_told_with_likely_causes(desk: Desk) -> None:
    told = run(desk, "explain", going(desk).reference)
    assert told.status == 0
    assert "left for the provider" in told.out
    assert "is not back yet" in told.out
    assert "redirect URI" in told.out


def test_who_came_back_too_late_is_told_where_it_went_on(desk: Desk) -> None:
    first, second = going(desk), attempt()
    told = back()
    told.tell("chosen", connection="acme", by="restart", instead_of=first.reference)
    attempts(desk).put(second, told)
    assert f"began anew as {second.reference}" in run(desk, "explain", first.reference).out


def test_a_refusal_in_another_browser_does_not_hide_how_the_sign_in_ended(desk: Desk) -> None:
    one = going(desk)
    outcome = Outcome(store="us", return_to="/", reason=Reason.CODE_REJECTED)
    attempts(desk).refuse(one.ticket, outcome, Refused(Reason.CODE_REJECTED), back())
    RedisAudit(desk.server, desk.keys, Decisions(desk.keys, 9)).stray(
        one.reference, Refused(Reason.OTHER_BROWSER), "us", "acme"
    )
    document = json.loads(run(desk, "explain", one.reference, "--json").out)
    assert document["reason"] == "code_rejected"
    assert [record["kind"] for record in document["records"]] == ["begun", "refused", "stray"]


def test_a_reference_is_understood_as_people_read_it_out(desk: Desk) -> None:
    reference = going(desk).reference
    spoken = reference.upper().replace("0", "O").replace("1", "L")
    assert run(desk, "explain", f" {spoken[:4]}-{spoken[4:]}").status == 0


def test_a_typing_error_is_answered_with_what_is_near(desk: Desk) -> None:
    reference = going(desk).reference
    other = "2" if reference[-1] != "2" else "3"
    told = run(desk, "explain", reference[:-1] + other)
    assert told.status == 1
    assert f"Was it one of these? {reference}" in told.out


@pytest.mark.parametrize("word", ["zzz", "not-a-reference", "\u0661" * 8])
def test_what_is_no_reference_is_said_to_be_none(desk: Desk, word: str) -> None:
    told = run(desk, "explain", word)
    assert told.status == 1
    assert "eight characters" in told.out


def test_the_newest_are_listed_and_sifted(desk: Desk) -> None:
    gone, bad, elsewhere = going(desk).reference, refused(desk, Reason.CODE_REJECTED), going(desk, "both")

    def listed(*words: str) -> list[Any]:
        return [
            one["reference"] for one in json.loads(run(desk, "explain", "--last", "9", "--json", *words).out)
        ]

    assert set(listed()) == {gone, bad, elsewhere.reference}
    assert listed("--refused") == [bad]
    assert listed("--store", "both") == [elsewhere.reference]
    assert listed("--connection", "globex") == []
    assert "code_rejected" in run(desk, "explain", "--last", "9").out


def test_what_contradicts_itself_is_a_usage_error(desk: Desk) -> None:
    assert run(desk, "explain").status == 2
    assert run(desk, "explain", "abcdefgh", "--last", "3").status == 2
    assert run(desk, "explain", "--last", "3", "--store", "nowhere").status == 2


# -- the audit ------------------------------------------------------------------------------


def seals(desk: Desk) -> RedisAuditSeals:
    return RedisAuditSeals(desk.server, desk.keys, KEYS, time.time)


def seal(desk: Desk) -> int:
    desk.server.command("DEL", desk.keys.audit_sealing)
    return seals(desk).seal()


def verified(desk: Desk, *words: str) -> tuple[int, dict[str, Any]]:
    told = run(desk, "audit", "verify", "--json", *words)
    return told.status, json.loads(told.out)


def events(desk: Desk, count: int = 5) -> list[str]:
    erasure = RedisErasure(desk.server, desk.keys, KEYS, "ops@host")
    for number in range(count):
        erasure.note(
            "unlinked", store="us", identity=f"identity{number}".ljust(22, "x"), customer=str(number)
        )
    return [one.id for one in seals(desk).events()]


def test_an_audit_that_nobody_changed_holds(desk: Desk) -> None:
    events(desk)
    assert seal(desk) == 5
    events(desk, 1)
    status, verdict = verified(desk)
    assert (status, verdict["holds"], verdict["events"], verdict["unsealed"]) == (0, True, 5, 1)
    assert "The audit is as it was sealed." in run(desk, "audit", "verify").out


def test_an_event_that_somebody_deleted_in_redis_shows(desk: Desk) -> None:
    ids = events(desk)
    seal(desk)
    desk.server.command("XDEL", desk.keys.audit, ids[2])
    status, verdict = verified(desk)
    assert status == 1
    assert [problem["kind"] for problem in verdict["problems"]] == ["removed"]


def test_only_one_process_seals_at_a_time_and_no_chain_forks(desk: Desk) -> None:
    events(desk)
    assert [seals(desk).seal(), seals(desk).seal()] == [5, 0]
    events(desk, 2)
    one, other = seals(desk), seals(desk)
    assert sorted(filter(None, [one._seal_page(None), other._seal_page(None)])) == [2]
    assert verified(desk)[0] == 0


def test_a_person_who_is_erased_leaves_tombstones_and_the_chain_holds(desk: Desk) -> None:
    events(desk)
    seal(desk)
    person = "identity2".ljust(22, "x")
    assert RedisErasure(desk.server, desk.keys, KEYS).forget_events([person], []) == 1
    status, verdict = verified(desk)
    assert (status, verdict["erased"]) == (0, 1)
    seal(desk)
    assert verified(desk)[0] == 0
    assert person not in run(desk, "audit", "export").out


def test_retention_drops_whole_seals_and_says_so(desk: Desk) -> None:
    for _ in range(4):
        events(desk, 5)
        seal(desk)
    assert seals(desk).retain(length=8, seconds=86400) == 10
    status, verdict = verified(desk)
    assert (status, verdict["events"], verdict["anchor"]["number"]) == (0, 10, 3)
    assert "The oldest seal kept is number 3" in run(desk, "audit", "verify").out
    assert seals(desk).retain(length=8, seconds=86400) == 0


def test_an_export_ends_with_a_head_that_verify_takes(desk: Desk) -> None:
    events(desk)
    seal(desk)
    told = run(desk, "audit", "export")
    rows = [json.loads(line) for line in told.out.splitlines()]
    assert [row["by"] for row in rows] == ["ops@host"] * 5
    head = told.err.split()[-1]
    assert verified(desk, "--head", head)[0] == 0
    desk.server.command("DEL", desk.keys.audit_seals)
    events(desk, 1)  # else the very same chain would be made again
    seal(desk)
    status, verdict = verified(desk, "--head", head)
    assert (status, verdict["noted_head_found"]) == (1, False)


def test_an_export_for_spreadsheets_holds_no_formula(desk: Desk) -> None:
    RedisErasure(desk.server, desk.keys, KEYS).note("linked", store="us", detail="=1+1", odd="more")
    lines = run(desk, "audit", "export", "--format", "csv").out.splitlines()
    assert lines[0].startswith("id,at,event,reference")
    assert "'=1+1" in lines[1]
    assert '"{""odd"": ""more""}"' in lines[1]


def test_who_gives_a_command_stands_in_the_audit(desk: Desk) -> None:
    words = ["--issuer", "https://acme.okta.com/oauth2/default", "--subject", "ada", "--connection", "acme"]
    done = run(desk, "customers", "link", "--store", "us", "--customer", "5", *words)
    assert done.status == 0, done.said
    (event,) = seals(desk).events()
    assert event.fields["event"] == "linked"
    assert "@" in event.fields["by"]
    assert event.fields["identity"] == IdentityKey("https://acme.okta.com/oauth2/default", "ada").digest
