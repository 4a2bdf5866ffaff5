"""A certificate in the file of a key of ours: it belongs to the key, or it is a fault."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from .samples import certificate, changed, faults_of, pem, read

KEY, OTHER = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
OWN, FOREIGN = (certificate(key).public_bytes(Encoding.PEM).decode() for key in (KEY, OTHER))
TEXT = changed(
    'client_secret = "env:ACME_SECRET"',
    'client_auth = "private_key_jwt"\nclient_keys = ["file:key.pem"]',
)


@pytest.mark.parametrize("text", [pem(KEY) + OWN, OWN + pem(KEY), pem(KEY) + OWN + FOREIGN])
def test_a_key_may_come_with_its_certificate(tmp_path: Path, text: str) -> None:
    (tmp_path / "key.pem").write_text(text, encoding="utf-8")

    (key,) = read(tmp_path, TEXT).connections["acme"].client_keys

    assert key.reveal() == text.strip()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (pem(KEY) + FOREIGN, "holds a certificate of another key"),
        (pem(KEY) + OWN.replace("MI", "MJ", 1), "holds a certificate that cannot be read; is it whole?"),
        (pem(KEY) + OWN[:100], "holds a certificate that cannot be read; is it whole?"),
        (OWN, "holds no whole private key; a public key or a certificate cannot sign"),
    ],
)
def test_one_that_does_not_fit_is_a_fault(tmp_path: Path, text: str, expected: str) -> None:
    (tmp_path / "key.pem").write_text(text, encoding="utf-8")

    assert faults_of(tmp_path, TEXT) == [f"connections.acme.client_keys[0]: {expected} (line 12)"]
