"""The keys of [stores.NAME.webhook]: an address that is public, and secrets that sign."""

from pathlib import Path

import pytest

from bridge.domain.secret import Secret
from bridge.settings import Settings, read_settings
from bridge.settings.faults import ConfigFaults

SECRET = "whsec_" + "A" * 43 + "="
URL = "https://shop.example.eu/hooks/bridge"
_FILE = """
[server]
public_url = "https://sso.example.com"
cookie_keys = ["kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"]

[redis]
url = "redis://127.0.0.1:6379/0"

[connections.acme]
issuer = "https://idp.example.com"
client_id = "b"
client_secret = "s"

[stores.eu]
platform = "bigcommerce"
url = "https://shop.example.eu"
connections = ["acme"]

[stores.eu.bigcommerce]
store_hash = "abc123"
client_id = "c"
client_secret = "s"
access_token = "a"

[stores.eu.webhook]
"""


def read(folder: Path, *lines: str) -> Settings:
    path = folder / "bridge.toml"
    path.write_text(_FILE + "\n".join(lines), encoding="utf-8")
    return read_settings(path, {"HOOK": SECRET})


def faults(folder: Path, *lines: str) -> list[str]:
    with pytest.raises(ConfigFaults) as caught:
        read(folder, *lines)
    head = "stores.eu.webhook."
    told = [str(fault) for fault in caught.value.faults]
    return [fault.removeprefix(head) for fault in told if fault.startswith(head)]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ('"env:HOOK"', (SECRET,)),
        (f'["{SECRET}", "whsec_{"B" * 32}"]', (SECRET, "whsec_" + "B" * 32)),
    ],
)
def test_a_webhook_has_an_address_and_one_secret_or_several(
    tmp_path: Path, written: str, read_as: tuple[str, ...]
) -> None:
    webhook = read(tmp_path, f'url = "{URL}"', f"secret = {written}").stores["eu"].webhook
    assert webhook.url == URL
    assert webhook.secret == tuple(map(Secret, read_as))


def test_a_store_without_one_has_none(tmp_path: Path) -> None:
    assert read(tmp_path).stores["eu"].webhook.url == ""


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ([f'url = "{URL}"'], "secret: is needed with url: the store's server knows by it who speaks"),
        ([f'secret = "{SECRET}"'], "url: is needed with secret: where the store's server takes webhooks"),
        (['url = "http://shop.example.eu/"', f'secret = "{SECRET}"'], "url: must start with https://"),
        (['url = "http://127.0.0.1:8/"', f'secret = "{SECRET}"'], "url: must start with https://"),
        ([f'url = "{URL}"', 'secret = "whsec_QUJD"'], "secret: must be whsec_ and then 24 to 64 bytes"),
        ([f'url = "{URL}"', f'secret = "{"s" * 40}"'], "secret: must be whsec_ and then 24 to 64 bytes"),
        ([f'url = "{URL}"', f'secret = ["{SECRET}", "whsec_%%%"]'], "secret[1]: must be whsec_ and then"),
    ],
)
def test_what_does_not_fit_is_said_at_its_key_and_without_its_value(
    tmp_path: Path, lines: list[str], fault: str
) -> None:
    (told,) = faults(tmp_path, *lines)
    assert told.startswith(fault)
    assert "QUJD" not in told
    assert "ssss" not in told
