"""A provider's check-up: what an operator reads about it."""

from dataclasses import replace
from typing import Any

import pytest

from bridge.domain.finding import Finding
from bridge.domain.http import HttpFailure
from bridge.domain.secret import Secret
from bridge.flows.check_up import check_up
from bridge.idp.check import ProviderCheck
from bridge.idp.provider import OpenIdProvider
from bridge.state.memory_documents import MemoryDocuments
from tests.contracts.world import FakeClock, counting_token
from tests.settings.samples import pem

from .fake_idp import CONNECTION, ISSUER, FakeIdp, public_jwk, signing_key


def findings(clock: FakeClock, idp: FakeIdp, **changes: Any) -> list[Finding]:
    changes = {"client_secrets": (Secret("plain-secret"),), **changes}
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
    idp = FakeIdp(clock)
    idp.accepted.append("plain-secret")
    return idp


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
    assert found[-1].remedy == f'Set connections.acme.issuer = "{ISSUER}/".'


def test_a_provider_that_is_down_fails_and_is_no_crash(clock: FakeClock, idp: FakeIdp) -> None:
    idp.instead["/keys"] = HttpFailure("unreachable", "no route")
    assert worst(findings(clock, idp)) == "failed"


@pytest.mark.parametrize(
    ("offered", "level"), [(None, "warning"), (["query"], "warning"), (["query", "form_post"], "ok")]
)
def test_a_response_mode_that_is_not_offered_is_warned_of(
    clock: FakeClock, idp: FakeIdp, offered: list[str] | None, level: str
) -> None:
    """Five of eight providers tried ignored form_post; their shoppers met `callback_malformed`."""
    if offered is not None:
        idp.metadata["response_modes_supported"] = offered
    assert worst(findings(clock, idp, response_mode="form_post")) == level


def test_keys_that_fit_no_algorithm_fail(clock: FakeClock, idp: FakeIdp) -> None:
    assert worst(findings(clock, idp, signing_algs=("EdDSA",))) == "failed"
    idp.published.append(public_jwk(signing_key("EdDSA"), kid="k2"))
    assert worst(findings(clock, idp, signing_algs=("EdDSA",))) == "warning", "its metadata do not offer it"
    idp.metadata["id_token_signing_alg_values_supported"].append("EdDSA")
    assert worst(findings(clock, idp, signing_algs=("EdDSA",))) == "ok"


def test_a_clock_beyond_the_tolerance_fails(clock: FakeClock, idp: FakeIdp) -> None:
    idp.ahead = -200
    found = findings(clock, idp)
    assert worst(found) == "failed"
    assert any("-200 s" in finding.message for finding in found)
    assert worst(findings(clock, idp, clock_tolerance=300)) == "warning", "it may not stay so"
    idp.ahead = -100
    assert worst(findings(clock, idp, clock_tolerance=300)) == "ok"


def test_no_domains_and_a_bad_key_are_warned_of(clock: FakeClock, idp: FakeIdp) -> None:
    assert worst(findings(clock, idp, domains=())) == "warning"
    idp.published.append({"kty": "oct", "k": "AAAA"})
    assert worst(findings(clock, idp)) == "warning"


def warned(found: list[Finding], words: str) -> Finding | None:
    return next((one for one in found if one.level == "warning" and words in one.message), None)


def test_a_secret_that_basic_would_encode_is_warned_of_and_another_way_is_named_where_there_is_one(
    clock: FakeClock, idp: FakeIdp
) -> None:
    idp.instead["/token"] = HttpFailure("unreachable", "no route")  # else what it says is told
    found = warned(findings(clock, idp, client_secrets=(Secret("with/slash"),)), "sends encoded")
    assert found is not None
    assert "letters and digits" in found.remedy
    idp.metadata["token_endpoint_auth_methods_supported"] = ["client_secret_basic", "client_secret_post"]
    found = warned(findings(clock, idp, client_secrets=(Secret("with/slash"),)), "sends encoded")
    assert found is not None
    assert "client_secret_post" in found.remedy
    assert "with/slash" not in str(found)
    for changes in ({}, {"client_auth": "client_secret_post", "client_secrets": (Secret("with/slash"),)}):
        assert warned(findings(clock, idp, **changes), "sends encoded") is None


def test_where_the_provider_tells_what_it_takes_nothing_is_guessed(clock: FakeClock, idp: FakeIdp) -> None:
    idp.accepted.append("with/slash")
    found = findings(clock, idp, client_secrets=(Secret("with/slash"),))
    assert worst(found) == "ok"
    assert any("the secret is accepted" in one.message for one in found)


def test_a_secret_that_is_not_taken_fails(clock: FakeClock, idp: FakeIdp) -> None:
    found = findings(clock, idp, client_secrets=(Secret("expired"),))
    assert worst(found) == "failed"
    assert any("the secret is not accepted" in one.message for one in found)
    assert "expired;" not in str([one.message for one in found])


@pytest.mark.parametrize(
    ("offered", "ours", "fits"),
    [
        (None, "client_secret_basic", True),
        (None, "client_secret_post", False),
        (["client_secret_post", "private_key_jwt"], "client_secret_basic", False),
        (["client_secret_post"], "client_secret_post", True),
        (["client_secret_post"], "apple_client_secret", True),
        (["made_up"], "client_secret_basic", False),
    ],
)
def test_a_way_to_prove_ourselves_that_is_not_offered_is_warned_of(
    clock: FakeClock, idp: FakeIdp, offered: list[str] | None, ours: str, fits: bool
) -> None:
    if offered is not None:
        idp.metadata["token_endpoint_auth_methods_supported"] = offered
    keys = (Secret(pem(signing_key("ES256"))),)
    found = warned(findings(clock, idp, client_auth=ours, client_keys=keys), "does not offer")
    assert (found is None) == fits
    assert "made_up" not in str(found), "a remedy names only what the bridge can do"


def test_a_check_up_asks_the_provider_even_where_the_documents_are_known(
    clock: FakeClock, idp: FakeIdp
) -> None:
    documents = MemoryDocuments(clock.monotonic)
    for times in (1, 2):
        provider = OpenIdProvider(
            CONNECTION, idp, clock.now, clock.monotonic, counting_token(), documents=documents
        )
        list(ProviderCheck(provider, clock.now).check(clock.deadline()))
        assert idp.count("/keys") == times
