"""What the provider signs, by which key, and where it puts the claims."""

import pytest

from tests.interop.conftest import Meet

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"])
def test_an_id_token_is_believed_whatever_it_is_signed_with(meet: Meet, alg: str) -> None:
    met = meet(client={"id_token_signed_response_alg": alg})
    met.signs_in()


def test_an_id_token_is_refused_that_is_signed_with_another_algorithm_than_agreed(meet: Meet) -> None:
    met = meet(client={"id_token_signed_response_alg": "RS256"}, connection={"signing_algs": ["ES256"]})
    assert met.refusal() == "id_token_invalid"
    assert met.asked("userinfo") == []


def test_claims_are_fetched_where_they_are_in_userinfo_only(meet: Meet) -> None:
    met = meet(provider={"configuration": {"conformIdTokenClaims": True}})
    met.signs_in()
    assert [userinfo.scheme for userinfo in met.asked("userinfo")] == ["Bearer"]


def test_userinfo_is_left_alone_where_the_id_token_says_everything(meet: Meet) -> None:
    met = meet(provider={"configuration": {"conformIdTokenClaims": False}})
    met.signs_in()
    assert met.asked("userinfo") == []


@pytest.mark.parametrize("keys", ["second", "first/anew"], ids=["new kids", "the same kids"])
def test_the_provider_changes_its_keys_between_two_sign_ins(meet: Meet, keys: str) -> None:
    met = meet()
    met.signs_in()
    met.provider.change(keys=keys)
    met.signs_in("grace")
    assert len(met.asked("jwks")) == 2


def test_a_person_known_to_the_store_is_the_same_customer_next_time(meet: Meet) -> None:
    met = meet()
    met.signs_in("known")
    met.signs_in("known")
