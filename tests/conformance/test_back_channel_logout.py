"""The profile Back-Channel RP: 8 modules. The suite looks at the answer's status and at its cache headers.

Its client registered RS256; of our configuration that is `signing_algs`.
"""

from typing import Any

import pytest

from tests.conformance.module import Module
from tests.conformance.suite import Suite
from tests.journeys.browser import Answer

pytestmark = pytest.mark.slow


@pytest.fixture
def signed_in(suite: Suite, module: Module) -> Module:
    suite.sign_in(module)
    return module


def accepted(answer: Answer) -> None:
    assert answer.status == 200, answer.text
    assert "no-store" in answer.headers["Cache-Control"]


def refused(answer: Answer) -> None:
    assert answer.status == 400, answer.text
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers.get_content_type() == "application/json"


def test_oidcc_client_test_rp_backchannel_rpinitlogout(suite: Suite, signed_in: Module) -> None:
    accepted(suite.tell(signed_in, signed_in.logout_token()))


def test_oidcc_client_test_rp_backchannel_rpinitlogout_alg_none(suite: Suite, signed_in: Module) -> None:
    signed_in.algorithm = "none"
    refused(suite.tell(signed_in, signed_in.logout_token()))


def test_oidcc_client_test_rp_backchannel_rpinitlogout_wrong_alg(suite: Suite, signed_in: Module) -> None:
    signed_in.algorithm = "ES256"
    refused(suite.tell(signed_in, signed_in.logout_token()))


def refuses_with(suite: Suite, module: Module, **changes: Any) -> None:
    refused(suite.tell(module, module.logout_token(**changes)))


def test_oidcc_client_test_rp_backchannel_rpinitlogout_no_event(suite: Suite, signed_in: Module) -> None:
    refuses_with(suite, signed_in, events={})


def test_oidcc_client_test_rp_backchannel_rpinitlogout_wrong_event(suite: Suite, signed_in: Module) -> None:
    refuses_with(suite, signed_in, events={"http://schemas.openid.net/event/frontchannel-logout": {}})


def test_oidcc_client_test_rp_backchannel_rpinitlogout_with_nonce(suite: Suite, signed_in: Module) -> None:
    refuses_with(suite, signed_in, nonce="12345678")


def test_oidcc_client_test_rp_backchannel_rpinitlogout_wrong_aud(suite: Suite, signed_in: Module) -> None:
    refuses_with(suite, signed_in, aud=signed_in.client_id + "1")


def test_oidcc_client_test_rp_backchannel_rpinitlogout_wrong_iss(suite: Suite, signed_in: Module) -> None:
    refuses_with(suite, signed_in, iss=signed_in.issuer + "1")
