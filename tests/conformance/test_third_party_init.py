"""The profile 3rd Party-Init RP: 1 module."""

import pytest

from tests.conformance.module import Module
from tests.conformance.suite import Suite
from tests.conformance.verdicts import PASSED, completed

pytestmark = pytest.mark.slow


def test_oidcc_client_test_3rd_party_init_login(suite: Suite, module: Module) -> None:
    suite.initiate(module)
    assert completed(module) == PASSED
