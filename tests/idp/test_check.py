"""A provider's check-up: what an operator reads about it."""

from dataclasses import replace
from typing import Any

import pytest

from bridge.domain.finding import Finding
from bridge.domain.http import HttpFailure
from bridge.flows.check_up import check_up
from bridge.idp.check import ProviderCheck
from bridge.idp.provider import OpenIdProvider
from tests.contracts.world import FakeClock, counting_token

from .fake_idp import CONNECTION, ISSUER, FakeIdp, public_jwk, signing_key


def findings(clock: FakeClock, idp: FakeIdp, **changes: Any) -> list[Finding]:
    provider = OpenIdProvider(
        replace(CONNECTION, **changes), idp, clock.now, clock.monotonic, counting_token()
    )
    found = list(check_up([ProviderCheck(provider, clock.now)], clock.monotonic))
    assert {finding.subject for finding in found} == {"connections.acme"}
    for finding in found:
        assert (finding.level == "ok") or finding.remedy
    return found


def worst(found: list[Finding]) -> str:
    levels = {finding.level for finding in found}
    return next(level for level in ("failed", "warning", "ok") if level in levels)


@pytest.fixture
def idp(clock: FakeClock) -> FakeIdp:
    return FakeIdp(clock)


def test_a_good_provider_is_good_and_its_redirect_uri_is_told(clock: FakeClock, idp: FakeIdp) -> None:
    found = findings(clock, idp)
    assert worst(found) == "ok"
    assert any(CONNECTION.redirect_uri in finding.message for finding in found)


def test_an_issuer_that_differs_by_a_slash_is_told_with_the_value_to_use(
    clock: FakeClock, idp: FakeIdp
) -> None:
    idp.metadata["issuer"] = ISSUER + "/"
    found = findings(clock, idp)
    assert worst(found) == "failed"
    assert f"issuer = '{ISSUER}/'" in found[-1].message


def test_a_provider_that_is_down_fails_and_is_no_crash(clock: FakeClock, idp: FakeIdp) -> None:
    idp.instead["/keys"] = HttpFailure("unreachable", "no route")
    assert worst(findings(clock, idp)) == "failed"


def test_keys_that_fit_no_algorithm_fail(clock: FakeClock, idp: FakeIdp) -> None:
    assert worst(findings(clock, idp, signing_algs=("EdDSA",))) == "failed"
    idp.published.append(public_jwk(signing_key("EdDSA"), kid="k2"))
    assert worst(findings(clock, idp, signing_algs=("EdDSA",))) == "ok"


def test_a_clock_beyond_the_tolerance_fails(clock: FakeClock, idp: FakeIdp) -> None:
    idp.ahead = -200
    found = findings(clock, idp)
    assert worst(found) == "failed"
    assert any("-200 s" in finding.message for finding in found)
    assert worst(findings(clock, idp, clock_tolerance=300)) == "ok"


def test_no_domains_and_a_bad_key_are_warned_of(clock: FakeClock, idp: FakeIdp) -> None:
    assert worst(findings(clock, idp, domains=())) == "warning"
    idp.published.append({"kty": "oct", "k": "AAAA"})
    assert worst(findings(clock, idp)) == "warning"
