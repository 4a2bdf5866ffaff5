"""The demo's second store with a real bridge: what its platform may do wrong, and what becomes of shoppers."""

import re
from collections.abc import Iterator

import pytest

from bridge.demo.europe import Europe
from bridge.demo.scene import Scene
from bridge.demo.shopper import Page, Shopper
from tests.journeys.process import BridgeProcess, quiet_port

pytestmark = pytest.mark.slow

ADA, GRACE = "Ada Lovelace", "Grace Hopper"


class Town:
    """The shop and its platform; faults end with the test."""

    def __init__(self, scene: Scene) -> None:
        self.europe: Europe = scene.europe
        self.platform = scene.europe.platform

    def sign_in(self, name: str, shopper: Shopper | None = None) -> Page:
        """What they see in the end."""
        return (shopper or Shopper()).open(self.europe.url).press("Sign in").press(name)

    def emails(self) -> list[str]:
        return sorted(customer.email for customer in self.platform.customers.find())

    def asked_by_bridge(self) -> list[str]:
        return [call.path for call in self.platform.calls if call.by == "integration"]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder, port = tmp_path_factory.mktemp("europe"), quiet_port()
    with Scene(port, work_dir=folder) as made:
        bridge = BridgeProcess(made.config_path, port)
        try:
            yield made
        finally:
            bridge.kill()
            log = "".join(path.read_text() for path in folder.glob("bridge-*.log"))
            assert not re.search(r"eyJ[A-Za-z0-9_-]{8,}", log), "a token in the bridge's log"
            assert made.europe.handoff_secret not in log


@pytest.fixture
def town(scene: Scene) -> Iterator[Town]:
    """Ada is known to the bridge."""
    made = Town(scene)
    assert made.sign_in(ADA).says(f"Signed in as {ADA}")
    made.platform.calls.clear()
    made.platform.requests.clear()
    yield made
    made.platform.api_fault = made.platform.auth_fault = ""


def test_a_known_customer_costs_one_grant_and_no_look_up(town: Town) -> None:
    assert town.sign_in(ADA).says(f"Signed in as {ADA}")
    assert [one.grant_type.rpartition(":")[2] for one in town.platform.requests] == ["jwt-bearer"]
    assert town.asked_by_bridge() == []


@pytest.mark.parametrize(
    ("fault", "name", "email"),
    [
        ("lost_answer", GRACE, "grace.hopper@acme.example"),
        ("duplicate", "Sujata", "sujata@acme.example"),
    ],
)
def test_one_customer_is_made_whatever_becomes_of_the_answer(
    town: Town, fault: str, name: str, email: str
) -> None:
    town.platform.api_fault = fault
    assert town.sign_in(name).says(f"Signed in as {email}")
    town.platform.api_fault = ""
    assert town.sign_in(name).says(f"Signed in as {email}")
    assert town.emails().count(email) == 1


def test_a_new_customer_carries_who_they_are_at_the_provider(town: Town, scene: Scene) -> None:
    assert town.sign_in("Zoë").status == 200
    (zoe,) = town.platform.customers.find({"reference_eq": "acme-1007"})
    assert zoe.reference_origin == scene.idp_url
    assert zoe.email.casefold() == "zoe.mueller@acme.example"
    assert zoe.has_password


@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("Augusta", "customer_already_linked"),
        ("Charles", "email_not_trusted"),
        ("Alan", "email_not_trusted"),
        ("Eve", "email_outside_domains"),
    ],
)
def test_who_may_not_come_in_makes_no_customer(town: Town, name: str, refusal: str) -> None:
    before, shopper = town.emails(), Shopper()
    assert town.sign_in(name, shopper).headers["Bridge-Refusal"] == refusal
    assert not shopper.open(town.europe.url).says("Signed in as")
    assert town.emails() == before


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("down", "store_unavailable"),
        ("500", "store_unavailable"),
        ("invalid_client", "store_misconfigured"),
        ("invalid_assertion", "customer_rejected"),
        ("other_owner", "customer_rejected"),
        ("market_all", "store_misconfigured"),
    ],
)
def test_no_token_and_no_wrong_one_comes_to_the_shop(town: Town, fault: str, reason: str) -> None:
    shopper = Shopper()
    town.platform.auth_fault = fault
    page = town.sign_in(ADA, shopper)
    assert page.status >= 400
    assert page.says(f"Reason {reason} Reference ")
    assert not shopper.open(town.europe.url).says("Signed in as")
    town.platform.auth_fault = ""
    assert shopper.open(town.europe.url).press("Sign in").press("Continue to").says(f"Signed in as {ADA}")


def test_a_refresh_token_that_is_no_longer_taken_costs_nobody_a_sign_in(town: Town) -> None:
    page = town.sign_in(ADA)
    town.platform.auth_fault = "invalid_refresh"
    assert page.press("Renew now").says("Renewed once")
    grants = [one.grant_type.rpartition(":")[2] for one in town.platform.requests]
    assert grants == ["jwt-bearer", "refresh_token", "jwt-bearer"]


def test_a_renewal_that_fails_for_a_while_works_later(town: Town) -> None:
    shopper = Shopper()
    page = town.sign_in(ADA, shopper)
    town.platform.auth_fault = "down"
    assert page.press("Renew now").status == 502
    town.platform.auth_fault = ""
    assert shopper.open(f"{town.europe.url}/account").press("Renew now").says("Renewed once")


def test_a_renewed_token_is_never_somebody_elses(town: Town) -> None:
    page = town.sign_in(ADA)
    town.platform.auth_fault = "other_owner"
    assert page.press("Renew now").says("Reason customer_rejected")


def test_two_sign_ins_have_two_tokens_and_one_sign_out_ends_one(town: Town) -> None:
    one, other = Shopper(), Shopper()
    town.sign_in(ADA, one)
    town.sign_in(ADA, other).press("Sign out")
    assert one.open(f"{town.europe.url}/account").says("Renewed not yet")
    assert not other.open(town.europe.url).says("Signed in as")
