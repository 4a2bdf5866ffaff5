"""One address for many issuers: whose tokens pass, and whose identity they become."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.connection import Connection
from bridge.domain.id_token import ClaimFault, Expected, VerifiedClaims, verify
from bridge.domain.identity import Identity
from bridge.domain.issuers import normal_tenant
from bridge.domain.jws import UnverifiedToken
from bridge.domain.refusal import Reason

from .tokens import ABSENT, expecting, token

BASE = "https://login.example"
TEMPLATE = BASE + "/{tenantid}/v2.0"
ACME, GLOBEX, EVIL = (f"{n * 8}-aaaa-4bbb-8ccc-0123456789ab" for n in "abe")
MANY = expecting(issuer=f"{BASE}/organizations/v2.0", issuer_template=TEMPLATE, tenants=(ACME, GLOBEX))


def accept(_token: UnverifiedToken) -> None:
    """A signature that fits."""


def fault_of(expected: Expected, **claims: Any) -> ClaimFault | None:
    try:
        verify(token(claims), expected, accept)
    except ClaimFault as fault:
        return fault
    return None


def of(tenant: str) -> str:
    return f"{BASE}/{tenant}/v2.0"


@pytest.mark.parametrize("tid", [ACME, GLOBEX, ACME.upper()])
def test_each_listed_tenants_own_issuer_passes(tid: str) -> None:
    assert fault_of(MANY, iss=of(tid), tid=tid) is None


ATTACKS: dict[str, tuple[str, Any, Any]] = {
    "another tenant's tid beside an allowed issuer": ("iss", of(ACME), EVIL),
    "an allowed tid beside another tenant's issuer": ("iss", of(EVIL), ACME),
    "two allowed tenants mixed": ("iss", of(ACME), GLOBEX),
    "the letters of tid and issuer differ": ("iss", of(ACME), ACME.upper()),
    "the template itself": ("tid", TEMPLATE, "{tenantid}"),
    "the template itself beside an allowed tid": ("iss", TEMPLATE, ACME),
    "the configured address itself": ("iss", MANY.issuer, ACME),
    "the configured address as a tenant": ("tid", MANY.issuer, "organizations"),
    "no tid": ("tid", of(ACME), ABSENT),
    "a tid of null": ("tid", of(ACME), None),
    "an empty tid": ("tid", BASE + "//v2.0", ""),
    "a tid in braces": ("tid", of("{" + ACME + "}"), "{" + ACME + "}"),
    "a tid without hyphens": ("tid", of(ACME.replace("-", "")), ACME.replace("-", "")),
    "a tid with a line break": ("tid", of(ACME) + "\n", ACME + "\n"),
    "a tid with a path": ("tid", of(f"{EVIL}/../{ACME}"), f"{EVIL}/../{ACME}"),
    "a tid in other alphabets' digits": (
        "tid",
        of(ACME.replace("0", "\u0660")),
        ACME.replace("0", "\u0660"),
    ),
    "a tid with a Cyrillic letter": ("tid", of("\u0430" + ACME[1:]), "\u0430" + ACME[1:]),
    "a list of tids": ("tid", of(ACME), [ACME]),
    "an object as tid": ("tid", of(ACME), {ACME: 1}),
    "a list of issuers": ("iss", [of(ACME)], ACME),
    "a slash at the end": ("iss", of(ACME) + "/", ACME),
    "version 1": ("iss", f"https://sts.example/{ACME}/", ACME),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_a_token_whose_issuer_is_not_its_own_tenants_is_invalid(name: str) -> None:
    check, iss, tid = ATTACKS[name]
    fault = fault_of(MANY, iss=iss, tid=tid)
    assert fault is not None
    assert (fault.check, fault.reason) == (check, Reason.ID_TOKEN_INVALID)
    assert "\n" not in str(fault)


def test_a_tenant_that_is_not_listed_is_told_apart_and_named_for_the_operator() -> None:
    fault = fault_of(MANY, iss=of(EVIL), tid=EVIL)
    assert fault is not None
    assert fault.reason is Reason.TENANT_NOT_ALLOWED
    assert EVIL in fault.detail


def test_with_no_tenant_listed_nobody_comes() -> None:
    fault = fault_of(replace(MANY, tenants=()), iss=of(ACME), tid=ACME)
    assert fault is not None
    assert fault.reason is Reason.TENANT_NOT_ALLOWED


def test_a_stranger_to_the_tenants_is_told_only_after_every_other_check() -> None:
    fault = fault_of(MANY, iss=of(EVIL), tid=EVIL, nonce="another")
    assert fault is not None
    assert fault.check == "nonce"


def test_without_a_template_the_tenant_means_nothing() -> None:
    one = expecting(issuer=of(ACME), tenants=())
    assert fault_of(one, iss=of(ACME), tid=EVIL) is None
    fault = fault_of(one, iss=of(EVIL), tid=EVIL)
    assert fault is not None
    assert fault.check == "iss"


@given(st.text(alphabet="abefABEF0123456789-{}\u0660\u0430\n", max_size=40))
def test_only_the_one_form_of_a_guid_is_a_tenant(text: str) -> None:
    found = normal_tenant(text)
    assert found in ("", text.lower())
    assert not found or (found.isascii() and [len(part) for part in found.split("-")] == [8, 4, 4, 4, 12])


# -- other words for the same issuer --------------------------------------------------------

GOOGLE = expecting(issuer="https://accounts.example", issuer_aliases=("accounts.example",))


def test_a_declared_alias_passes_and_no_other_word() -> None:
    assert fault_of(GOOGLE, iss="accounts.example") is None
    assert fault_of(GOOGLE, iss="https://accounts.example") is None
    for iss in ("http://accounts.example", "accounts.example/", "ACCOUNTS.example", "", ["accounts.example"]):
        fault = fault_of(GOOGLE, iss=iss)
        assert fault is not None
        assert fault.check == "iss"


def test_an_alias_on_another_provider_is_another_issuer() -> None:
    fault = fault_of(expecting(), iss="accounts.example")
    assert fault is not None
    assert fault.check == "iss"


# -- what kind of token it is ---------------------------------------------------------------


@pytest.mark.parametrize("value", ["access", ABSENT, ["id"], True, "ID"])
def test_a_token_of_another_kind_is_none_of_the_persons(value: Any) -> None:
    fault = fault_of(expecting(required_id_token_claims=(("token_use", "id"),)), token_use=value)
    assert fault is not None
    assert fault.check == "token_use"


def test_a_token_that_says_it_is_an_id_token_passes() -> None:
    assert fault_of(expecting(required_id_token_claims=(("token_use", "id"),)), token_use="id") is None


# -- who it is ------------------------------------------------------------------------------


def connection(expected: Expected, **changes: Any) -> Connection:
    return Connection(
        name="acme",
        label="Acme",
        issuer=expected.issuer,
        client_id="c",
        redirect_uri="https://sso.example.com/callback/acme",
        issuer_template=expected.issuer_template,
        tenants=expected.tenants,
        issuer_aliases=expected.issuer_aliases,
        domains=("acme.com",),
        **changes,
    )


def key_of(expected: Expected, **claims: Any) -> tuple[str, str]:
    verified = verify(token(claims), expected, accept)
    key = Identity.of(verified, {}, connection(expected)).key
    return key.issuer, key.subject


def test_the_same_subject_of_two_tenants_is_two_people() -> None:
    assert key_of(MANY, iss=of(ACME), tid=ACME) != key_of(MANY, iss=of(GLOBEX), tid=GLOBEX)


def test_one_person_stays_one_however_the_issuer_is_spelt() -> None:
    assert key_of(MANY, iss=of(ACME), tid=ACME) == (of(ACME), "ada")
    assert key_of(MANY, iss=of(ACME.upper()), tid=ACME.upper()) == (of(ACME), "ada")
    assert key_of(GOOGLE, iss="accounts.example") == key_of(GOOGLE, iss="https://accounts.example")
    assert key_of(GOOGLE, iss="accounts.example") == ("https://accounts.example", "ada")


def test_a_person_of_many_tenants_is_the_one_that_a_connection_to_their_tenant_alone_knows() -> None:
    assert key_of(MANY, iss=of(ACME), tid=ACME) == key_of(expecting(issuer=of(ACME)), iss=of(ACME), tid=ACME)


# -- whether the address is theirs ----------------------------------------------------------


def trusted(claims: dict[str, Any], userinfo: dict[str, Any] | None = None) -> tuple[bool | None, str]:
    entra = connection(GOOGLE, verified_claim="xms_edov")
    found = Identity.of(VerifiedClaims({"iss": "i", "sub": "ada", **claims}), userinfo or {}, entra)
    return found.email_verified, found.trusted_email(entra)


ADA = {"email": "ada@acme.com"}


@pytest.mark.parametrize("value", [True, 1, "1", "true", "True"])
def test_the_makes_own_claim_speaks_for_the_tokens_address(value: Any) -> None:
    assert trusted({**ADA, "xms_edov": value}) == (True, "ada@acme.com")


@pytest.mark.parametrize("value", [False, 0, "0", "false", "", 2, [True], {"1": 1}, "yes"])
def test_any_other_value_of_it_is_a_no(value: Any) -> None:
    assert trusted({**ADA, "xms_edov": value}) == (False, "")


@pytest.mark.parametrize(
    ("claims", "userinfo", "verified"),
    [
        pytest.param(ADA, {}, None, id="it says nothing"),
        pytest.param({**ADA, "email_verified": True}, {}, None, id="email_verified is not this make's word"),
        pytest.param({"xms_edov": True}, ADA, None, id="the address is userinfo's"),
        pytest.param(ADA, {"xms_edov": True}, None, id="the word is userinfo's"),
        pytest.param({**ADA, "xms_edov": True, "email_verified": False}, {}, False, id="a plain no wins"),
        pytest.param({**ADA, "xms_edov": True}, {**ADA, "email_verified": False}, False, id="userinfo's no"),
    ],
)
def test_nothing_else_speaks_for_it(
    claims: dict[str, Any], userinfo: dict[str, Any], verified: bool | None
) -> None:
    assert trusted(claims, userinfo) == (verified, "")
