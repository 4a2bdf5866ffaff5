"""From a verified identity to one customer: which evidence counts, and in which order."""

from dataclasses import replace

import pytest

from bridge.domain.connection import EmailTrust
from bridge.domain.customer import Profile
from bridge.domain.identity import Identity
from bridge.domain.refusal import Reason, Refused
from bridge.domain.store import CustomerPolicy
from tests.contracts.state import all_at_once
from tests.contracts.world import FakeClock

from .scene import ACME, Scene, customer_of, person

NOBODY_NEW = CustomerPolicy(create=False)
NO_MATCH = CustomerPolicy(match_email=False)
BY_CLAIM = CustomerPolicy(claim="customer_no")


def refusal(scene: Scene, who: Identity) -> Reason:
    with pytest.raises(Refused) as caught:
        scene.sign_in(who)
    return caught.value.reason


def test_a_new_person_becomes_a_customer_and_is_known_from_then_on(clock: FakeClock) -> None:
    scene = Scene(clock)
    assert customer_of(scene.sign_in(person())) == "101"
    calls = scene.shop.calls
    assert customer_of(scene.sign_in(person())) == "101"
    assert scene.shop.calls == calls
    assert len(scene.shop.made) == 1


def test_a_person_whom_the_store_knows_by_address_is_linked(clock: FakeClock) -> None:
    scene = Scene(clock)
    scene.shop.book["7"] = "ada@acme.com"
    assert customer_of(scene.sign_in(person())) == "7"
    assert scene.shop.made == []


def test_a_known_person_signs_in_while_the_stores_api_is_down(clock: FakeClock) -> None:
    scene = Scene(clock)
    scene.sign_in(person())
    scene.shop.down = True
    assert customer_of(scene.sign_in(person())) == "101"
    assert refusal(scene, person("new", "new@acme.com")) is Reason.STORE_UNAVAILABLE


def test_a_known_person_stays_the_same_customer_whatever_the_address_becomes(clock: FakeClock) -> None:
    scene = Scene(clock)
    scene.sign_in(person())
    scene.shop.book["7"] = "countess@acme.com"
    for email, verified in [("countess@acme.com", True), ("ada@acme.com", False), ("", None)]:
        assert customer_of(scene.sign_in(person(email=email, email_verified=verified))) == "101"


def test_a_recycled_address_does_not_get_the_former_persons_account(clock: FakeClock) -> None:
    scene = Scene(clock)
    scene.sign_in(person("ada"))
    assert refusal(scene, person("ada-the-second")) is Reason.CUSTOMER_ALREADY_LINKED
    assert customer_of(scene.sign_in(person("ada"))) == "101"


def test_two_accounts_with_one_address_are_not_guessed_between(clock: FakeClock) -> None:
    scene = Scene(clock)
    scene.shop.book |= {"7": "ada@acme.com", "8": "ada@acme.com"}
    assert refusal(scene, person()) is Reason.CUSTOMER_AMBIGUOUS


@pytest.mark.parametrize(
    "who",
    [
        pytest.param(person(email=""), id="no address"),
        pytest.param(person(email_verified=False), id="an address that is not verified"),
        pytest.param(person(email_verified=None), id="an address with not a word on it"),
    ],
)
def test_an_address_that_cannot_be_trusted_neither_links_nor_creates(clock: FakeClock, who: Identity) -> None:
    scene = Scene(clock)
    scene.shop.book["7"] = who.email or "ada@acme.com"
    assert refusal(scene, who) is Reason.EMAIL_NOT_TRUSTED
    assert scene.shop.made == []
    assert scene.shop.calls == 0


OUTSIDE = pytest.mark.parametrize(
    "who",
    [
        pytest.param(person(email="ada@elsewhere.com"), id="another domain"),
        pytest.param(person(email="ada@mail.acme.com"), id="a sub-domain"),
        pytest.param(person(email="", claims={"email": "ada@elsewhere.com (acme.com)"}), id="odd spelling"),
        pytest.param(person(email="", claims={"email": "ada"}), id="no address at all"),
    ],
)


@OUTSIDE
@pytest.mark.parametrize("linked", [False, True])
def test_nobody_comes_in_with_an_address_outside_the_connections_domains(
    clock: FakeClock, who: Identity, linked: bool
) -> None:
    scene = Scene(clock)
    if linked:
        scene.sign_in(person())
    asked = scene.shop.calls
    assert refusal(scene, who) is Reason.EMAIL_OUTSIDE_DOMAINS
    assert scene.shop.calls == asked
    assert len(scene.shop.made) == linked


@OUTSIDE
@pytest.mark.parametrize("domains", [(), ("*",)])
def test_without_domains_of_its_own_a_connection_keeps_no_address_out(
    clock: FakeClock, who: Identity, domains: tuple[str, ...]
) -> None:
    scene = Scene(clock, acme=replace(ACME, domains=domains), policy=BY_CLAIM)
    scene.shop.book["7"] = "ada@acme.com"
    known = replace(who, claims={**who.claims, "customer_no": "7"})
    assert customer_of(scene.sign_in(known)) == "7"


@pytest.mark.parametrize("claims", [{}, {"email": ""}, {"email": None}, {"email": " "}])
def test_a_known_person_without_an_address_comes_in(clock: FakeClock, claims: dict[str, object]) -> None:
    scene = Scene(clock)
    scene.sign_in(person())
    assert customer_of(scene.sign_in(person(email="", claims=claims))) == "101"


@pytest.mark.parametrize(
    ("trust", "verified", "trusted"),
    [("asserted", None, True), ("asserted", False, False), ("never", True, False), ("verified", True, True)],
)
def test_the_connection_says_what_trust_takes(
    clock: FakeClock, trust: EmailTrust, verified: bool | None, trusted: bool
) -> None:
    scene = Scene(clock, acme=replace(ACME, email_trust=trust))
    if trusted:
        assert customer_of(scene.sign_in(person(email_verified=verified))) == "101"
    else:
        assert refusal(scene, person(email_verified=verified)) is Reason.EMAIL_NOT_TRUSTED


def test_a_store_that_creates_nobody_lets_known_addresses_in_and_no_others(clock: FakeClock) -> None:
    scene = Scene(clock, policy=NOBODY_NEW)
    scene.shop.book["7"] = "ada@acme.com"
    assert customer_of(scene.sign_in(person())) == "7"
    assert refusal(scene, person("eve", "eve@acme.com")) is Reason.CUSTOMER_UNKNOWN
    assert scene.shop.made == []


def test_a_store_that_matches_no_address_creates_and_never_takes_over(clock: FakeClock) -> None:
    scene = Scene(clock, policy=NO_MATCH)
    scene.shop.book["7"] = "ada@acme.com"
    assert refusal(scene, person()) is Reason.CUSTOMER_UNKNOWN
    assert customer_of(scene.sign_in(person("eve", "eve@acme.com"))) == "102"


def test_a_store_that_does_neither_asks_nobody(clock: FakeClock) -> None:
    scene = Scene(clock, policy=CustomerPolicy(match_email=False, create=False))
    assert refusal(scene, person()) is Reason.CUSTOMER_UNKNOWN
    assert scene.shop.calls == 0


class TestByClaim:
    @pytest.mark.parametrize("value", ["7", 7])
    def test_the_providers_own_customer_number_wins_over_the_address(
        self, clock: FakeClock, value: object
    ) -> None:
        scene = Scene(clock, policy=BY_CLAIM)
        scene.shop.book |= {"7": "office@acme.com", "8": "ada@acme.com"}
        assert customer_of(scene.sign_in(person(claims={"customer_no": value}))) == "7"

    @pytest.mark.parametrize(
        "value",
        ["9", 9, "", " 7", "7 8", "7\n", True, False, None, 7.0, ["7"], {"id": 7}, "7" * 200, "\u0667"],
    )
    def test_a_number_that_is_none_is_refused_and_not_made_up_for_by_an_address(
        self, clock: FakeClock, value: object
    ) -> None:
        scene = Scene(clock, policy=BY_CLAIM)
        scene.shop.book |= {"7": "office@acme.com", "True": "x@acme.com", "None": "y@acme.com"}
        assert refusal(scene, person(claims={"customer_no": value})) is Reason.CUSTOMER_UNKNOWN
        assert scene.shop.made == []

    @pytest.mark.parametrize("value", ["", "7 8", "7\n", "\u0667", "7" * 200, True])
    def test_not_even_by_a_store_that_cannot_look_and_believes_every_number(
        self, clock: FakeClock, value: object
    ) -> None:
        scene = Scene(clock, policy=BY_CLAIM)
        scene.shop.believes_all = True
        assert refusal(scene, person(claims={"customer_no": value})) is Reason.CUSTOMER_UNKNOWN
        assert customer_of(scene.sign_in(person("eve", claims={"customer_no": 8}))) == "8"

    def test_without_the_claim_the_address_counts(self, clock: FakeClock) -> None:
        scene = Scene(clock, policy=BY_CLAIM)
        scene.shop.book["8"] = "ada@acme.com"
        assert customer_of(scene.sign_in(person(claims={"other": "7"}))) == "8"

    def test_a_claim_that_no_store_asked_for_says_nothing(self, clock: FakeClock) -> None:
        scene = Scene(clock)
        scene.shop.book |= {"7": "office@acme.com"}
        assert customer_of(scene.sign_in(person(claims={"customer_no": "7"}))) == "102"

    def test_a_number_that_another_identity_of_the_connection_holds_is_refused(
        self, clock: FakeClock
    ) -> None:
        scene = Scene(clock, policy=BY_CLAIM)
        scene.shop.book["7"] = "office@acme.com"
        scene.sign_in(person("ada", claims={"customer_no": "7"}))
        assert refusal(scene, person("eve", claims={"customer_no": "7"})) is Reason.CUSTOMER_ALREADY_LINKED


class TestAtOnce:
    def test_fifty_first_sign_ins_of_one_person_give_one_customer(self, clock: FakeClock) -> None:
        scene = Scene(clock)
        tickets = [(scene.go(), scene.code_for(person())) for _ in range(50)]
        ends = all_at_once(50, lambda number: scene.back(*tickets[number]))
        assert {customer_of(end.hand_off.url) for end in ends if hasattr(end, "hand_off")} == {"101"}
        assert len(ends) == 50
        assert len(scene.shop.made) == 1

    def test_so_it_is_in_a_store_that_matches_no_address(self, clock: FakeClock) -> None:
        scene = Scene(clock, policy=NO_MATCH)
        tickets = [(scene.go(), scene.code_for(person())) for _ in range(10)]
        all_at_once(10, lambda number: scene.back(*tickets[number]))
        assert len(scene.shop.made) == 1

    def test_of_two_people_with_one_address_one_gets_the_account(self, clock: FakeClock) -> None:
        scene = Scene(clock)
        tickets = [(scene.go(), scene.code_for(person(subject))) for subject in ("ada", "eve")]

        def end(number: int) -> object:
            try:
                return scene.back(*tickets[number])
            except Refused as refused:
                return refused.reason

        assert all_at_once(2, end).count(Reason.CUSTOMER_ALREADY_LINKED) == 1
        assert len(scene.shop.made) == 1

    def test_a_crash_between_creating_and_linking_gives_no_second_customer(self, clock: FakeClock) -> None:
        scene = Scene(clock)
        scene.shop.create(Profile(email="ada@acme.com", first_name="Ada", last_name="L"), clock.deadline())
        assert customer_of(scene.sign_in(person())) == "101"
        assert len(scene.shop.book) == 1

    def test_nor_does_it_leave_anybody_outside_of_a_store_that_matches_no_address(
        self, clock: FakeClock
    ) -> None:
        scene, ada = Scene(clock, policy=NO_MATCH), person("ada")
        before = Profile(email="ada@acme.com", first_name="Ada", last_name="L", identity=ada.key)
        scene.shop.create(before, clock.deadline())
        assert refusal(scene, person("another", "ada@acme.com")) is Reason.CUSTOMER_UNKNOWN
        assert customer_of(scene.sign_in(ada)) == "101"
        assert len(scene.shop.book) == 1

    def test_whom_the_store_created_for_somebody_is_found_though_the_address_changed(
        self, clock: FakeClock
    ) -> None:
        scene = Scene(clock)
        before = Profile(email="ada@acme.com", first_name="A", last_name="L", identity=person("ada").key)
        scene.shop.create(before, clock.deadline())
        assert customer_of(scene.sign_in(person("ada", "countess@acme.com"))) == "101"

    def test_a_store_that_creates_nobody_is_not_asked_whom_it_created(self, clock: FakeClock) -> None:
        scene, ada = Scene(clock, policy=NOBODY_NEW), person("ada")
        scene.shop.create(Profile(email="x@acme.com", first_name="A", last_name="L", identity=ada.key), clock.deadline())  # fmt: skip
        assert refusal(scene, ada) is Reason.CUSTOMER_UNKNOWN


@pytest.mark.parametrize(
    ("given", "family", "name", "first", "last"),
    [
        ("Ada", "Lovelace", "A. Lovelace", "Ada", "Lovelace"),
        ("", "", "Ada King Noel", "Ada", "King Noel"),
        ("", "", "Ada", "Ada", "Ada"),
        ("", "", "", "ada", "ada"),
        ("Ada", "", "", "Ada", "ada"),
        ("", "Lovelace", "", "ada", "Lovelace"),
    ],
)
def test_a_store_gets_both_names_whatever_the_provider_gives(
    clock: FakeClock, given: str, family: str, name: str, first: str, last: str
) -> None:
    scene = Scene(clock)
    scene.sign_in(person(given_name=given, family_name=family, name=name))
    assert (scene.shop.made[0].first_name, scene.shop.made[0].last_name) == (first, last)
