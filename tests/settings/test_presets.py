"""What the make of a provider decides where the file is silent, and the issuers it refuses."""

import re
from pathlib import Path

import pytest

from bridge.domain.refusal import Reason
from bridge.idp.presets import PRESETS
from bridge.settings.toml import toml_value

from .samples import ENVIRON, MINIMAL, added, changed, faults_of, pem, read

DOCS = Path(__file__).parents[2] / "docs"
GUID = "8eaef023-2b34-4da1-9baa-8bc8c9d6a490"
ISSUERS = {
    "okta": "https://acme.okta.com/oauth2/default",
    "auth0": "https://acme.eu.auth0.com/",
    "entra": f"https://login.microsoftonline.com/{GUID}/v2.0",
    "google": "https://accounts.google.com",
    "keycloak": "https://id.acme.com/realms/Acme",
    "ping": f"https://auth.pingone.eu/{GUID}/as",
    "onelogin": "https://acme.onelogin.com/oidc/2",
    "cognito": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123",
    "adfs": "https://adfs.acme.com/adfs",
    "apple": "https://appleid.apple.com",
    "oidc": "https://id.example.com/Any//",
}
#: What Apple's client needs where others have a client secret.
BY_SECRET = 'client_secret = "env:ACME_SECRET"'
OF_APPLE = 'client_keys = ["env:APPLE_KEY"]\napple_team_id = "A1B2C3D4E5"\napple_key_id = "F6G7H8I9J0"'
WITH_KEY = {**ENVIRON, "APPLE_KEY": pem()}
MANY = "https://login.microsoftonline.com/organizations/v2.0"


def text_of(provider: str, issuer: str, *lines: str) -> str:
    text = changed('"https://acme.okta.com"', f'"{issuer}"')
    if provider == "apple":
        text = changed(BY_SECRET, OF_APPLE, text)
    return added("connections.acme", f'provider = "{provider}"', *lines, text=text)


@pytest.mark.parametrize("provider", PRESETS)
def test_a_right_issuer_is_kept_byte_for_byte(tmp_path: Path, provider: str) -> None:
    settings = read(tmp_path, text_of(provider, ISSUERS[provider]), WITH_KEY)

    assert settings.connections["acme"].issuer == ISSUERS[provider]


@pytest.mark.parametrize("provider", PRESETS)
def test_the_makes_defaults_are_applied_and_nothing_else_changes(tmp_path: Path, provider: str) -> None:
    own = text_of(provider, ISSUERS[provider])
    plain = changed(f'"{provider}"', '"oidc"\nclient_auth = "apple_client_secret"', own)
    generic = read(
        tmp_path, plain if provider == "apple" else text_of("oidc", ISSUERS[provider]), WITH_KEY
    ).connections["acme"]

    connection = read(tmp_path, own, WITH_KEY).connections["acme"]

    assert connection == generic.model_copy(update={"provider": provider, **PRESETS[provider].defaults()})


def test_entra_authenticates_by_post_and_finds_nobody_by_e_mail_unless_told_otherwise(tmp_path: Path) -> None:
    silent = read(tmp_path, text_of("entra", ISSUERS["entra"])).connections["acme"]
    spoken = read(
        tmp_path,
        text_of(
            "entra",
            ISSUERS["entra"],
            'client_auth = "client_secret_basic"',
            'email_trust = "asserted"',
        ),
    ).connections["acme"]

    assert (silent.client_auth, silent.email_trust) == ("client_secret_post", "never")
    assert (spoken.client_auth, spoken.email_trust) == ("client_secret_basic", "asserted")


def test_a_value_of_the_file_wins_even_where_it_is_the_generic_default(tmp_path: Path) -> None:
    text = text_of("entra", ISSUERS["entra"], 'email_trust = "verified"')

    assert read(tmp_path, text).connections["acme"].email_trust == "verified"


def test_each_connection_has_its_own_make(tmp_path: Path) -> None:
    second = f"""
[connections.other]
provider = "entra"
issuer = "{ISSUERS["entra"]}"
client_id = "other"
client_secret = "s"
"""
    connections = read(tmp_path, MINIMAL + second).connections

    assert connections["acme"].client_auth == "client_secret_basic"
    assert connections["other"].client_auth == "client_secret_post"


def test_a_fault_between_keys_speaks_of_the_makes_default(tmp_path: Path) -> None:
    text = changed('client_secret = "env:ACME_SECRET"\n', "", text_of("entra", ISSUERS["entra"]))

    (shown,) = faults_of(tmp_path, text)

    assert shown.startswith(
        'connections.acme.client_secret: is needed with client_auth = "client_secret_post"'
    )


@pytest.mark.parametrize(
    ("provider", "issuer", "expected"),
    [
        ("okta", "https://acme.okta.com/", "must not end with a slash: Okta's never do"),
        ("auth0", "https://acme.auth0.com", "must end with a slash: Auth0's issuer has one, and it counts"),
        ("entra", f"https://login.microsoftonline.com/{GUID}", "must end with /v2.0: without it the address is that of the v1 endpoint, whose tokens come from another issuer"),
        ("google", "https://accounts.google.com/", "must be https://accounts.google.com, without a slash at the end and without a path"),
        ("oidc", "https://id.example.com/.well-known/openid-configuration", "must be the issuer alone, without /.well-known/openid-configuration at the end: the bridge adds it"),
    ],
)  # fmt: skip
def test_a_wrong_issuer_is_named_with_its_line(
    tmp_path: Path, provider: str, issuer: str, expected: str
) -> None:
    assert faults_of(tmp_path, text_of(provider, issuer)) == [
        f"connections.acme.issuer: {expected} (line 10)"
    ]


def test_a_wrong_issuer_stands_beside_the_other_faults(tmp_path: Path) -> None:
    text = changed("[redis]", "[redi]", text_of("okta", "https://acme.okta.com/"))

    places = [line.partition(": ")[0] for line in faults_of(tmp_path, text)]

    assert places == ["redis", "redi", "connections.acme.issuer"]


@pytest.mark.parametrize("issuer", ["acme.okta.com/", "https://acme.okta.com/?x=1"])
def test_what_is_no_web_address_has_that_fault_alone(tmp_path: Path, issuer: str) -> None:
    assert len(faults_of(tmp_path, text_of("okta", issuer))) == 1


def test_an_unknown_make_is_that_fault_alone(tmp_path: Path) -> None:
    (shown,) = faults_of(tmp_path, text_of("otka", "https://acme.okta.com/"))

    assert "did you mean `okta`?" in shown


@pytest.mark.parametrize(
    "tables", ["connections = 1", "[connections]\nacme = 1", "[connections.acme]\nprovider = []"]
)
def test_tables_of_another_shape_are_left_to_their_own_checks(tmp_path: Path, tables: str) -> None:
    assert any("connections" in line for line in faults_of(tmp_path, tables))


def test_every_make_has_a_page_that_the_reference_lists() -> None:
    pages = {page.stem for page in (DOCS / "idps").glob("*.md")}
    text = (DOCS / "reference.md").read_text(encoding="utf-8")
    listed = re.findall(r"^  - .*\(idps/(\w+)\.md\)$", text, re.MULTILINE)

    assert pages == set(PRESETS)
    assert listed == list(PRESETS)


@pytest.mark.parametrize("provider", PRESETS)
def test_what_a_page_says_to_paste_is_a_usable_connection_of_that_make(tmp_path: Path, provider: str) -> None:
    page = (DOCS / "idps" / f"{provider}.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```toml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    own, others = MINIMAL.index("[connections.acme]"), MINIMAL.index("[stores.us]")

    assert blocks
    for pasted in blocks:
        for file in re.findall(r'"file:(.*?)"', pasted):
            (tmp_path / file).write_text(pem(), encoding="utf-8")
        settings = read(tmp_path, f"{MINIMAL[:own]}{pasted}\n{MINIMAL[others:]}")
        (connection,) = settings.connections.values()
        assert connection.provider == provider
        assert connection.domains[0] == "acme.com"


@pytest.mark.parametrize("provider", PRESETS)
def test_a_page_says_what_its_typical_errors_become(provider: str) -> None:
    page = (DOCS / "idps" / f"{provider}.md").read_text(encoding="utf-8")
    table = page.partition("## When it does not work\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| .* \| (none: nobody comes back|`(\w+)`.*) \| .* \|$", table, re.MULTILINE)

    assert len(rows) >= 4
    assert {code for _, code in rows if code} <= {reason.value for reason in Reason}


@pytest.mark.parametrize("provider", PRESETS)
def test_a_page_says_how_to_test_and_what_was_not_tried(provider: str) -> None:
    page = (DOCS / "idps" / f"{provider}.md").read_text(encoding="utf-8")

    assert "`bridge check" in page
    assert "/callback/acme" in page
    assert "## Sign-out" in page
    assert "](../sign-out.md)" in page
    if PRESETS[provider].logout_style != "none":
        assert "/signed-out/us" in page
    last = page.rpartition("\n\n")[2]
    assert last == "Not verified against a live tenant.\n" or last.startswith("Verified "), (
        "with what, it says"
    )
    for key, value in PRESETS[provider].defaults().items():
        assert f"`{key} = {toml_value(value)}`" in page
