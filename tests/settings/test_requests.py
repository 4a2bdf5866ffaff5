"""What may be asked of a provider: which values fit, and what is said of the others."""

from pathlib import Path

import pytest

from bridge.idp.authorize_parameters import PROTOCOL
from bridge.settings.toml import toml_value

from .samples import added, faults_of, pem, read

ACME = "connections.acme"


def one_fault(folder: Path, line: str) -> str:
    (shown,) = faults_of(folder, added(ACME, line))
    assert shown.startswith(f"{ACME}.")
    assert shown.endswith(" (line 9)")
    return shown.removeprefix(f"{ACME}.").removesuffix(" (line 9)")


def test_everything_at_once_is_kept_as_written(tmp_path: Path) -> None:
    text = added(
        ACME,
        'prompt = ["login", "consent"]',
        "max_age = 0",
        'acr_values = ["urn:a", "b"]',
        'ui_locales = ["de-CH", "en", "zh-Hant-TW"]',
        'claims = { id_token = { auth_time = { essential = true }, sub = { value = "s" } }, userinfo = { x = {} } }',
        'required_claims = { hd = "acme.com", groups = ["a", "b"], email_verified = true, level = 2 }',
        'authorize_parameters = { organization = "org_1", kc_idp_hint = "corp", hd = "*" }',
        'pushed_authorization_requests = "always"',
        'iss_parameter = "require"',
    )
    acme = read(tmp_path, text).connections["acme"]

    assert (acme.prompt, acme.max_age, acme.acr_values) == (("login", "consent"), 0, ("urn:a", "b"))
    assert acme.ui_locales == ("de-CH", "en", "zh-Hant-TW")
    assert acme.claims == {
        "id_token": {"auth_time": {"essential": True}, "sub": {"value": "s"}},
        "userinfo": {"x": {}},
    }
    assert acme.required_claims == {
        "hd": ("acme.com",), "groups": ("a", "b"), "email_verified": (True,), "level": (2,),
    }  # fmt: skip
    assert acme.authorize_parameters == {"organization": "org_1", "kc_idp_hint": "corp", "hd": "*"}
    assert (acme.pushed_authorization_requests, acme.iss_parameter) == ("always", "require")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('prompt = ["none"]', 'prompt[0]: must not hold "none": nobody could sign in who is not signed in already'),
        ('prompt = ["logn"]', "prompt[0]: must be one of login, consent, select_account; did you mean `login`?"),
        ('prompt = ["login", "login"]', "prompt: must not hold the same word twice"),
        ("max_age = -2", "max_age: must be a whole number from -1 to 31536000"),
        ('acr_values = ["a b"]', "acr_values[0]: must hold one class each, without spaces: as the provider's metadata names it"),
        ('ui_locales = ["deutsch-"]', "ui_locales[0]: must hold one language each, such as en or de-CH (BCP 47)"),
        ('claims = "email"', "claims: must be a table"),
        ("claims = { id_tokn = {} }", "claims: must hold the tables `id_token` and `userinfo` alone"),
        ("claims = { id_token = { acr = true } }", "claims: id_token.acr must be a table"),
        ("claims = { id_token = { acr = { esential = true } } }", "claims: id_token.acr may hold `essential`, `value` and `values` alone"),
        ('claims = { id_token = { acr = { essential = "x" } } }', "claims: id_token.acr.essential must be true or false, without quotes"),
        ('claims = { id_token = { acr = { value = "x", values = ["x"] } } }', "claims: id_token.acr must hold `value` or `values`, not both"),
        ("claims = { id_token = { acr = { values = [] } } }", "claims: id_token.acr.values must be a list of 1 to 64 values"),
        ("claims = { id_token = { acr = { value = 1.5 } } }", "claims: id_token.acr.value must be a text, a whole number, true or false"),
        ("required_claims = { groups = [] }", "required_claims: groups must be a list of 1 to 64 values"),
        ("required_claims = { groups = { x = 1 } }", "required_claims: groups must be a text, a whole number, true or false"),
        ("required_claims = { hd = 2020-01-01 }", "required_claims: hd must be a text, a whole number, true or false"),
        ('authorize_parameters = { organisation = "x" }', "authorize_parameters.organisation: is no parameter that the bridge sends; did you mean `organization`?"),
        ('authorize_parameters = { prompt = "none" }', "authorize_parameters.prompt: belongs to the protocol; set the key `prompt`"),
        ('authorize_parameters = { state = "x" }', "authorize_parameters.state: is the bridge's own to send"),
        ("authorize_parameters = { hd = 1 }", "authorize_parameters.hd: must be a string, in quotes"),
        ('authorize_parameters = { hd = "a\\nb" }', "authorize_parameters.hd: must be one line of 1 to 512 characters, without spaces around it"),
        ('pushed_authorization_requests = "allways"', "pushed_authorization_requests: must be one of when_required, always; did you mean `always`?"),
        ('iss_parameter = "on"', "iss_parameter: must be one of auto, require, off"),
        ("request_objects = true", 'client_keys: is needed with request_objects = true; list a PEM private key: ["file:PATH"]'),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named_with_its_remedy(tmp_path: Path, line: str, expected: str) -> None:
    shown = one_fault(tmp_path, line) if "request_objects" not in line else _missing_key(tmp_path, line)

    assert shown == expected or (expected.startswith("iss_parameter") and shown.startswith(expected))


def _missing_key(folder: Path, line: str) -> str:
    (shown,) = faults_of(folder, added(ACME, line))
    return shown.removeprefix(f"{ACME}.").rpartition(" (line")[0]


@pytest.mark.parametrize("name", PROTOCOL)
def test_nothing_that_binds_the_request_can_be_set_by_hand(tmp_path: Path, name: str) -> None:
    assert one_fault(tmp_path, f'authorize_parameters = {{ {name} = "planted" }}').startswith(
        f"authorize_parameters.{name}: "
    )


def test_acr_is_asked_for_in_one_way(tmp_path: Path) -> None:
    lines = ('acr_values = ["a"]', "claims = { id_token = { acr = { essential = true } } }")
    (shown,) = faults_of(tmp_path, added(ACME, *lines))

    assert shown.startswith("connections.acme.acr_values: asks for acr as `claims` does")


@pytest.mark.parametrize("auth", ["client_secret_basic", "client_secret_post"])
def test_who_signs_requests_has_keys_however_the_client_proves_itself(tmp_path: Path, auth: str) -> None:
    (tmp_path / "key.pem").write_text(pem(), encoding="utf-8")
    lines = [f'client_auth = "{auth}"', 'client_keys = ["file:key.pem"]']

    assert read(tmp_path, added(ACME, *lines, "request_objects = true")).connections["acme"].client_keys
    assert "is not used with" in faults_of(tmp_path, added(ACME, *lines))[0]


def test_a_value_may_stand_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "org").write_text("org_1\n", encoding="utf-8")
    text = added(ACME, 'authorize_parameters = { organization = "file:org" }')

    assert read(tmp_path, text).connections["acme"].authorize_parameters == {"organization": "org_1"}


def test_tables_are_written_as_toml_has_them() -> None:
    assert (
        toml_value({"a-b": 1, "c d": {"e": [True]}, "f": {}}) == '{ a-b = 1, "c d" = { e = [true] }, f = {} }'
    )
