"""What a make needs beside the others' keys: tenants of Entra, Apple's names, a form for some scopes."""

import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from bridge.domain.connection import Connection
from bridge.wiring.bridge import wire

from .samples import ENVIRON, added, changed, faults_of, pem, read
from .test_presets import BY_SECRET, MANY, WITH_KEY, text_of

GUID, OTHER = "8eaef023-2b34-4da1-9baa-8bc8c9d6a490", "9188040d-6c67-4c5b-b112-36a304b66dad"
ONE = f"https://login.microsoftonline.com/{GUID}/v2.0"


def tenants(*guids: str) -> str:
    return f"tenants = [{', '.join(repr(guid) for guid in guids)}]"


@pytest.mark.parametrize("issuer", [MANY, MANY.replace("organizations", "common")])
def test_an_address_for_many_takes_the_tenants_that_are_meant(tmp_path: Path, issuer: str) -> None:
    text = text_of("entra", issuer, tenants(GUID.upper(), OTHER))

    acme = read(tmp_path, text).connections["acme"]

    assert acme.tenants == (GUID, OTHER)
    assert acme.email_trust == "never"


@pytest.mark.parametrize(
    ("provider", "issuer", "line", "expected"),
    [
        ("entra", MANY, "", "tenants: is needed with this issuer, where people of any tenant can sign in; list IDs"),
        ("entra", MANY, "tenants = []", "tenants: is needed with this issuer, where people of any tenant can sign in; list IDs"),
        ("entra", ONE, tenants(GUID), "tenants: is not used with this issuer, which is one tenant's or no tenant's; remove it"),
        ("okta", "https://acme.okta.com", tenants(GUID), "tenants: is not used with this issuer"),
        ("oidc", MANY, tenants(GUID), "tenants: is not used with this issuer"),
        ("entra", MANY, tenants("acme.com"), "tenants[0]: must hold tenant IDs (GUIDs without braces), not names or domains"),
        ("entra", MANY, tenants("{" + GUID + "}"), "tenants[0]: must hold tenant IDs"),
        ("entra", MANY, tenants(GUID.replace("0", "\u0660")), "tenants[0]: must hold tenant IDs"),
        ("entra", MANY, tenants("*"), "tenants[0]: must hold tenant IDs"),
        ("entra", MANY, tenants(GUID, GUID.upper()), "tenants: must not hold the same name twice"),
    ],
)  # fmt: skip
def test_tenants_are_named_where_they_count_and_nowhere_else(
    tmp_path: Path, provider: str, issuer: str, line: str, expected: str
) -> None:
    (shown,) = faults_of(tmp_path, text_of(provider, issuer, line))

    assert shown.startswith(f"connections.acme.{expected}")


def test_what_several_tenants_assert_is_not_believed(tmp_path: Path) -> None:
    asserted = 'email_trust = "asserted"'

    (shown,) = faults_of(tmp_path, text_of("entra", MANY, tenants(GUID, OTHER), asserted))

    assert shown.startswith('connections.acme.email_trust: must not be "asserted" with several tenants')
    read(tmp_path, text_of("entra", MANY, tenants(GUID), asserted))
    read(tmp_path, text_of("entra", MANY, tenants(GUID, OTHER), 'email_trust = "verified"'))


APPLE = text_of("apple", "https://appleid.apple.com")
TEAM, KEY = 'apple_team_id = "A1B2C3D4E5"\n', 'apple_key_id = "F6G7H8I9J0"'


def test_apples_client_has_a_key_and_two_names(tmp_path: Path) -> None:
    acme = read(tmp_path, APPLE, WITH_KEY).connections["acme"]

    assert (acme.client_auth, acme.response_mode) == ("apple_client_secret", "form_post")
    assert acme.scopes == ("openid", "name", "email")
    assert (acme.apple_team_id, acme.apple_key_id) == ("A1B2C3D4E5", "F6G7H8I9J0")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (changed(TEAM, "", APPLE), 'apple_team_id: is needed with client_auth = "apple_client_secret"; write the Team ID'),
        (changed(KEY, "", APPLE), 'apple_key_id: is needed with client_auth = "apple_client_secret"; write the ID of the key in client_keys'),
        (changed(TEAM, 'apple_team_id = "a1b2c3d4e5"\n', APPLE), "apple_team_id: must be the ten letters and digits that Apple shows"),
        (changed('client_keys = ["env:APPLE_KEY"]\n', "", APPLE), 'client_keys: is needed with client_auth = "apple_client_secret"'),
        (changed('["env:APPLE_KEY"]', '["env:APPLE_KEY", "env:OTHER_KEY"]', APPLE), "client_keys: must hold one key alone: apple_key_id names one"),
        (changed('["env:APPLE_KEY"]', '["env:RSA_KEY"]', APPLE), "client_keys[0]: must be the key from Apple's .p8 file, on the curve P-256"),
        (changed('["env:APPLE_KEY"]', '["env:P384_KEY"]', APPLE), "client_keys[0]: must be the key from Apple's .p8 file, on the curve P-256"),
        (changed('["env:APPLE_KEY"]', '["nonsense"]', APPLE), "client_keys[0]: must be a private key in PEM"),
        (changed(TEAM, f"{TEAM}{BY_SECRET}\n", APPLE), 'client_secret: is not used with client_auth = "apple_client_secret"'),
        (added("connections.acme", KEY), 'apple_key_id: is used with client_auth = "apple_client_secret" only; remove it'),
        (added("connections.acme", 'response_mode = "query"', text=APPLE), 'response_mode: must be "form_post": Sign in with Apple grants the scope name in no other way'),
    ],
)  # fmt: skip
def test_each_is_needed_where_it_counts_and_nowhere_else(tmp_path: Path, text: str, expected: str) -> None:
    environ = {
        **WITH_KEY,
        "OTHER_KEY": pem(),
        "RSA_KEY": pem(rsa.generate_private_key(65537, 2048)),
        "P384_KEY": pem(ec.generate_private_key(ec.SECP384R1())),
    }

    (shown,) = faults_of(tmp_path, text, environ)

    assert shown.startswith(f"connections.acme.{expected}")


def test_apple_may_answer_in_the_query_where_only_the_subject_is_asked_for(tmp_path: Path) -> None:
    lines = ('response_mode = "query"', 'scopes = ["openid"]')

    acme = read(tmp_path, added("connections.acme", *lines, text=APPLE), WITH_KEY).connections["acme"]

    assert acme.response_mode == "query"


def test_a_missing_reference_is_that_fault_alone(tmp_path: Path) -> None:
    (shown,) = faults_of(tmp_path, APPLE, ENVIRON)

    assert "variable APPLE_KEY is not set" in shown


def test_what_a_make_settles_reaches_its_connection_and_no_other(tmp_path: Path) -> None:
    def connection(text: str) -> Connection:
        settings = read(tmp_path, text, WITH_KEY)
        bridge = wire(settings, now=time.time, monotonic=time.monotonic, pause=time.sleep)
        return bridge.providers["acme"].connection

    many = connection(text_of("entra", MANY, tenants(GUID)))
    one, apple = connection(text_of("entra", ONE)), connection(APPLE)
    cognito = connection(
        text_of("cognito", "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123")
    )

    assert many.issuer_template == "https://login.microsoftonline.com/{tenantid}/v2.0"
    assert (many.tenants, many.verified_claim) == ((GUID,), "xms_edov")
    assert (one.issuer_template, one.verified_claim) == ("", "xms_edov")
    assert (apple.names_in_callback, apple.apple_key_id) == (True, "F6G7H8I9J0")
    assert cognito.required_id_token_claims == (("token_use", "id"),)
    assert not cognito.verified_claim
    assert not cognito.names_in_callback
    assert not one.required_id_token_claims
