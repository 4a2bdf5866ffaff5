"""The profile Config RP: 6 modules."""

import secrets
from collections.abc import Callable

import pytest

from tests.conformance.module import Module
from tests.conformance.verdicts import (
    DISCOVERY,
    PASSED,
    SKIPPED,
    completed,
    completed_or_skipped,
    stopped_at_discovery,
)
from tests.journeys.browser import Answer

pytestmark = pytest.mark.slow

SignIn = Callable[[], Answer]


def test_oidcc_client_test_discovery_openid_config(module: Module, sign_in: SignIn) -> None:
    sign_in()
    assert module.requests[0] == DISCOVERY
    assert completed(module) == PASSED


def test_oidcc_client_test_discovery_jwks_uri_keys(module: Module, sign_in: SignIn) -> None:
    module.jwks_path = f"jwks{secrets.token_hex(5)}"
    sign_in()
    assert module.requests[0] == DISCOVERY
    assert module.requests.index(module.jwks_path) < module.requests.index("userinfo")
    assert completed(module) == PASSED


def test_oidcc_client_test_discovery_issuer_mismatch(module: Module, sign_in: SignIn) -> None:
    module.published_issuer = module.issuer + "INVALID"
    sign_in()
    assert stopped_at_discovery(module) == PASSED


def test_oidcc_client_test_idtoken_sig_none(module: Module, sign_in: SignIn) -> None:
    module.algorithm = "none"
    sign_in()
    assert completed_or_skipped(module) == SKIPPED  # nobody signs in here by an unsigned token


def test_oidcc_client_test_signing_key_rotation(module: Module, sign_in: SignIn) -> None:
    sign_in()
    module.rotate()
    sign_in()
    assert module.requests.count("jwks") >= 2
    assert completed(module, times=2) == PASSED


def test_oidcc_client_test_signing_key_rotation_just_before_signing(module: Module, sign_in: SignIn) -> None:
    module.rotates_before_signing = True
    sign_in()
    assert completed(module) == PASSED
    sign_in()  # once more than the suite: this time the bridge holds keys, and they are the wrong ones
    assert completed(module, times=2) == PASSED
