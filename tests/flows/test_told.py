"""What a sign-in tells of itself: enough to see how it was decided, and nothing of the person."""

import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.identity import IdentityKey
from bridge.domain.refusal import Reason, Refused
from bridge.domain.store import CustomerPolicy
from bridge.domain.story import read
from tests.contracts.world import FakeClock
from tests.flows.scene import ISSUER, Scene, person

MARKERS = st.text(string.ascii_letters + string.digits, min_size=6, max_size=30).map(
    lambda one: f"planted{one}"
)


def tried(scene: Scene) -> list[str]:
    """Each line of the policy with its outcome, of all records that the last sign-in wrote."""
    reference = scene.state.told[-1][0]
    texts = [text for one, text in scene.state.told if one == reference]
    steps = [step for text in texts for step in read(text) if step.name == "tried"]
    return [f"{step.facts['rule']} {step.facts['outcome']}" for step in steps]


def test_each_line_of_the_policy_is_told_with_its_outcome(clock: FakeClock) -> None:
    scene = Scene(clock, policy=CustomerPolicy(match_email=True))
    scene.shop.book["7"] = "ada@acme.com"
    scene.sign_in(person())
    assert [line for line in tried(scene) if line != "link none"] == [
        "email trusted", "imported none", "earlier none", "store_email found", "email linked",
    ]  # fmt: skip


def test_a_claim_that_is_absent_is_told_before_the_address(clock: FakeClock) -> None:
    scene = Scene(clock, policy=CustomerPolicy(claim="customer_no"))
    scene.sign_in(person())
    assert tried(scene)[:3] == ["link none", "claim absent", "email trusted"]


def test_an_address_that_is_not_trusted_is_told(clock: FakeClock) -> None:
    scene = Scene(clock)
    with pytest.raises(Refused) as refused:
        scene.sign_in(person(email_verified=False))
    assert refused.value.reason is Reason.EMAIL_NOT_TRUSTED
    assert tried(scene) == ["link none", "email not_trusted"]


def test_how_it_began_is_told_although_nobody_came_back(clock: FakeClock) -> None:
    scene = Scene(clock)
    ticket = scene.go()
    ((reference, text),) = scene.state.told
    assert reference == ticket.reference
    assert [step.name for step in read(text)] == ["chosen", "sent"]


@given(
    subject=MARKERS,
    name=MARKERS,
    local=MARKERS,
    path=MARKERS,
    code=MARKERS,
    claims=st.dictionaries(MARKERS, MARKERS),
)
def test_nothing_of_the_person_or_of_the_request_is_in_a_record(
    subject: str, name: str, local: str, path: str, code: str, claims: dict[str, str]
) -> None:
    scene = Scene(FakeClock())
    email = f"{local.lower()}@acme.com"
    who = person(email=email, name=name, given_name=name, key=IdentityKey(ISSUER, subject), claims=claims)
    ticket = scene.go(return_to=f"/{path}?q={path}")
    scene.provider.people[code] = replace(who, sid=subject)
    scene.back(ticket, code)
    other = scene.go(return_to=f"/{path}")
    with pytest.raises(Refused):
        scene.back(other, f"{code}x")
    told = str(scene.state.told)
    assert len(scene.state.told) >= 4
    assert "planted" not in told.lower()
    assert "acme.com" not in told
