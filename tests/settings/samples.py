"""Configurations the tests begin from."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import settings

from bridge.settings import ConfigFaults, Settings, read_settings

COOKIE_KEY = "k" * 32
ENVIRON = {
    "COOKIE_KEY": COOKIE_KEY,
    "ACME_SECRET": "acme-secret-value",
    "BC_SECRET": "bc-secret-value",
    "BC_TOKEN": "bc-token-value",
}

unhurried = settings(deadline=None)
"""For property tests: a busy machine is no fault."""

MINIMAL = """\
[server]
public_url = "https://sso.example.com"
cookie_keys = ["env:COOKIE_KEY"]

[redis]
url = "redis://127.0.0.1:6379/0"

[connections.acme]
issuer = "https://acme.okta.com"
client_id = "acme-client"
client_secret = "env:ACME_SECRET"

[stores.us]
platform = "bigcommerce"
url = "https://store.example.com"
connections = ["acme"]

[stores.us.bigcommerce]
store_hash = "abc123"
client_id = "bc-client"
client_secret = "env:BC_SECRET"
"""


def pem(key: Any = None) -> str:
    """A private key as the configuration takes it; a fresh one without `key`."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    return str(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())


def certificate(key: Any) -> x509.Certificate:
    """A certificate of `key`, signed by itself."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sso.example.com")])
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(begin).not_valid_after(begin + timedelta(days=3650))
    return builder.sign(key, SHA256())


def changed(old: str, new: str, text: str = MINIMAL) -> str:
    """`text` with one piece replaced; a piece that is not there is a mistake of the test."""
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the sample"

    return text.replace(old, new)


def added(table: str, *lines: str, text: str = MINIMAL) -> str:
    """`text` with lines put directly under the header of `table`."""
    return changed(f"[{table}]\n", "\n".join([f"[{table}]", *lines, ""]), text)


def read(folder: Path, text: str, environ: Mapping[str, str] = ENVIRON) -> Settings:
    path = folder / "bridge.toml"
    path.write_text(text, encoding="utf-8")
    return read_settings(path, environ)


def faults_of(folder: Path, text: str, environ: Mapping[str, str] = ENVIRON) -> list[str]:
    """The faults of a configuration as an operator reads them."""
    with pytest.raises(ConfigFaults) as caught:
        read(folder, text, environ)

    shown = str(caught.value).splitlines()
    assert shown == [str(fault) for fault in caught.value.faults]
    return shown
