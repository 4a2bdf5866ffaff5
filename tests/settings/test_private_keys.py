"""Which private keys a connection may prove itself with, and what is said of the others."""

import textwrap
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from bridge.settings import ConfigFaults, Settings

from .samples import ENVIRON, changed, faults_of, pem, read

KEYS = (
    'client_secret = "env:ACME_SECRET"',
    'client_auth = "private_key_jwt"\nclient_keys = ["file:key.pem"]',
)
RSA = rsa.generate_private_key(65537, 2048)
EC = ec.generate_private_key(ec.SECP256R1())
PEM = pem(EC)


def with_key(folder: Path, text: str) -> Settings:
    (folder / "key.pem").write_text(text, encoding="utf-8")
    return read(folder, changed(*KEYS))


@pytest.mark.parametrize(
    "text",
    [
        pem(RSA),
        pem(ed25519.Ed25519PrivateKey.generate()),
        *(pem(ec.generate_private_key(curve())) for curve in (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)),
        RSA.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode(),
        "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" + PEM,
        "\n" + PEM.replace("\n", "\r\n") + "\r\n\r\n",
        "Bag Attributes: none\n" + PEM,
    ],
    ids=["rsa", "ed25519", "p256", "p384", "p521", "pkcs1", "parameters", "spaced", "remarks"],
)  # fmt: skip
def test_keys_that_fit(tmp_path: Path, text: str) -> None:
    acme = with_key(tmp_path, text).connections["acme"]

    assert (acme.client_auth, acme.client_secret) == ("private_key_jwt", ())
    assert [key.reveal() for key in acme.client_keys] == [text.strip()]
    assert PEM.splitlines()[1] not in f"{acme!r}{acme.model_dump()}"


UNUSABLE = {
    "nothing of the kind": ("planted-secret-planted-secret", "must be a private key in PEM, best a reference to its file: file:PATH"),
    "a public key": (EC.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(), "holds no whole private key; a public key or a certificate cannot sign"),
    "half": (PEM[:150], "holds no whole private key; a public key or a certificate cannot sign"),
    "two": (PEM + pem(), "holds several private keys; list them one by one, newest first"),
    "with a passphrase": (EC.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")).decode(), "is encrypted by a passphrase; give the key without one"),
    "broken": (PEM.replace("MI", "MJ", 1), "cannot be read as a private key in PEM; is it whole?"),
    "holed": (PEM[:60] + PEM[80:], "cannot be read as a private key in PEM; is it whole?"),
    "small": (pem(rsa.generate_private_key(65537, 1024)), "is too small: an RSA key needs at least 2048 bits"),
    "another curve": (pem(ec.generate_private_key(ec.SECP256K1())), "is of a kind that is not used here; make it RSA, EC P-256 or Ed25519"),
    "another kind": (pem(ed448.Ed448PrivateKey.generate()), "is of a kind that is not used here; make it RSA, EC P-256 or Ed25519"),
}  # fmt: skip


@pytest.mark.parametrize("kind", UNUSABLE)
def test_a_key_that_cannot_be_used_is_a_fault_that_says_so_and_quotes_nothing(
    tmp_path: Path, kind: str
) -> None:
    text, expected = UNUSABLE[kind]
    with pytest.raises(ConfigFaults) as caught:
        with_key(tmp_path, text)

    assert str(caught.value) == f"connections.acme.client_keys[0]: {expected} (line 12)"
    assert not [piece for piece in textwrap.wrap(text, 12) if piece in str(caught.value) and " " not in piece]


def test_each_key_of_a_list_is_judged(tmp_path: Path) -> None:
    text = changed(*KEYS).replace('["file:key.pem"]', '["file:key.pem", "env:OLDER", "broken"]')
    (tmp_path / "key.pem").write_text(PEM, encoding="utf-8")

    environ = {**ENVIRON, "OLDER": pem()}

    (shown,) = faults_of(tmp_path, text, environ)
    assert shown.startswith("connections.acme.client_keys[2]: must be a private key in PEM")

    newest_first = read(tmp_path, text.replace(', "broken"', ""), environ).connections["acme"]
    assert [key.reveal() for key in newest_first.client_keys] == [PEM.strip(), environ["OLDER"].strip()]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('client_auth = "private_key_jwt"', 'keys: is needed with client_auth = "private_key_jwt"; list a PEM private key: ["file:PATH"] (line 8)'),
        ('client_auth = "private_key_jwt"\nclient_keys = []', 'keys: is needed with client_auth = "private_key_jwt"; list a PEM private key: ["file:PATH"] (line 12)'),
        ('client_auth = "none"\nclient_keys = ["file:key.pem"]', 'keys: is not used with client_auth = "none"; remove it, or set "private_key_jwt" there (line 12)'),
        ('client_secret = "x"\nclient_keys = ["file:key.pem"]', 'keys: is not used with client_auth = "client_secret_basic"; remove it, or set "private_key_jwt" there (line 12)'),
        ('client_auth = "private_key_jwt"\nclient_secret = "x"\nclient_keys = ["file:key.pem"]', 'secret: is not used with client_auth = "private_key_jwt"; remove it, or set client_auth to how it is sent (line 12)'),
        ('client_auth = "private_key_jwt"\nclient_keys = "file:key.pem"', 'keys: must be a list in brackets, such as ["…"] (line 12)'),
    ],
)  # fmt: skip
def test_a_client_has_keys_or_a_secret(tmp_path: Path, written: str, expected: str) -> None:
    (tmp_path / "key.pem").write_text(PEM, encoding="utf-8")

    assert faults_of(tmp_path, changed(KEYS[0], written)) == [f"connections.acme.client_{expected}"]
