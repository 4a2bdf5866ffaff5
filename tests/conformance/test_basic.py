"""The profiles Basic RP (14 modules) and Form Post Basic RP (the same 14 with response_mode=form_post)."""

from collections.abc import Callable

import pytest

from tests.conformance.module import Claims, Module
from tests.conformance.server_keys import one_of_each_without_kids, three_of_each_without_kids
from tests.conformance.verdicts import (
    PASSED,
    SKIPPED,
    completed,
    completed_or_skipped,
    stopped_at_id_token,
)
from tests.journeys.browser import Answer

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("response_mode", ["query", "form_post"])]

SignIn = Callable[[], Answer]


def with_a_1(name: str) -> Callable[[Claims], Claims]:
    return lambda claims: {**claims, name: f"{claims[name]}1"}


def without(name: str) -> Callable[[Claims], Claims]:
    return lambda claims: {key: value for key, value in claims.items() if key != name}


def damaged(token: str) -> str:
    """Another character in the middle of the signature."""
    middle = len(token) - 100
    return token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]


def test_oidcc_client_test(module: Module, sign_in: SignIn) -> None:
    sign_in()
    assert completed(module) == PASSED


def test_oidcc_client_test_invalid_iss(module: Module, sign_in: SignIn) -> None:
    module.change_claims = with_a_1("iss")
    sign_in()
    assert stopped_at_id_token(module) == PASSED


def test_oidcc_client_test_missing_sub(module: Module, sign_in: SignIn) -> None:
    module.change_claims = without("sub")
    sign_in()
    assert stopped_at_id_token(module) == PASSED


def test_oidcc_client_test_invalid_aud(module: Module, sign_in: SignIn) -> None:
    module.change_claims = with_a_1("aud")
    sign_in()
    assert stopped_at_id_token(module) == PASSED


def test_oidcc_client_test_missing_iat(module: Module, sign_in: SignIn) -> None:
    module.change_claims = without("iat")
    sign_in()
    assert stopped_at_id_token(module) == PASSED


def test_oidcc_client_test_nonce_invalid(module: Module, sign_in: SignIn) -> None:
    module.change_claims = with_a_1("nonce")
    sign_in()
    assert stopped_at_id_token(module) == PASSED


def test_oidcc_client_test_invalid_sig_rs256(module: Module, sign_in: SignIn) -> None:
    module.id_token_algs = ["RS256"]
    module.change_id_token = damaged
    sign_in()
    assert stopped_at_id_token(module) == PASSED  # the suite would skip one that leans on TLS; we do not


def test_oidcc_client_test_kid_absent_single_jwks(module: Module, sign_in: SignIn) -> None:
    module.keys = one_of_each_without_kids()
    sign_in()
    assert completed(module) == PASSED


def test_oidcc_client_test_kid_absent_multiple_jwks(module: Module, sign_in: SignIn) -> None:
    module.keys = three_of_each_without_kids()
    sign_in()
    assert completed(module) == PASSED  # the suite allows a refusal as well; we try the keys


def test_oidcc_client_test_idtoken_sig_rs256(module: Module, sign_in: SignIn) -> None:
    module.id_token_algs = ["RS256"]
    sign_in()
    assert completed(module) == PASSED


def test_oidcc_client_test_idtoken_sig_none(module: Module, sign_in: SignIn) -> None:
    module.algorithm = "none"
    sign_in()
    assert completed_or_skipped(module) == SKIPPED  # nobody signs in here by an unsigned token


def test_oidcc_client_test_userinfo_invalid_sub(module: Module, sign_in: SignIn) -> None:
    module.change_userinfo = with_a_1("sub")
    end = sign_in()
    assert completed(module) == PASSED
    assert end.refusal == "userinfo_invalid", "what the suite cannot see, and asks the log for"


def test_oidcc_client_test_scope_userinfo_claims(module: Module, sign_in: SignIn) -> None:
    sign_in()
    assert {"profile", "email", "phone", "address"} & set(module.scopes)
    assert completed(module) == PASSED


def test_oidcc_client_test_client_secret_basic(module: Module, sign_in: SignIn) -> None:
    sign_in()
    assert completed(module) == PASSED  # the provider takes no other authentication, in any module
