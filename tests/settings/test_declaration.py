"""What holds for the settings as a value, and for importing them."""

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from bridge.settings import StoreSettings, declared_keys
from bridge.settings.keys import key_at, keys_in
from bridge.settings.toml import toml_value

from .samples import MINIMAL, added, changed, faults_of, read


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    settings = read(tmp_path, MINIMAL)

    with pytest.raises(ValidationError, match="frozen"):
        settings.server.development = True


def test_settings_can_be_made_from_settings(tmp_path: Path) -> None:
    settings = read(tmp_path, added("server", 'trusted_proxies = ["10.0.0.0/8"]'))

    again = type(settings)(
        server=settings.server,
        redis=settings.redis,
        connections=settings.connections,
        stores=settings.stores,
    )
    assert again == settings == type(settings).model_validate(settings.model_dump())


@pytest.mark.parametrize("name", ["a", "0", "us-east_1", "a" * 64])
def test_names_that_fit(tmp_path: Path, name: str) -> None:
    text = changed("[connections.acme]", f"[connections.{name}]")

    assert list(read(tmp_path, changed('["acme"]', f'["{name}"]', text)).connections) == [name]


@pytest.mark.parametrize("name", ["Acme", "-a", "_a", '"a b"', '"a.b"', '""', '"é"', '"a\\n"', "a" * 65])
def test_names_that_do_not_fit(tmp_path: Path, name: str) -> None:
    extra = f'[connections.{name}]\nissuer = "https://x.example.com"\nclient_id = "x"\nclient_secret = "x"\n'

    (shown,) = faults_of(tmp_path, MINIMAL + extra)

    assert shown.endswith(
        ": is not a usable name; use a-z, 0-9, _ and -, at most 64, the first a letter or digit (line 22)"
    )


def test_a_public_client_needs_no_secret(tmp_path: Path) -> None:
    text = changed('client_secret = "env:ACME_SECRET"', 'client_auth = "none"')

    assert read(tmp_path, text).connections["acme"].client_secret == ()


def test_keys_are_found_by_their_path() -> None:
    key = key_at(("connections", "acme", "scopes", 0))

    assert key is not None
    assert key.path == ("connections", "NAME", "scopes")
    assert key_at(("connections", "acme")) is None
    assert keys_in(("stores", "us")) == list(StoreSettings.model_fields)
    assert keys_in(()) == ["server", "redis", "connections", "stores", "pages"]
    assert len({key.path for key in declared_keys()}) == len(list(declared_keys()))


def test_what_toml_cannot_hold_is_refused() -> None:
    assert toml_value(["a\x7f\n", 1, False]) == '["a\\u007f\\n", 1, false]'
    with pytest.raises(TypeError):
        toml_value(None)


def test_importing_the_settings_brings_no_framework_along() -> None:
    unwanted = ["flask", "redis", "authlib", "joserfc", "jwt", "pycurl", "click"]
    program = (
        f"import sys, bridge.settings.reading; print([name for name in {unwanted!r} if name in sys.modules])"
    )

    output = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)

    assert output.stdout.strip() == "[]"
