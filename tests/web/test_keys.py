"""`/.well-known/jwks.json`: public keys, and nothing but public keys."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from flask import Flask

from tests.journeys.stage import Stage
from tests.settings.samples import pem
from tests.web.apps import MakeApp

PATH = "/.well-known/jwks.json"
PEMS = [pem(rsa.generate_private_key(65537, 2048)), pem(), pem(ed25519.Ed25519PrivateKey.generate())]


@pytest.fixture
def keyed(stage: Stage, make_app: MakeApp, tmp_path: Path) -> Iterator[Flask]:
    """Two connections with keys, one of them in common."""
    files = [tmp_path / f"{number}.pem" for number in range(3)]
    for file, text in zip(files, PEMS, strict=True):
        file.write_text(text, encoding="utf-8")
    before = {name: dict(stage.tables[f"connections.{name}"]) for name in ("acme", "globex")}
    for name, used in (("acme", files[:2]), ("globex", files[1:])):
        table = stage.tables[f"connections.{name}"]
        del table["client_secret"]
        table |= {"client_auth": "private_key_jwt", "client_keys": [f"file:{file}" for file in used]}
    try:
        yield make_app()
    finally:
        for name, table in before.items():
            stage.tables[f"connections.{name}"] = table


def test_all_public_keys_are_there_once_and_nothing_private(keyed: Flask) -> None:
    answer = keyed.test_client().get(PATH)
    keys = json.loads(answer.text)["keys"]
    assert [(key["kty"], key["alg"], key["use"]) for key in keys] == [
        ("RSA", "RS256", "sig"),
        ("EC", "ES256", "sig"),
        ("OKP", "EdDSA", "sig"),
    ]
    assert len({key["kid"] for key in keys}) == 3
    assert {name for key in keys for name in key} == {"kty", "n", "e", "crv", "x", "y", "kid", "alg", "use"}


def test_it_is_a_key_set_that_may_be_kept_for_an_hour(keyed: Flask) -> None:
    answer = keyed.test_client().get(PATH)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/jwk-set+json"
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert "Set-Cookie" not in answer.headers


def test_it_is_empty_where_no_connection_signs(app: Flask) -> None:
    assert json.loads(app.test_client().get(PATH).text) == {"keys": []}


def test_it_is_for_reading_only(app: Flask) -> None:
    answer = app.test_client().post(PATH)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
