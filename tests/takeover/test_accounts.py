"""Somebody wants another person's account: each story by its name, from the provider's claims to the end."""

from dataclasses import replace

import pytest

from bridge.domain.customer import Customer
from bridge.domain.id_token import VerifiedClaims
from bridge.domain.identity import Identity, IdentityKey
from bridge.domain.link_rows import EmailRow, LinkRow
from bridge.domain.profile import ProfileMap
from bridge.domain.refusal import Reason, Refused
from bridge.domain.store import CustomerPolicy
from bridge.flows.steps import ToProvider
from bridge.state.link_records import email_digest
from tests.contracts.world import NOON, FakeClock
from tests.flows.scene import ACME, customer_of, signed_in
from tests.takeover.story import ADA, BY_CLAIM, DAY, Tell

# -- addresses --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "email",
    [
        pytest.param("\u0430da@acme.com", id="a Cyrillic a"),
        pytest.param("ad\u0251@acme.com", id="a Latin alpha"),
        pytest.param("\uff41da@acme.com", id="a full-width a"),
        pytest.param("ada@acme\u3002com", id="another full stop"),
        pytest.param("ada@\u0430cme.com", id="a Cyrillic domain"),
        pytest.param("ada@xn--cme-8cd.com", id="the same in Punycode"),
        pytest.param("a\u0064\u0301a@acme.com", id="an accent"),
        pytest.param("ada\u200b@acme.com", id="a space without width"),
        pytest.param("ada\u00ad@acme.com", id="a soft hyphen"),
        pytest.param("\u212ada@acme.com", id="the Kelvin sign"),
        pytest.param("ada@acme.com\u0000", id="a null"),
        pytest.param("ada@acme.com\n", id="a line end"),
        pytest.param(" ada@acme.com", id="a space"),
        pytest.param('"ada"@acme.com', id="quotes"),
        pytest.param("ada(x)@acme.com", id="a comment"),
        pytest.param("ada@acme.com@evil.example", id="two signs"),
        pytest.param("ada@acme.com,eve@acme.com", id="two addresses"),
        pytest.param("ada@acme.com.", id="a full stop at the end"),
        pytest.param("ada@[127.0.0.1]", id="a number for a domain"),
        pytest.param(["ada@acme.com"], id="a list"),
    ],
)
@pytest.mark.parametrize("verified", [True, False, None])
def test_an_address_that_only_looks_like_hers(tell: Tell, email: object, verified: bool | None) -> None:
    story = tell(acme=replace(ACME, domains=("*",)))
    claims = {"sub": "eve", "email": email, "email_verified": verified}
    assert story.comes(claims) != "7"
    assert story.comes(ADA) == "7"


@pytest.mark.parametrize("verified", [False, "false", "False", "no", 0, 1, "", [], {}, "true ", None])
def test_an_address_that_the_provider_did_not_verify(tell: Tell, verified: object) -> None:
    story = tell()
    assert story.comes({**ADA, "sub": "eve", "email_verified": verified}) == "email_not_trusted"
    assert story.comes(ADA) == "7"


def test_email_verified_false_as_a_string_is_never_overridden(tell: Tell) -> None:
    """Neither by a connection that takes silence for a yes, nor by what userinfo says."""
    story = tell(acme=replace(ACME, email_trust="asserted"))
    claims = {**ADA, "sub": "eve", "email_verified": "false"}
    yes = {"sub": "eve", "email": "ada@acme.com", "email_verified": True}
    assert story.comes(claims) == "email_not_trusted"
    assert story.comes(claims, userinfo=yes) == "email_not_trusted"


def test_the_letters_of_an_address_make_no_second_customer(tell: Tell) -> None:
    assert tell().comes({**ADA, "email": "ADA@Acme.COM"}) == "7"


def test_an_address_of_a_domain_that_is_not_the_connections(tell: Tell) -> None:
    story = tell()
    assert story.comes(ADA, "other") == "email_outside_domains"
    assert story.comes({**ADA, "email": "ada@acme.com.other.com"}, "other") == "email_outside_domains"


# -- identities -------------------------------------------------------------------------------


def test_one_subject_of_two_issuers_is_two_people(tell: Tell) -> None:
    story = tell()
    assert story.comes(ADA) == "7"
    assert story.comes({**ADA, "email": "ada@other.com"}, "other") == "102"
    assert story.comes(ADA) == "7"


@pytest.mark.parametrize("twin", ["Ada", "ADA", "ada ", " ada", "ada\u0301", "\u0430da", "ada\x00"])
def test_subjects_that_differ_by_a_letters_case_are_two_people(tell: Tell, twin: str) -> None:
    story = tell()
    assert story.comes(ADA) == "7"
    assert story.comes({**ADA, "sub": twin, "email": "twin@acme.com"}) == "102"
    assert story.comes({**ADA, "sub": twin}) == "102"  # with her address, too


def test_case_twins_in_an_import_are_two_people(tell: Tell) -> None:
    story = tell()
    story.scene.shop.book |= {"8": "x@acme.com"}
    rows = [
        LinkRow(IdentityKey(ACME.issuer, subject).digest, "acme", customer, "imported", int(NOON))
        for subject, customer in (("ada", "7"), ("Ada", "8"))
    ]
    assert story.links.import_links("eu", rows) == ["new", "new"]
    assert story.comes(ADA) == "7"
    assert story.comes({**ADA, "sub": "Ada"}) == "8"
    assert story.comes({**ADA, "sub": "ADA"}) == "customer_already_linked"


def test_a_twin_of_an_imported_address_is_not_found_under_it(tell: Tell) -> None:
    story = tell(CustomerPolicy(create=False))
    story.links.import_emails("eu", [EmailRow(email_digest("ada@acme.com"), "7")])
    assert story.comes({"sub": "eve", "email": "\u0430da@acme.com", "email_verified": True}) != "7"
    assert story.comes({**ADA, "email": "Ada@ACME.com"}) == "7"


# -- over time --------------------------------------------------------------------------------


def test_whoever_changes_their_address_to_hers_stays_who_they_are(tell: Tell) -> None:
    story = tell(CustomerPolicy(update_email=True))
    eve = {"sub": "eve", "email": "eve@acme.com", "email_verified": True}
    assert story.comes(ADA) == "7"
    assert story.comes(eve) == "102"
    assert story.comes({**eve, "email": "ada@acme.com"}) == "102"
    assert story.scene.shop.book == {"7": "ada@acme.com", "102": "eve@acme.com"}
    assert story.comes(ADA) == "7"


def test_the_next_holder_of_a_recycled_address_is_for_an_operator(tell: Tell) -> None:
    story = tell()
    assert story.comes(ADA) == "7"
    assert story.comes({**ADA, "sub": "ada-the-second"}) == "customer_already_linked"
    case = story.scene.pending.all("eu")[0]
    assert (case.reason, [one.id for one in case.candidates]) == (Reason.CUSTOMER_ALREADY_LINKED, ["7"])


def test_a_recycled_address_after_its_owner_changed_hers(tell: Tell) -> None:
    """Her store's address stays without `update_email`: so the account is still found under it, and is hers."""
    story = tell()
    assert story.comes(ADA) == "7"
    assert story.comes({**ADA, "email": "countess@acme.com"}) == "7"
    assert story.comes({**ADA, "sub": "ada-the-second"}) == "customer_already_linked"


def test_a_recycled_address_after_the_store_followed_her_new_one(tell: Tell) -> None:
    story = tell(CustomerPolicy(update_email=True))
    assert story.comes(ADA) == "7"
    assert story.comes({**ADA, "email": "countess@acme.com"}) == "7"
    assert story.comes({**ADA, "sub": "ada-the-second"}) == "102"
    assert story.comes({**ADA, "email": "countess@acme.com"}) == "7"


def test_only_an_operator_who_unlinks_the_old_identity_frees_a_recycled_address(tell: Tell) -> None:
    story = tell()
    assert story.comes(ADA) == "7"
    assert story.comes({**ADA, "sub": "ada-the-second"}) == "customer_already_linked"
    assert story.links.unlink(IdentityKey(ACME.issuer, "ada"), "eu") == Customer("7")
    assert story.comes({**ADA, "sub": "ada-the-second"}) == "7"
    assert story.comes(ADA) == "customer_already_linked"


@pytest.mark.parametrize("relink", [True, False])
def test_a_deleted_customers_place_is_not_taken_by_who_holds_the_address_now(
    tell: Tell, clock: FakeClock, relink: bool
) -> None:
    story = tell(CustomerPolicy(verify_every=DAY, relink=relink))
    assert story.comes(ADA) == "7"
    assert story.comes({"sub": "eve", "email": "eve@acme.com", "email_verified": True}) == "102"
    del story.scene.shop.book["7"]
    story.scene.shop.book["102"] = "ada@acme.com"  # in the store, Eve has Ada's address now
    clock.advance(DAY + 1)
    assert story.comes(ADA) == ("customer_already_linked" if relink else "customer_unknown")


# -- claims -----------------------------------------------------------------------------------


def test_a_claim_that_carries_another_customers_id(tell: Tell) -> None:
    story = tell(BY_CLAIM)
    assert story.comes({**ADA, "customer_no": "7"}) == "7"
    assert story.comes({"sub": "eve", "customer_no": "7"}) == "customer_already_linked"
    assert story.comes({"sub": "eve", "customer_no": 7}) == "customer_already_linked"
    assert story.comes({"sub": "eve", "customer_no": ["7"]}) == "customer_unknown"
    assert story.comes({"sub": "eve", "customer_no": {"$ne": ""}}) == "customer_unknown"


def test_a_claim_cannot_move_somebody_to_another_customer(tell: Tell) -> None:
    story = tell(BY_CLAIM)
    story.scene.shop.book["8"] = "eve@acme.com"
    assert story.comes({"sub": "eve", "customer_no": "8"}) == "8"
    assert story.comes({"sub": "eve", "customer_no": "7"}) == "8"


@pytest.mark.parametrize(
    "said",
    ["9", 9, ["9"], "buyers,gold", {"gold": 1}, [["gold"]], "Gold", "gold\u200b", "gold;admin", ["gold "]],
)
def test_a_group_claim_that_names_a_group_of_the_store(tell: Tell, said: object) -> None:
    """Only the operator's own table gives groups: an id, two names in one text and a near miss do not."""
    mapped = ProfileMap(group="groups", groups={"gold": "9", "buyers": "3"})
    story = tell(CustomerPolicy(profile=mapped))
    assert story.comes({**ADA, "groups": said}) == "7"
    assert all(details.group == "" for _, details in story.scene.shop.told)


@pytest.mark.parametrize("name", ["email", "sub", "customer_no", "id", "customer_id"])
def test_a_mapped_claim_cannot_reach_another_customer(tell: Tell, name: str) -> None:
    """Whatever a mapped claim holds, it is written to the customer of the link and to no other."""
    mapped = ProfileMap(plain={"company": name}, metadata={"id": name})
    story = tell(CustomerPolicy(profile=mapped))
    eve = {name: "7", "sub": "eve", "email": "eve@acme.com", "email_verified": True}
    assert story.comes(eve) == "102"
    assert {customer for customer, _ in story.scene.shop.told} <= {"102"}
    assert story.comes(ADA) == "7"


# -- blocks -----------------------------------------------------------------------------------


def test_a_blocked_customer_does_not_come_back_under_another_identity(tell: Tell) -> None:
    story = tell(BY_CLAIM)
    assert story.comes(ADA) == "7"
    story.blocks.block_customer(Customer("7"), "eu")
    assert story.comes(ADA) == "customer_blocked"
    assert story.comes({"sub": "ada", "customer_no": "7"}, "other") == "customer_blocked"
    story.links.unlink(IdentityKey(ACME.issuer, "ada"), "eu")
    assert story.comes({**ADA, "sub": "ada-the-second"}) == "customer_blocked"


def test_a_blocked_identity_gets_no_new_customer(tell: Tell) -> None:
    story = tell()
    story.blocks.block_identity(IdentityKey(ACME.issuer, "eve"), "eu")
    assert story.comes({"sub": "eve", "email": "eve@acme.com", "email_verified": True}) == "customer_blocked"
    assert story.scene.shop.made == []


def test_a_callback_is_not_repeated_for_somebody_blocked_meanwhile(tell: Tell) -> None:
    story = tell()
    scene = story.scene
    who = Identity.of(VerifiedClaims({"iss": ACME.issuer, **ADA}), {}, ACME)
    ticket = scene.go("eu")
    code = scene.code_for(who)
    assert customer_of(signed_in(scene.back(ticket, code))) == "7"
    story.blocks.block_identity(who.key, "eu")
    with pytest.raises(Refused) as caught:
        scene.back(ticket, code)
    assert caught.value.reason is Reason.CUSTOMER_BLOCKED


def test_a_callback_is_not_repeated_for_somebody_unlinked_meanwhile(tell: Tell) -> None:
    """An operator found the wrong person at 7, and took the link away: a reload must not bring them back."""
    story = tell()
    scene = story.scene
    who = Identity.of(VerifiedClaims({"iss": ACME.issuer, **ADA}), {}, ACME)
    ticket = scene.go("eu")
    code = scene.code_for(who)
    assert customer_of(signed_in(scene.back(ticket, code))) == "7"
    assert story.links.unlink(who.key, "eu") == Customer("7")
    assert isinstance(scene.back(ticket, code), ToProvider)


# -- claims of connections that are trusted less ------------------------------------------------


def test_a_claim_counts_only_from_a_connection_whose_word_counts(tell: Tell) -> None:
    """At `other` people write their profiles themselves."""
    story = tell(CustomerPolicy(claim="customer_no", claim_connections=("acme",)))
    assert (
        story.comes(
            {"sub": "eve", "email": "eve@other.com", "email_verified": True, "customer_no": "7"}, "other"
        )
        == "102"
    )
    assert story.comes({"sub": "mallory", "customer_no": "7"}, "other") == "email_not_trusted"
    assert story.comes({**ADA, "customer_no": "7"}) == "7"


def test_a_claim_without_any_trusted_address_still_needs_a_customer_of_the_store(tell: Tell) -> None:
    story = tell(BY_CLAIM)
    for said in ("", " ", "7 ", "007x", True, None, 7.0, "7,8", "7\n", "-1", "x" * 129):
        assert story.comes({"sub": "eve", "customer_no": said}) == "customer_unknown", said


# -- two customers ------------------------------------------------------------------------------


def test_two_customers_with_one_address_link_nobody_and_wait_for_an_operator(tell: Tell) -> None:
    story = tell()
    story.scene.shop.book["8"] = "ada@acme.com"
    assert story.comes(ADA) == "customer_ambiguous"
    (case,) = story.scene.pending.all("eu")
    assert [one.id for one in case.candidates] == ["7", "8"]
    assert story.scene.shop.made == []


@pytest.mark.parametrize(
    "email",
    [
        "ada+shop@acme.com",
        "a.da@acme.com",
        "ada_@acme.com",
        "ada@sub.acme.com",
        "ada@acme.com.evil.com",
        "ada@acme.comm",
        "ada@xacme.com",
        "ada@acme-com.com",
        "ada%40acme.com@evil.com",
        "ada@acme.co",
    ],
)
def test_an_address_that_is_near_hers_is_another_address(tell: Tell, email: str) -> None:
    """Plus tags and dots are folded by some mail systems; which, nobody tells us."""
    story = tell(acme=replace(ACME, domains=("*",)))
    assert story.comes({"sub": "eve", "email": email, "email_verified": True}) == "102"
    assert story.comes(ADA) == "7"


@pytest.mark.parametrize(
    "email",
    [
        "ada@acme.com.evil.com",
        "ada@sub.acme.com",
        "ada@acme.com@evil.com",
        "ada@evil.com@acme.com",
        "@acme.com",
        "ada@acme.com.",
        "ada@\uff41cme.com",
    ],
)
def test_a_domain_that_only_contains_the_connections_is_not_its_own(tell: Tell, email: str) -> None:
    story = tell()
    said = story.comes({"sub": "eve", "email": email, "email_verified": True})
    assert said in ("email_outside_domains", "email_not_trusted")
    assert story.scene.shop.made == []


@pytest.mark.parametrize("email", [["ada@acme.com"], {"value": "ada@acme.com"}, 7, True, None, "", 1.5])
def test_an_address_that_is_no_text_is_none(tell: Tell, email: object) -> None:
    story = tell()
    assert story.comes({"sub": "eve", "email": email, "email_verified": True}) == "email_not_trusted"
    assert story.comes(ADA) == "7"


def test_userinfo_lends_no_verification_to_an_address_of_the_token(tell: Tell) -> None:
    """Eve's token names Ada's address, unverified; her userinfo has an address of her own, verified."""
    story = tell()
    mine = {"sub": "eve", "email": "eve@acme.com", "email_verified": True}
    assert story.comes({"sub": "eve", "email": "ada@acme.com"}, userinfo=mine) == "email_not_trusted"
    assert (
        story.comes({"sub": "eve", "email_verified": True}, userinfo={"sub": "eve", "email": "ada@acme.com"})
        == "email_not_trusted"
    )


def test_who_takes_an_address_of_an_account_the_store_got_while_it_created(tell: Tell) -> None:
    """With `match_email` off nobody gets an account by its address, not even in a race with its owner."""
    story = tell(CustomerPolicy(match_email=False))
    shop = story.scene.shop
    assert story.comes(ADA) == "customer_unknown"
    del shop.book["7"]
    assert story.comes(ADA) == "101"
    assert shop.made[0].match_email is False
