"""The name that a browser brings at the first consent: read for what it is, and for nothing more."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.callback import Callback
from bridge.domain.consent import MAX_FIELD, UnsignedName
from bridge.domain.id_token import VerifiedClaims
from bridge.domain.identity import Identity
from bridge.domain.refusal import Reason, Refused

from .test_identity import ACME

STATE = "s" * 43 + ".us"
ADA = {"name": {"firstName": "Ada", "lastName": "Lovelace"}, "email": "eve@acme.com"}
NOBODY = UnsignedName()


def parse(field: Any) -> UnsignedName:
    return UnsignedName.parse(field if isinstance(field, str) else json.dumps(field))


def test_the_name_of_the_first_consent_is_read() -> None:
    assert parse(ADA) == UnsignedName("Ada", "Lovelace")
    assert parse({"name": {"firstName": "Ada"}}) == UnsignedName("Ada", "")


@pytest.mark.parametrize(
    "field",
    [
        "", "Ada", "null", "[]", '{"name": "Ada"}', '{"name": ["Ada"]}', '{"name": {"firstName": {"a": 1}}}',
        '{"name": {"firstName": "Ada"}, "name": {"firstName": "Eve"}}', '{"name": {"firstName": "\\ud800"}}',
        "\ud800", '{"name": NaN}', "[" * MAX_FIELD, "{" + " " * MAX_FIELD + "}",
        json.dumps({"name": {"firstName": "A" * MAX_FIELD}}),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_no_name(field: str) -> None:
    assert parse(field) == NOBODY


@given(st.text(max_size=200) | st.dictionaries(st.sampled_from(["name", "email"]), st.text()).map(json.dumps))
def test_whatever_comes_it_is_a_name_or_none(field: str) -> None:
    found = UnsignedName.parse(field)
    assert isinstance(found.given, str)
    assert isinstance(found.family, str)


def identity(claims: dict[str, Any], unsigned: UnsignedName) -> Identity:
    return Identity.of(VerifiedClaims({"iss": ACME.issuer, "sub": "ada", **claims}), {}, ACME, unsigned)


def test_it_is_how_a_customer_is_called_where_the_provider_names_nobody() -> None:
    found = identity({}, UnsignedName("Ada\n", "  Love\x00lace"))
    assert (found.given_name, found.family_name) == ("Ada", "Love lace")
    assert len(identity({}, UnsignedName("A" * 2000, "")).given_name) == 100


@pytest.mark.parametrize("claim", ["name", "given_name", "family_name"])
def test_it_adds_nothing_to_what_the_provider_says(claim: str) -> None:
    found = identity({claim: "Grace"}, UnsignedName("Ada", "Lovelace"))
    assert "Ada" not in (found.name, found.given_name)
    assert found.family_name != "Lovelace"


def test_an_address_beside_the_name_is_nobodys() -> None:
    found = identity({}, parse(ADA))
    assert found.email == ""
    assert found.email_verified is None
    assert "eve@acme.com" not in str(found.claims)
    assert found.trusted_email(replace(ACME, email_trust="asserted")) == ""


def test_nothing_of_it_is_a_claim() -> None:
    assert identity({}, UnsignedName("Ada", "Lovelace")).claims == identity({}, NOBODY).claims


def callback(user: str, *more: tuple[str, str], form_post: bool) -> Callback:
    parameters = (("code", "c"), ("state", STATE), ("user", user), *more)
    return Callback.parse("acme", parameters, form_post=form_post)


def test_it_comes_in_a_form_only_and_is_not_printed() -> None:
    assert callback("{}", form_post=True).user == "{}"
    assert callback("{}", form_post=False).user == ""
    assert "planted" not in repr(callback("planted", form_post=True))


def test_it_comes_once() -> None:
    with pytest.raises(Refused) as caught:
        callback("{}", ("user", "{}"), form_post=True)
    assert caught.value.reason is Reason.CALLBACK_MALFORMED
