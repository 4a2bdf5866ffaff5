"""A provider of many tenants, with keys of each: who of them signs in, and who signs for whom."""

from typing import Any

import pytest

from bridge.domain.refusal import Reason, Refused
from tests.contracts.world import FakeClock

from .conftest import World
from .fake_idp import ATTEMPT, FakeIdp, json_reply, public_jwk, query_of, signing_key

BASE = "https://idp.acme.example"
TEMPLATE = BASE + "/{tenantid}/v2.0"
ACME, GLOBEX, EVIL = (f"{n * 8}-aaaa-4bbb-8ccc-0123456789ab" for n in "abe")


def of(tenant: str) -> str:
    return f"{BASE}/{tenant}/v2.0"


class Tenants(FakeIdp):
    """Publishes the template, and one key for all, unless told otherwise; Ada is of Acme."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock)
        self.metadata["issuer"] = TEMPLATE
        self.published = [public_jwk(self.key, kid="k1", issuer=TEMPLATE)]
        self.is_of(ACME)

    def is_of(self, tenant: str) -> None:
        self.claims = {"iss": of(tenant), "tid": tenant, "email": "ada@acme.com", "name": "Ada"}

    def publish(self, **issuers: Any) -> None:
        """A key for each kid, for that issuer's tokens alone."""
        self.published = [
            public_jwk(signing_key("RS256", number), kid=kid, issuer=issuer)
            for number, (kid, issuer) in enumerate(issuers.items())
        ]

    def sign_by(self, number: int, kid: str | None) -> None:
        self.key, self.kid = signing_key("RS256", number), kid or ""
        self.header = {} if kid else {"kid": None}


def many(clock: FakeClock, **changes: Any) -> tuple[World, Tenants]:
    idp = Tenants(clock)
    properties = {"issuer_template": TEMPLATE, "tenants": (ACME, GLOBEX), "verified_claim": "xms_edov"}
    return World(clock, idp, **{**properties, **changes}), idp


class TestWhoComes:
    @pytest.mark.parametrize("tenant", [ACME, GLOBEX])
    def test_people_of_each_listed_tenant_sign_in_under_its_own_issuer(
        self, clock: FakeClock, tenant: str
    ) -> None:
        world, idp = many(clock)
        idp.is_of(tenant)
        key = world.redeem().identity.key
        assert (key.issuer, key.subject) == (of(tenant), "ada")

    def test_the_browser_is_sent_to_the_one_address_for_all(self, clock: FakeClock) -> None:
        world, _ = many(clock)
        query = query_of(world.provider.authorize_url(ATTEMPT, "", clock.deadline()))
        assert query["client_id"] == [world.connection.client_id]

    def test_a_tenant_that_is_not_listed_is_refused_before_keys_and_userinfo_are_asked_for(
        self, clock: FakeClock
    ) -> None:
        world, idp = many(clock)
        idp.is_of(EVIL)
        assert world.refused() is Reason.TENANT_NOT_ALLOWED
        assert idp.count("/keys") == idp.count("/userinfo") == 0

    @pytest.mark.parametrize(
        ("iss", "tid"), [(of(ACME), EVIL), (of(EVIL), ACME), (TEMPLATE, "{tenantid}"), (TEMPLATE, ACME)]
    )
    def test_issuer_and_tenant_must_fit_each_other(self, clock: FakeClock, iss: str, tid: str) -> None:
        world, idp = many(clock)
        idp.claims |= {"iss": iss, "tid": tid}
        assert world.refused() is Reason.ID_TOKEN_INVALID

    def test_groups_that_were_too_many_for_the_token_are_simply_missing(self, clock: FakeClock) -> None:
        world, idp = many(clock)
        idp.claims |= {"hasgroups": True, "_claim_names": {"groups": "src1"}, "_claim_sources": {"src1": {}}}
        assert "groups" not in world.redeem().identity.claims

    def test_the_makes_word_on_the_address_counts(self, clock: FakeClock) -> None:
        world, idp = many(clock)
        assert world.redeem().identity.trusted_email(world.connection) == ""
        idp.claims["xms_edov"] = "1"
        assert world.redeem().identity.trusted_email(world.connection) == "ada@acme.com"


class TestMetadata:
    def test_the_template_counts_only_where_it_is_declared(self, clock: FakeClock) -> None:
        world = World(clock, Tenants(clock))
        with pytest.raises(Refused, match="a template for many tenants; write the issuer of one") as caught:
            world.redeem()
        assert caught.value.reason is Reason.IDP_METADATA_INVALID

    @pytest.mark.parametrize(
        "issuer",
        [of(ACME), BASE + "/{tenantId}/v2.0", "https://evil.example/{tenantid}/v2.0", "{tenantid}", None],
    )
    def test_where_it_is_declared_no_other_issuer_counts(self, clock: FakeClock, issuer: str | None) -> None:
        world, idp = many(clock)
        idp.metadata["issuer"] = issuer
        assert world.refused() is Reason.IDP_METADATA_INVALID

    @pytest.mark.parametrize("iss", [of(ACME), TEMPLATE, "https://evil.example"])
    def test_an_answer_that_names_an_issuer_names_none_of_these(self, clock: FakeClock, iss: str) -> None:
        """The make promises no `iss` beside the code; whoever adds one is not the make."""
        world, _ = many(clock)
        assert world.refused(iss=iss) is Reason.ISSUER_MISMATCH


class TestKeys:
    def test_each_tenants_own_key_signs_for_it(self, clock: FakeClock) -> None:
        world, idp = many(clock)
        idp.publish(acme=of(ACME), globex=of(GLOBEX))
        for number, tenant in enumerate((ACME, GLOBEX)):
            idp.is_of(tenant)
            idp.sign_by(number, ("acme", "globex")[number])
            assert world.redeem().identity.key.issuer == of(tenant)

    @pytest.mark.parametrize("kid", ["globex", None])
    def test_one_tenants_key_does_not_sign_for_another(self, clock: FakeClock, kid: str | None) -> None:
        world, idp = many(clock)
        idp.publish(acme=of(ACME), globex=of(GLOBEX))
        idp.sign_by(1, kid)
        assert world.refused() is Reason.ID_TOKEN_INVALID

    def test_a_key_without_an_issuer_signs_for_all(self, clock: FakeClock) -> None:
        world, idp = many(clock)
        idp.published = [public_jwk(idp.key, kid="k1")]
        assert world.redeem().identity.key.issuer == of(ACME)

    @pytest.mark.parametrize(
        "issuer",
        [
            TEMPLATE + "/",
            "https://evil.example/{tenantid}/v2.0",
            "{tenantid}",
            of(EVIL),
            of(ACME.upper()),
            "",
        ],
    )
    def test_a_key_of_another_issuer_signs_for_nobody_here(self, clock: FakeClock, issuer: str) -> None:
        world, idp = many(clock)
        idp.publish(k1=issuer)
        assert world.refused() is Reason.ID_TOKEN_INVALID

    @pytest.mark.parametrize("issuer", [7, [of(ACME)], True, {}])
    def test_a_key_whose_issuer_cannot_be_read_is_left_out(self, clock: FakeClock, issuer: Any) -> None:
        world, idp = many(clock)
        idp.publish(k1=issuer, k2=TEMPLATE)
        assert world.refused() is Reason.ID_TOKEN_INVALID
        (left_out,) = world.provider.published.keys.get(clock.deadline()).left_out
        assert "issuer is not a string" in left_out
        idp.sign_by(1, "k2")
        assert world.redeem().identity.key.issuer == of(ACME)

    def test_elsewhere_nobody_knows_what_that_member_means(self, world: World) -> None:
        """RFC 7517 section 4: members that are not understood are ignored."""
        for issuer in ("https://another.example", 7):
            world.idp.published = [public_jwk(world.idp.key, kid="k1", issuer=issuer)]
            world.clock.advance(4000)
            assert world.redeem().identity.key.subject == "ada"


def test_googles_bare_name_makes_nobody_a_second_person(clock: FakeClock) -> None:
    world = World(clock, issuer_aliases=("accounts.example",))
    before = world.redeem().identity.key
    world.idp.claims = {"iss": "accounts.example"}
    assert world.redeem().identity.key == before


def test_that_name_is_another_providers_lie(world: World) -> None:
    world.idp.claims = {"iss": "accounts.google.com"}
    assert world.refused() is Reason.ID_TOKEN_INVALID


def test_an_access_token_is_no_id_token_where_tokens_say_what_they_are(clock: FakeClock) -> None:
    world = World(clock, required_id_token_claims=(("token_use", "id"),))
    for claims in ({}, {"token_use": "access"}):
        world.idp.claims = claims
        assert world.refused() is Reason.ID_TOKEN_INVALID
    world.idp.claims = {"token_use": "id"}
    assert world.redeem().identity.key.subject == "ada"


def test_the_refusal_names_the_tenant_for_the_operator(clock: FakeClock) -> None:
    world, idp = many(clock)
    idp.is_of(EVIL)
    with pytest.raises(Refused) as caught:
        world.redeem()
    assert EVIL in caught.value.detail


def test_nothing_is_read_from_a_reply_that_is_no_metadata(clock: FakeClock) -> None:
    world, idp = many(clock)
    idp.instead["/.well-known/openid-configuration"] = json_reply([TEMPLATE])
    assert world.refused() is Reason.IDP_METADATA_INVALID


def test_userinfo_is_not_asked_for_a_word_that_it_never_has(clock: FakeClock) -> None:
    world, idp = many(clock, email_trust="verified")
    world.redeem()
    assert idp.count("/userinfo") == 0
