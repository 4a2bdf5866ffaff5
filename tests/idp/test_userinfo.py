"""When userinfo is called, and what of it is believed."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import jwt
import pytest

from bridge.domain.connection import EmailTrust, UserinfoUse
from bridge.domain.http import HttpReply
from bridge.domain.id_token import ClaimFault, VerifiedClaims
from bridge.domain.jws import UnverifiedToken
from bridge.domain.refusal import Reason, Refused
from bridge.domain.secret import Secret
from bridge.idp.dpop import token_headers
from bridge.idp.userinfo import is_wanted, userinfo_request, userinfo_response
from tests.contracts.world import NOON, FakeClock
from tests.settings.samples import pem

from .conftest import World
from .fake_idp import CONNECTION, ISSUER, FakeIdp, json_reply, public_jwk, signing_key
from .sealing import b64, sealed

EMAIL = {"email": "ada@acme.com"}
FULL = {**EMAIL, "email_verified": True, "name": "Ada"}
ALL = ("openid", "profile", "email")


def answered(reply: HttpReply) -> Mapping[str, Any]:
    """What is believed of an answer to which no signature belongs."""

    def judge(token: UnverifiedToken) -> Mapping[str, Any]:
        raise ClaimFault("signature", "does not verify")

    return userinfo_response(reply, VerifiedClaims({"sub": "ada"}), CONNECTION, judge)


@pytest.mark.parametrize(
    ("use", "scopes", "trust", "claims", "wanted"),
    [
        ("when_missing", ALL, "verified", FULL, False),
        ("when_missing", ALL, "verified", {}, True),
        ("when_missing", ALL, "verified", {**FULL, "email_verified": False}, False),
        ("when_missing", ALL, "verified", {**EMAIL, "name": "Ada"}, True),
        ("when_missing", ALL, "asserted", {**EMAIL, "name": "Ada"}, False),
        ("when_missing", ALL, "verified", {**EMAIL, "email_verified": True}, True),
        ("when_missing", ALL, "verified", {**EMAIL, "email_verified": True, "family_name": "L"}, False),
        ("when_missing", ("openid", "email"), "verified", {**EMAIL, "email_verified": True}, False),
        ("when_missing", ("openid", "profile"), "verified", {"name": "Ada"}, False),
        ("when_missing", ("openid",), "verified", {}, False),
        ("always", ALL, "verified", FULL, True),
        ("always", ("openid",), "verified", FULL, True),
        ("never", ALL, "verified", {}, False),
    ],
)
def test_userinfo_is_called_when_something_asked_for_is_missing(
    use: UserinfoUse, scopes: tuple[str, ...], trust: EmailTrust, claims: dict[str, Any], wanted: bool
) -> None:
    connection = replace(CONNECTION, userinfo=use, scopes=scopes, email_trust=trust)
    assert is_wanted(connection, VerifiedClaims({"sub": "ada", **claims})) is wanted


@pytest.mark.parametrize(
    ("claims", "wanted"),
    [({**FULL, "groups": []}, True), ({**FULL, "org": {"name": "x"}, "groups": ["a"]}, False), (FULL, True)],
)
def test_a_claim_that_a_store_maps_is_asked_for_too(claims: dict[str, Any], wanted: bool) -> None:
    connection = replace(CONNECTION, mapped_claims=("groups", "org.name"))
    assert is_wanted(connection, VerifiedClaims({"sub": "ada", **claims})) is wanted
    never = replace(connection, userinfo="never")
    assert not is_wanted(never, VerifiedClaims({"sub": "ada", **claims}))


def test_the_access_token_goes_in_the_header_only() -> None:
    made = userinfo_request("https://idp.example/userinfo")
    assert token_headers(None, "GET", made.url, "planted") == {"Authorization": "Bearer planted"}
    assert made.headers == {"Accept": "application/json, application/jwt"}
    assert made.body is None


def test_the_claims_of_the_same_subject_are_given() -> None:
    claims = answered(json_reply({"sub": "ada", **FULL}))
    assert claims["email"] == "ada@acme.com"


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(json_reply({"sub": "eve", **FULL}), id="another subject"),
        pytest.param(json_reply({"sub": "Ada", **FULL}), id="the subject in other letters"),
        pytest.param(json_reply(FULL), id="no subject"),
        pytest.param(json_reply({"sub": ["ada"]}), id="a list of subjects"),
        pytest.param(
            HttpReply(200, {"content-type": "application/json"}, b'{"sub":"eve","sub":"ada"}'),
            id="two subjects",
        ),
        pytest.param(HttpReply(200, {"content-type": "application/jwt"}, b"e.y.J"), id="a signed answer"),
        pytest.param(HttpReply(200, {"content-type": "text/html"}, b'{"sub":"ada"}'), id="a page"),
        pytest.param(HttpReply(200, {"content-type": "application/json"}, b"<html>"), id="no JSON"),
        pytest.param(json_reply({"sub": "ada"}, 302, location="https://evil.example"), id="a redirect"),
        pytest.param(json_reply({"sub": "ada"}, 401), id="401"),
    ],
)
def test_anything_else_is_refused(reply: HttpReply) -> None:
    with pytest.raises(Refused) as caught:
        answered(reply)
    assert caught.value.reason is Reason.USERINFO_INVALID


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_userinfo_that_is_unwell_says_nothing_of_the_person(status: int) -> None:
    with pytest.raises(Refused) as caught:
        answered(json_reply({"sub": "ada"}, status))
    assert caught.value.reason is Reason.IDP_UNAVAILABLE


DECRYPTING = signing_key("ES256", 7)
PERSON = {"sub": "ada", "email": "ada@acme.com", "email_verified": True, "name": "Ada Lovelace"}
PROPER = {**PERSON, "iss": ISSUER, "aud": CONNECTION.client_id}


def signed(claims: dict[str, Any], key: Any = None, alg: str = "RS256", **header: Any) -> str:
    return jwt.encode(claims, key or signing_key(), alg, {"kid": "k1", **header})


class TestSigned:
    """Core 5.3.2, with iss and aud as mod_auth_openidc and openid-client have them: right where they are there."""

    def world(self, clock: FakeClock, compact: str, **changes: Any) -> World:
        idp = FakeIdp(clock)
        reply = HttpReply(200, {"content-type": "application/jwt; charset=utf-8"}, compact.encode())
        idp.instead["/userinfo"] = reply
        return World(clock, idp, **changes)

    @pytest.mark.parametrize(
        "claims",
        [
            pytest.param(PROPER, id="iss and aud"),
            pytest.param(PERSON, id="neither"),
            pytest.param({**PROPER, "aud": [CONNECTION.client_id, "api"]}, id="for others as well"),
            pytest.param({**PROPER, "exp": int(NOON) + 60, "nbf": int(NOON), "iat": 1}, id="times"),
        ],
    )
    def test_the_person_is_read(self, clock: FakeClock, claims: dict[str, Any]) -> None:
        assert self.world(clock, signed(claims)).redeem().identity.name == "Ada Lovelace"

    def test_white_space_around_it_is_no_matter(self, clock: FakeClock) -> None:
        assert self.world(clock, signed(PROPER) + "\n").redeem().identity.name == "Ada Lovelace"

    @pytest.mark.parametrize(
        "compact",
        [
            pytest.param(signed({**PROPER, "sub": "eve"}), id="another subject"),
            pytest.param(signed({name: PROPER[name] for name in ("iss", "aud")}), id="no subject"),
            pytest.param(signed({**PROPER, "iss": "https://evil.example"}), id="another issuer"),
            pytest.param(signed({**PROPER, "iss": ISSUER + "/"}), id="another issuer by a slash"),
            pytest.param(signed({**PROPER, "aud": "another client"}), id="another audience"),
            pytest.param(signed({**PROPER, "aud": []}), id="no audience"),
            pytest.param(signed({**PROPER, "aud": {"x": CONNECTION.client_id}}), id="an odd audience"),
            pytest.param(signed({**PROPER, "exp": int(NOON) - 100}), id="run out"),
            pytest.param(signed({**PROPER, "nbf": int(NOON) + 100}), id="not yet good"),
            pytest.param(signed(PROPER, signing_key("RS256", 3)), id="another key"),
            pytest.param(
                signed(PROPER, signing_key("PS256"), "PS256"), id="an algorithm that is not offered"
            ),
            pytest.param(signed(PROPER, "x" * 32, "HS256"), id="a shared secret"),
            pytest.param(signed(PROPER, typ="at+jwt"), id="an access token"),
            pytest.param(signed(PROPER, typ="logout+jwt"), id="a logout token"),
            pytest.param(signed(PROPER, crit=["b64"], b64=True), id="an extension"),
            pytest.param(jwt.encode(PROPER, "", "none"), id="alg none"),
            pytest.param(f"{b64(b'{}')}.{b64(json.dumps(PROPER).encode())}.", id="no alg"),
            pytest.param(json.dumps(PROPER), id="plain claims by the name of a token"),
            pytest.param("", id="nothing"),
            pytest.param("\u00e9.e30.e30", id="no token"),
            pytest.param(sealed(signed(PROPER), DECRYPTING, "ECDH-ES"), id="encrypted for nobody"),
        ],
    )
    def test_anything_else_is_refused(self, clock: FakeClock, compact: str) -> None:
        assert self.world(clock, compact).refused() is Reason.USERINFO_INVALID

    def test_the_connections_own_algorithms_count(self, clock: FakeClock) -> None:
        world = self.world(clock, signed(PROPER), signing_algs=("RS256",))
        assert world.redeem().identity.name == "Ada Lovelace"
        key = signing_key("ES256")
        other = self.world(clock, signed(PROPER, key, "ES256"), signing_algs=("RS256",))
        assert other.refused() is Reason.USERINFO_INVALID

    def test_a_key_that_is_new_is_fetched(self, clock: FakeClock) -> None:
        world = self.world(clock, signed(PROPER, signing_key("RS256", 3), kid="k9"))
        assert world.refused() is Reason.USERINFO_INVALID
        world.clock.advance(60)
        world.idp.published.append(public_jwk(signing_key("RS256", 3), kid="k9"))
        assert world.redeem().identity.name == "Ada Lovelace"

    @pytest.mark.parametrize("inside", [signed(PROPER), json.dumps(PERSON)], ids=["signed", "plain"])
    def test_one_that_is_encrypted_is_opened_first(self, clock: FakeClock, inside: str) -> None:
        """Encrypted and not signed is as good as plain: it came by the same connection."""
        keys = (Secret(pem(DECRYPTING)),)
        compact = sealed(inside, DECRYPTING, "ECDH-ES+A256KW")
        assert self.world(clock, compact, decryption_keys=keys).redeem().identity.name == "Ada Lovelace"

    @pytest.mark.parametrize(
        "inside",
        [
            pytest.param(jwt.encode(PROPER, "", "none"), id="alg none"),
            pytest.param(signed(PROPER, signing_key("RS256", 3)), id="another key"),
            pytest.param(json.dumps({**PERSON, "sub": "eve"}), id="another subject"),
            pytest.param('{"sub":"eve","sub":"ada"}', id="two subjects"),
            pytest.param(sealed(signed(PROPER), DECRYPTING, "ECDH-ES"), id="encrypted again"),
        ],
    )
    def test_what_is_inside_is_judged_as_if_it_had_come_bare(self, clock: FakeClock, inside: str) -> None:
        compact = sealed(inside, DECRYPTING, "ECDH-ES")
        world = self.world(clock, compact, decryption_keys=(Secret(pem(DECRYPTING)),))
        assert world.refused() is Reason.USERINFO_INVALID


ELSEWHERE: dict[str, Any] = {
    "_claim_names": {"email": "src1", "groups": "src2", "name": "src1"},
    "_claim_sources": {
        "src1": {"JWT": signed({"email": "eve@acme.com", "email_verified": True, "name": "Eve"})},
        "src2": {"endpoint": "https://internal.example/groups", "access_token": "planted"},
    },
}


class TestClaimsElsewhere:
    """Aggregated and distributed claims (Core 5.6.2) are left where they are."""

    @pytest.mark.parametrize("where", ["the ID token", "userinfo"])
    def test_none_is_fetched_and_none_is_taken(self, clock: FakeClock, where: str) -> None:
        world = World(clock)
        world.idp.person = {"sub": "ada"}
        (world.idp.claims if where == "the ID token" else world.idp.person).update(ELSEWHERE)
        identity = world.redeem().identity
        assert (identity.email, identity.name, identity.claims.get("groups")) == ("", "", None)
        assert {*world.idp.asked} == {"/.well-known/openid-configuration", "/token", "/keys", "/userinfo"}

    def test_a_claim_that_is_only_elsewhere_is_missing_and_userinfo_is_asked(self, clock: FakeClock) -> None:
        claims = VerifiedClaims({"sub": "ada", **ELSEWHERE, "email_verified": True})
        assert is_wanted(CONNECTION, claims)

    def test_too_many_groups_for_a_token_of_entra_are_no_error(self, clock: FakeClock) -> None:
        world = World(clock)
        world.idp.claims = {
            "_claim_names": {"groups": "src1"},
            "_claim_sources": {
                "src1": {"endpoint": "https://graph.microsoft.com/v1.0/users/x/getMemberObjects"}
            },
        }
        assert world.redeem().identity.email == "ada@acme.com"

    @pytest.mark.parametrize("odd", [7, [], "x", {"src1": None}, None])
    def test_odd_ones_break_nothing(self, clock: FakeClock, odd: Any) -> None:
        world = World(clock)
        world.idp.claims = {"_claim_names": odd, "_claim_sources": odd}
        assert world.redeem().identity.email == "ada@acme.com"
