"""Who the person is, and which address may speak for them."""

from dataclasses import replace
from typing import Any, get_args

import pytest

from bridge.domain.connection import Connection, EmailTrust
from bridge.domain.id_token import VerifiedClaims
from bridge.domain.identity import Identity, IdentityKey

ACME = Connection(
    name="acme",
    label="Acme",
    issuer="https://idp.acme.example",
    client_id="bridge",
    redirect_uri="https://sso.example.com/callback/acme",
    domains=("acme.com", "acme.co.uk"),
)


def identity(id_token: dict[str, Any] | None = None, userinfo: dict[str, Any] | None = None) -> Identity:
    claims = {"iss": ACME.issuer, "sub": "ada", **(id_token or {})}
    return Identity.of(VerifiedClaims(claims), userinfo or {}, ACME)


ADA, EVE = {"email": "ada@acme.com"}, {"email": "eve@acme.com"}
YES, NO = {"email_verified": True}, {"email_verified": False}


@pytest.mark.parametrize(
    ("id_token", "userinfo", "email", "verified"),
    [
        pytest.param({**ADA, **YES}, {}, "ada@acme.com", True, id="both in the ID token"),
        pytest.param({}, {**ADA, **YES}, "ada@acme.com", True, id="both in userinfo"),
        pytest.param(ADA, {}, "ada@acme.com", None, id="an address and not a word on it"),
        pytest.param(ADA, YES, "ada@acme.com", None, id="userinfo verifies an address that it does not name"),
        pytest.param(ADA, {**EVE, **YES}, "ada@acme.com", None, id="userinfo verifies another address"),
        pytest.param(
            {**ADA, **NO}, {**EVE, **YES}, "ada@acme.com", False, id="userinfo verifies another, against a no"
        ),
        pytest.param(ADA, {**ADA, **YES}, "ada@acme.com", True, id="userinfo verifies the same address"),
        pytest.param({**ADA, **NO}, {**ADA, **YES}, "ada@acme.com", False, id="a no in the ID token wins"),
        pytest.param({**ADA, **YES}, {**ADA, **NO}, "ada@acme.com", False, id="a no in userinfo wins"),
        pytest.param(
            YES, ADA, "ada@acme.com", None, id="the ID token verifies an address that it does not name"
        ),
        pytest.param(
            {**ADA, **YES}, {**EVE, **NO}, "ada@acme.com", True, id="a no to another address is none to this"
        ),
        pytest.param(
            {"email": "Ada@Acme.com"},
            {**ADA, **NO},
            "ada@acme.com",
            False,
            id="a no to the address in small letters",
        ),
        pytest.param(NO, {**ADA, **YES}, "ada@acme.com", False, id="a no to an address that is not named"),
        pytest.param(ADA, NO, "ada@acme.com", False, id="a no in userinfo to an address that is not named"),
        pytest.param({}, {}, "", None, id="no address"),
        pytest.param(
            {"email": ["ada@acme.com"], **YES}, {**ADA, **YES}, "", True, id="a list hides userinfo's address"
        ),
    ],
)
def test_an_address_and_its_verification_come_from_one_source(
    id_token: dict[str, Any], userinfo: dict[str, Any], email: str, verified: bool | None
) -> None:
    found = identity(id_token, userinfo)
    assert found.email == email
    assert found.email_verified is verified


@pytest.mark.parametrize(
    ("said", "verified"),
    [
        (True, True), ("true", True), ("True", True), (False, False), ("false", False), (None, None),
        (1, False), ("yes", False), ("", False), (["true"], False), ({}, False), (" true", False),
    ],
)  # fmt: skip
def test_anything_but_a_plain_yes_is_a_no_and_silence_is_silence(said: object, verified: bool | None) -> None:
    assert identity({**ADA, "email_verified": said}).email_verified is verified


TRUSTED = {
    "verified": {True: True, None: False, False: False},
    "asserted": {True: True, None: True, False: False},
    "never": {True: False, None: False, False: False},
}


@pytest.mark.parametrize("verified", [True, None, False])
@pytest.mark.parametrize("trust", get_args(EmailTrust))
def test_an_address_is_trusted_as_the_connection_says(trust: EmailTrust, verified: bool | None) -> None:
    found = identity({**ADA, "email_verified": verified})
    expected = "ada@acme.com" if TRUSTED[trust][verified] else ""
    assert found.trusted_email(replace(ACME, email_trust=trust)) == expected


@pytest.mark.parametrize(
    ("email", "domains", "trusted"),
    [
        ("ada@acme.com", ("acme.com",), True),
        ("ada@acme.co.uk", ("acme.com", "acme.co.uk"), True),
        ("ADA@ACME.COM", ("acme.com",), True),
        ("ada@anything.example", ("*",), True),
        ("ada@mail.acme.com", ("acme.com",), False),
        ("ada@notacme.com", ("acme.com",), False),
        ("ada@acme.com.evil.example", ("acme.com",), False),
        ("ada@evil.example", ("acme.com",), False),
        ("acme.com@evil.example", ("acme.com",), False),
        ("ada@acme.com", (), False),
        ("", ("*",), False),
        ("not an address", ("*",), False),
    ],
)
def test_an_address_is_trusted_within_the_connections_domains_only(
    email: str, domains: tuple[str, ...], trusted: bool
) -> None:
    found = identity({"email": email, **YES}).trusted_email(replace(ACME, domains=domains))
    assert bool(found) == trusted


def test_what_the_signed_token_says_wins_over_userinfo() -> None:
    found = identity(
        {"given_name": "Ada", "group": "staff"},
        {
            "given_name": "Eve",
            "family_name": "Byron",
            "group": "admin",
            "sid": "x",
            "iss": "https://evil.example",
        },
    )
    assert (found.given_name, found.family_name, found.sid) == ("Ada", "Byron", "")
    assert found.claims["group"] == "staff"
    assert found.key == IdentityKey(ACME.issuer, "ada")


@pytest.mark.parametrize(
    ("claim", "name"),
    [
        ("  Ada \n Augusta\t", "Ada Augusta"),
        ("Ada\x00\u202eByron", "Ada Byron"),
        ("\u0130\u4e2d\u00e9", "\u0130\u4e2d\u00e9"),
        ("x" * 5000, "x" * 100),
        (7, ""),
        (None, ""),
        ({"formatted": "Ada"}, ""),
    ],
)
def test_a_name_is_one_clean_line_of_the_length_stores_take(claim: object, name: str) -> None:
    assert identity({"name": claim}).name == name


def test_two_people_never_share_a_digest_by_where_the_issuer_ends() -> None:
    assert IdentityKey("https://a", "bc").digest != IdentityKey("https://ab", "c").digest
    assert IdentityKey("1:a", "b").digest != IdentityKey("1", ":ab").digest
    assert IdentityKey("https://a", "b").digest == IdentityKey("https://a", "b").digest
    assert len(IdentityKey("https://a", "b").digest) == 22


def test_the_case_of_a_subject_makes_another_person() -> None:
    assert IdentityKey("https://a", "Ada").digest != IdentityKey("https://a", "ada").digest


def test_claims_do_not_show_in_a_log_line() -> None:
    assert "planted" not in repr(identity({"group": "planted"}))


@pytest.mark.parametrize(
    ("email", "outside"),
    [
        ("ada@acme.com", False),
        ("Ada@ACME.co.uk", False),
        ("ada@b\u00fccher.example", False),
        ("\u00e4da@acme.com", False),
        (" ada@acme.com ", False),
        ("ada@mail.acme.com", True),
        ("ada@acme.com.evil.example", True),
        ("ada@acme.com@evil.example", True),
        ("ada@evilacme.com", True),
        ("ada@acme.com, eve@evil.example", True),
        ("ada", True),
        ("ada@" + "\u00fc" * 100_000, True),
        ("", False),
        ("  ", False),
        (None, False),
        (["ada@evil.example"], False),
    ],
)
def test_an_address_is_outside_unless_it_is_of_one_of_the_connections_own_domains(
    email: object, outside: bool
) -> None:
    connection = replace(ACME, domains=(*ACME.domains, "xn--bcher-kva.example"))
    assert identity({"email": email}).is_outside(connection) is outside
    for domains in ((), ("*",)):
        assert not identity({"email": email}).is_outside(replace(ACME, domains=domains))


@pytest.mark.parametrize(
    ("sid", "kept"),
    [
        ("a" * 255, "a" * 255),
        ("two  words ", "two  words "),
        ("a" * 256, ""),
        ("a\nb", ""),
        (7, ""),
        (None, ""),
    ],
)
def test_a_session_id_is_kept_as_it_stands_or_not_at_all(sid: object, kept: str) -> None:
    """Cut or cleaned it would be another one: no logout token could name it, or somebody else's would."""
    token = VerifiedClaims({"iss": "https://idp.acme.example", "sub": "ada", "sid": sid})
    assert Identity.of(token, {}, ACME).sid == kept
