"""The table of makes: every row complete, its issuers told right from wrong."""

import re
import subprocess
import sys
from dataclasses import fields
from datetime import date
from typing import get_args

import pytest

from bridge.domain.connection import Connection
from bridge.idp.presets import PRESETS
from bridge.settings import ConnectionSettings
from bridge.settings.keys import key_at

GUID = "8eaef023-2b34-4da1-9baa-8bc8c9d6a490"
ENTRA = "https://login.microsoftonline.com"
COGNITO = "https://cognito-idp.eu-west-1.amazonaws.com"

RIGHT = [
    ("okta", "https://acme.okta.com"),
    ("okta", "https://acme.okta.com/oauth2/default"),
    ("okta", "https://acme.okta.com/oauth2/aus1b2c3d4e5f6g7h8i9"),
    ("okta", "https://login.acme.com"),
    ("okta", "https://login.acme.com/oauth2/default/"),
    ("okta", "https://notokta.com/"),
    ("okta", "https://acme.okta.com.example.com/"),
    ("auth0", "https://acme.eu.auth0.com/"),
    ("auth0", "https://acme.auth0.com/"),
    ("auth0", "https://login.acme.com"),
    ("auth0", "https://login.acme.com/"),
    ("entra", f"{ENTRA}/{GUID}/v2.0"),
    ("entra", f"{ENTRA}/{GUID.upper()}/v2.0"),
    ("entra", f"https://login.microsoftonline.us/{GUID}/v2.0"),
    ("entra", f"https://acme.ciamlogin.com/{GUID}/v2.0"),
    ("entra", f"{ENTRA}/organizations/v2.0"),
    ("entra", f"{ENTRA}/common/v2.0"),
    ("entra", f"{ENTRA}/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0"),
    ("google", "https://accounts.google.com"),
    ("adfs", "https://adfs.acme.com/adfs"),
    ("adfs", "https://sso.acme.com:8443/behind/proxy"),
    ("apple", "https://appleid.apple.com"),
    ("keycloak", "https://id.acme.com/realms/Acme"),
    ("keycloak", "https://id.acme.com:8443/auth/realms/acme"),
    ("keycloak", "https://acme.com/any/path/realms/acme"),
    ("keycloak", "https://id.acme.com/rewritten"),
    ("keycloak", "http://localhost:8080/realms/acme"),
    ("ping", f"https://auth.pingone.com/{GUID}/as"),
    ("ping", f"https://auth.pingone.com.au/{GUID}/as"),
    ("ping", "https://sso.acme.com"),
    ("ping", "https://am.acme.com/am/oauth2/realms/root/realms/acme"),
    ("onelogin", "https://acme.onelogin.com/oidc/2"),
    ("onelogin", "https://login.acme.com/oidc/2"),
    ("cognito", f"{COGNITO}/eu-west-1_AbCdEf123"),
    ("cognito", f"{COGNITO}.cn/eu-west-1_AbCdEf123"),
    ("oidc", "https://acme.okta.com/"),
    ("oidc", "https://acme.auth0.com"),
    ("oidc", f"{ENTRA}/common/v2.0"),
    ("oidc", "https://id.example.com/a/../b//"),
]
WRONG = [
    ("okta", "https://acme.okta.com/", "not end with a slash"),
    ("okta", "https://ACME.OKTA.com:443/", "not end with a slash"),
    ("okta", "https://acme.okta.com/oauth2/default/", "not end with a slash"),
    ("okta", "https://acme.okta.com/oauth2", "https://ORG.okta.com/oauth2/SERVER"),
    ("okta", "https://acme.okta.com/oauth2/v1", "https://ORG.okta.com/oauth2/SERVER"),
    ("okta", "https://acme.okta.com/app/UserHome", "https://ORG.okta.com/oauth2/SERVER"),
    ("auth0", "https://acme.eu.auth0.com", "must end with a slash"),
    ("auth0", "https://acme.auth0.com/authorize", "with the slash at the end and no path"),
    ("auth0", "https://acme.auth0.com//", "with the slash at the end and no path"),
    ("entra", f"{ENTRA}/common", "must be https://login.microsoftonline.com/organizations/v2.0"),
    ("entra", f"{ENTRA}/common/", "(or common in its place)"),
    ("entra", f"{ENTRA}/organizations/v2.0/", "(or common in its place)"),
    ("entra", f"{ENTRA}/Organizations/v2.0", "(or common in its place)"),
    ("entra", f"{ENTRA}:443/organizations/v2.0/x", "(or common in its place)"),
    ("entra", f"{ENTRA}/consumers", "/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0"),
    ("entra", f"{ENTRA}/consumers/v2.0", "consumers is that one tenant"),
    ("adfs", "https://adfs.acme.com/adfs/", "not end with a slash"),
    ("adfs", "https://adfs.acme.com/", "must end with /adfs"),
    ("adfs", "https://adfs.acme.com/adfs/services/trust", "must be https://HOST/adfs"),
    ("adfs", "https://adfs.acme.com/adfs/oauth2/token", "must end with /adfs"),
    ("apple", "https://appleid.apple.com/", "without a slash at the end"),
    ("apple", "https://account.apple.com", "must be https://appleid.apple.com"),
    ("entra", f"{ENTRA}/{GUID}", "must end with /v2.0"),
    ("entra", f"{ENTRA}/{GUID}/", "must end with /v2.0"),
    ("entra", f"{ENTRA}/{GUID}/v2.0/", "not end with a slash"),
    ("entra", f"{ENTRA}/acme.onmicrosoft.com/v2.0", "GUID, not its domain name"),
    ("entra", f"{ENTRA}/acme.com", "GUID, not its domain name"),
    ("entra", f"{ENTRA}/{GUID}/oauth2/v2.0", "Directory (tenant) ID"),
    ("entra", f"{ENTRA}/v2.0", "must be https://login.microsoftonline.com/TENANT/v2.0"),
    ("entra", ENTRA, "Directory (tenant) ID"),
    ("google", "https://accounts.google.com/", "without a slash at the end"),
    ("google", "https://accounts.google.com/o/oauth2", "without a slash at the end"),
    ("keycloak", "https://id.acme.com", "must name the realm"),
    ("keycloak", "https://id.acme.com/auth/", "must name the realm"),
    ("keycloak", "https://id.acme.com/realms/", "must name the realm"),
    ("keycloak", "https://id.acme.com/admin/master/console/", "must name the realm"),
    ("keycloak", "https://id.acme.com/realms/acme/", "not end with a slash"),
    ("keycloak", "https://id.acme.com/realms/acme/protocol/openid-connect", "end with the realm's name"),
    ("ping", f"https://auth.pingone.eu/{GUID}/as/", "without a slash at the end"),
    ("ping", f"https://auth.pingone.eu/{GUID}", "ENVIRONMENT/as"),
    ("ping", "https://auth.pingone.eu/as", "ENVIRONMENT/as"),
    ("onelogin", "https://acme.onelogin.com/oidc", "retired"),
    ("onelogin", "https://openid-connect.onelogin.com/oidc/", "retired"),
    ("onelogin", "https://acme.onelogin.com/oidc/2/", "without a slash at the end"),
    ("onelogin", "https://acme.onelogin.com", "/oidc/2"),
    ("cognito", COGNITO, "the user pool's ID"),
    ("cognito", f"{COGNITO}/", "the user pool's ID"),
    ("cognito", f"{COGNITO}/eu-west-1_AbCdEf123/", "without a slash at the end"),
    ("cognito", "https://acme.auth.eu-west-1.amazoncognito.com", "not be the user pool's domain"),
    *(
        (name, "https://id.acme.com/realms/acme/.well-known/openid-configuration", "the issuer alone")
        for name in PRESETS
    ),
]


@pytest.mark.parametrize(("name", "issuer"), RIGHT)
def test_issuers_that_may_be_right_pass(name: str, issuer: str) -> None:
    assert PRESETS[name].issuer_fault(issuer) is None


@pytest.mark.parametrize(("name", "issuer", "remedy"), WRONG)
def test_issuers_that_are_surely_wrong_are_told_the_remedy(name: str, issuer: str, remedy: str) -> None:
    fault = PRESETS[name].issuer_fault(issuer)

    assert fault is not None
    assert fault.startswith("must ")
    assert remedy in fault


def test_every_make_the_settings_know_has_a_row_and_no_other() -> None:
    assert tuple(PRESETS) == get_args(ConnectionSettings.model_fields["provider"].annotation)


@pytest.mark.parametrize("name", PRESETS)
def test_every_row_says_where_it_is_from_and_when(name: str) -> None:
    preset = PRESETS[name]

    assert len(preset.source) > 10
    assert date.fromisoformat(preset.date).year >= 2026
    assert preset.title
    assert not preset.issuer.endswith(".")


@pytest.mark.parametrize("name", PRESETS)
def test_every_default_differs_from_the_generic_one_and_is_a_value_of_its_key(name: str) -> None:
    for key, value in PRESETS[name].defaults().items():
        declared = key_at(("connections", "any", key))
        assert declared is not None
        assert value != declared.field.default
        assert not declared.words or value in declared.words


@pytest.mark.parametrize("name", PRESETS)
def test_every_pattern_can_be_read(name: str) -> None:
    preset = PRESETS[name]
    for pattern in (preset.hosts, preset.fits, *(mistake.pattern for mistake in preset.wrong)):
        re.compile(pattern)
    assert bool(preset.fits) == (preset.hosts != r"(?!)")


def test_only_two_addresses_of_one_make_stand_for_many_issuers() -> None:
    templates = {
        (name, issuer): PRESETS[name].template_for(issuer)
        for name in PRESETS
        for _, issuer in (*RIGHT, ("", f"{ENTRA}/common"), ("", f"{ENTRA}/consumers/v2.0"))
    }

    assert {at: template for at, template in templates.items() if template} == {
        ("entra", f"{ENTRA}/organizations/v2.0"): ENTRA + "/{tenantid}/v2.0",
        ("entra", f"{ENTRA}/common/v2.0"): ENTRA + "/{tenantid}/v2.0",
    }


def test_googles_bare_name_is_googles_alone() -> None:
    aliases = {
        (name, issuer): PRESETS[name].properties(issuer)["issuer_aliases"]
        for name in PRESETS
        for _, issuer in RIGHT
    }

    assert {at: names for at, names in aliases.items() if names} == {
        ("google", "https://accounts.google.com"): ("accounts.google.com",)
    }


@pytest.mark.parametrize("name", PRESETS)
def test_what_a_row_settles_is_a_property_of_every_connection(name: str) -> None:
    settled = PRESETS[name].properties("https://id.example.com")

    assert settled.keys() <= {field.name for field in fields(Connection)}
    assert not settled.keys() & ConnectionSettings.model_fields.keys()


def test_a_row_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        PRESETS["okta"].client_auth = "none"  # type: ignore[misc]
    with pytest.raises(TypeError):
        PRESETS["okta"] = PRESETS["oidc"]  # type: ignore[index]


def test_importing_the_table_brings_no_library_along() -> None:
    program = (
        "import sys; before = set(sys.modules); import bridge.idp.presets;"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before};"
        "print(sorted(new - set(sys.stdlib_module_names)))"
    )

    output = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)

    assert output.stdout.strip() == "['bridge']"
