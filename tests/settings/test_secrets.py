"""No secret is ever in a fault or in what can be printed of the settings."""

import json
import traceback
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.settings import ConfigFaults, Settings, read_settings

from .samples import ENVIRON, MINIMAL, added, changed, read, unhurried

# Each begins with a mark that no message holds by chance; ten characters of it must not show either.
MARK = "Zq7#"
SECRETS = st.text(
    alphabet=st.characters(min_codepoint=32, exclude_categories=["Cs"]), min_size=1, max_size=40
).map(lambda tail: f"{MARK}{tail}")

DOCUMENT = """\
[server]
public_url = {public_url}
cookie_keys = [{0}, {1}]
{server}
[redis]
url = {2}
[connections.acme]
issuer = {issuer}
client_id = "x"
client_secret = [{3}, {4}]
{connection}
[stores.us]
platform = "bigcommerce"
url = "https://store.example.com"
connections = [{connections}]
[stores.us.bigcommerce]
store_hash = "abc"
client_id = "y"
client_secret = {5}
access_token = {6}
{bigcommerce}
"""
SPOILERS = {
    "public_url": ['"https://sso.example.com"', '"http://sso.example.com"', "1"],
    "server": ["", 'zzz = "1"', "development = 1", 'trusted_proxies = ["Zq7#"]'],
    "issuer": ['"https://acme.okta.com"', '"Zq7#"', '"https://user:Zq7#@host"', "[]"],
    "connection": ["", 'provider = "Zq7#"', 'domains = ["Zq7#"]', 'signing_algs = ["Zq7#"]', 'label = "Zq7#\\n"', 'client_keys = ["Zq7#"]'],
    "connections": ['"acme"', '"Zq7#"', '"acme", "acme"', ""],
    "bigcommerce": ["", 'channel_id = "Zq7#"', 'api_url = "Zq7#"', 'client_secrett = "Zq7#"'],
}  # fmt: skip


@unhurried
@given(
    secrets=st.lists(SECRETS, min_size=7, max_size=7),
    spoilers=st.fixed_dictionaries({key: st.sampled_from(texts) for key, texts in SPOILERS.items()}),
    by_reference=st.booleans(),
    wrapped=st.booleans(),
)
def test_no_value_shows_in_any_fault_or_repr(
    tmp_path_factory: pytest.TempPathFactory,
    secrets: list[str],
    spoilers: dict[str, str],
    by_reference: bool,
    wrapped: bool,
) -> None:
    environ = {f"SECRET_{number}": secret for number, secret in enumerate(secrets)}
    written = [json.dumps(f"env:{name}") for name in environ] if by_reference else list(map(quoted, secrets))
    if wrapped:
        written = [f"[{text}]" for text in written]
    path = tmp_path_factory.getbasetemp() / "secrets.toml"
    path.write_text(DOCUMENT.format(*written, **spoilers), encoding="utf-8")

    with pytest.raises(ConfigFaults) as caught:  # for one thing, a mark is no Redis address
        read_settings(path, environ)

    faults = caught.value
    assert MARK not in f"{faults}\n{faults!r}\n{''.join(traceback.format_exception(faults))}"
    assert faults.__context__ is None
    assert all("\n" not in str(fault) for fault in faults.faults)


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("https://acme.okta.com", "env:ACME_SECRET"),
        ('"acme-client"', '"env:ACME_SECRET"\nprovider = "env:ACME_SECRET"'),
        ("https://store.example.com", "env:ACME_SECRET"),
        ('["acme"]', '["env:ACME_SECRET"]'),
        ('"abc123"', '"env:ACME_SECRET"'),
    ],
)
def test_a_secret_in_the_wrong_place_does_not_show_either(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(ConfigFaults) as caught:
        read(tmp_path, changed(old, new))

    assert ENVIRON["ACME_SECRET"] not in str(caught.value)


def test_no_secret_shows_in_settings(tmp_path: Path) -> None:
    settings = read(tmp_path, added("stores.us.bigcommerce", 'access_token = "env:BC_TOKEN"'))

    shown = f"{settings!r} {settings} {settings.model_dump()}"

    assert not [value for value in ENVIRON.values() if value in shown]
    assert "https://acme.okta.com" in shown


def test_settings_made_by_hand_are_judged_by_the_same_rules_and_show_nothing(tmp_path: Path) -> None:
    tree = read(tmp_path, MINIMAL).model_dump()
    tree["connections"]["acme"]["client_auth"] = "none"

    with pytest.raises(ValueError, match=r"connections\.acme\.client_secret: is not used") as caught:
        Settings.model_validate(tree)

    assert ENVIRON["ACME_SECRET"] not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [('" padded "', "must not begin or end with white space"), ('""', "must not be empty"), ("7", "must be a string")],
)  # fmt: skip
def test_what_cannot_be_a_secret_is_refused(tmp_path: Path, value: str, expected: str) -> None:
    with pytest.raises(ConfigFaults, match=expected):
        read(tmp_path, changed('"env:BC_SECRET"', value))
