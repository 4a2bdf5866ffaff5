"""A configuration that changes while a bridge runs with it."""

from pathlib import Path

import pytest

from bridge.settings import ConfigFaults, read_settings
from bridge.settings.live import LiveSettings

FILE = """
[server]
public_url = "https://sso.example.com"
cookie_keys = ["file:cookie.key"]
[redis]
url = "redis://127.0.0.1:6379/0"
[connections.acme]
issuer = "https://idp.acme.example"
client_id = "bridge"
client_secret = "file:secrets/acme"
domains = ["acme.example"]
[stores.us]
platform = "bigcommerce"
url = "https://store.example.com"
connections = ["acme"]
[stores.us.bigcommerce]
store_hash = "abc123"
client_id = "c"
client_secret = "0123456789abcdef0123456789abcdef"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets/acme").write_text("a-secret-of-acme")
    (tmp_path / "cookie.key").write_text("k" * 40)
    (tmp_path / "bridge.toml").write_text(FILE)
    return tmp_path


def live(folder: Path) -> LiveSettings:
    path = folder / "bridge.toml"
    return LiveSettings(path, read_settings(path, {}), lambda: read_settings(path, {}))


def change(file: Path, text: str) -> None:
    """As an editor does it: a new file in the place of the old one."""
    beside = file.with_name(file.name + ".new")
    beside.write_text(text)
    beside.replace(file)


def test_nothing_changed(folder: Path) -> None:
    settings = live(folder)
    assert [settings.has_changed() for _ in range(3)] == [False] * 3


def test_a_change_counts_once_it_has_settled(folder: Path) -> None:
    settings = live(folder)
    change(folder / "bridge.toml", FILE.replace("acme.example", "acme.test"))
    assert [settings.has_changed() for _ in range(3)] == [False, True, False]
    change(folder / "bridge.toml", FILE + "# half\n")
    assert not settings.has_changed()
    change(folder / "bridge.toml", FILE + "# whole now\n")
    assert [settings.has_changed() for _ in range(3)] == [False, True, False]


@pytest.mark.parametrize("name", ["cookie.key", "secrets/acme"])
def test_a_secret_s_own_file_counts_as_well(folder: Path, name: str) -> None:
    settings = live(folder)
    change(folder / name, "another-secret-of-forty-characters-000000")
    assert [settings.has_changed() for _ in range(2)] == [False, True]


def test_it_names_the_keys_that_changed_and_no_value(folder: Path) -> None:
    settings = live(folder)
    change(folder / "secrets/acme", "the-new-secret")
    change(folder / "bridge.toml", FILE.replace('client_id = "bridge"', 'client_id = "other"'))
    assert settings.renew() == ("connections.acme.client_id", "connections.acme.client_secret")
    assert settings.current.connections["acme"].client_id == "other"
    assert settings.renew() == ()


@pytest.mark.parametrize(
    "text", ["", "[server", FILE.replace('acme"]', 'acne"]'), FILE.replace("secrets/acme", "gone")]
)
def test_what_cannot_be_used_changes_nothing(folder: Path, text: str) -> None:
    settings = live(folder)
    before = settings.current
    change(folder / "bridge.toml", text)
    with pytest.raises(ConfigFaults):
        settings.renew()
    assert settings.current is before
    assert not settings.has_changed()
    change(folder / "bridge.toml", FILE)
    assert [settings.has_changed() for _ in range(2)] == [False, True]
    assert settings.renew() == ()


def test_a_file_that_vanishes_is_a_change(folder: Path) -> None:
    settings = live(folder)
    (folder / "bridge.toml").unlink()
    assert [settings.has_changed() for _ in range(2)] == [False, True]
    with pytest.raises(ConfigFaults):
        settings.renew()
