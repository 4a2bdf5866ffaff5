"""Stories: a record says what happened and nothing of whom it happened to, whatever a provider writes."""

import string
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.identity import Identity, IdentityKey
from bridge.domain.story import STEPS, Story, read, written
from bridge.flows.telling import tell_identity
from tests.flows.scene import ACME

#: Long enough to be nothing of ours, and of letters that records may hold.
MARKERS = st.text(string.ascii_letters + string.digits, min_size=12, max_size=40).map(
    lambda one: f"planted{one}"
)


def story(clock: list[float] | None = None) -> Story:
    at = clock or [0.0]
    return Story(lambda: at[0])


def test_a_step_is_read_as_it_was_told_with_its_time() -> None:
    clock = [10.0]
    told = story(clock)
    clock[0] += 0.0123
    told.tell("call", subject="connections.acme", kind="token", status=200, took=12.0)
    clock[0] += 0.5
    told.tell("userinfo", asked=False, why="enough")
    call, userinfo = read(written(told))
    assert (call.name, call.ms) == ("call", 12.3)
    assert call.facts == {
        "subject": "connections.acme", "kind": "token", "status": "200", "failed": "", "took": "12",
    }  # fmt: skip
    assert userinfo.facts == {"asked": "no", "why": "enough"}


def test_a_fact_that_looks_like_none_is_not_written() -> None:
    told = story()
    told.tell("chosen", connection="a;b\nsent;1", by="é")
    assert written(told) == "chosen;0.0;?;?"


def test_a_fact_that_no_step_has_is_not_written() -> None:
    told = story()
    told.tell("sent", connection="acme", token="planted")
    assert "planted" not in written(told)


def test_records_of_other_versions_are_read_as_far_as_they_are_known() -> None:
    steps = read("teleported;1;far\nsent;not a number\n\nsent;2;acme;0;no;and;more")
    assert [step.name for step in steps] == ["sent"]
    assert steps[0].facts["connection"] == "acme"


@given(st.text())
def test_any_text_is_read_without_a_fault(text: str) -> None:
    assert all(step.name in STEPS for step in read(text))


@given(st.dictionaries(MARKERS, MARKERS, max_size=8), MARKERS, MARKERS)
def test_no_claim_and_no_name_of_one_gets_into_a_record(
    claims: dict[str, Any], subject: str, local: str
) -> None:
    identity = Identity(
        key=IdentityKey("https://idp.acme.example", subject),
        connection="acme",
        email=f"{local.lower()}@acme.com",
        given_name=subject,
        claims={**claims, "email": f"{local}@acme.com", "groups": list(claims), "name": subject},
    )
    told = story()
    tell_identity(told, identity, ACME)
    record = written(told)
    assert "planted" not in record.lower()
    assert "acme.com" not in record
    assert f"email,groups,name;{len(claims)};unsaid;inside" in record


def test_the_domain_is_told_where_the_configuration_wants_it() -> None:
    identity = Identity(key=IdentityKey("https://idp", "ada"), connection="acme", email="ada@acme.com")
    told = story()
    tell_identity(told, identity, replace(ACME, tells_domain=True))
    assert written(told).endswith(";inside;acme.com")
