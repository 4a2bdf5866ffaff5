"""What an operator sees before anybody signs in: `bridge check` at a provider that others wrote."""

import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.interop.certificates import CLIENT_NAME, Authority
from tests.interop.conftest import Meet
from tests.settings.samples import pem

pytestmark = pytest.mark.slow


def check(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bridge", "check", "--config", str(folder / "bridge.toml")]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_a_plain_connection_is_found_in_order(meet: Meet, tmp_path: Path) -> None:
    met = meet()
    found = check(tmp_path)
    assert found.returncode == 0, found.stdout + found.stderr
    assert f"{met.bridge_url}/callback/acme" in found.stdout


def test_a_connection_by_certificate_and_fapi2_is_found_in_order(meet: Meet, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    meet(
        client={
            "token_endpoint_auth_method": "tls_client_auth",
            "tls_client_auth_san_dns": CLIENT_NAME,
            "tls_client_certificate_bound_access_tokens": True,
        },
        provider={"mtls": authority.server(), "configuration": {}},
        connection={"profile": "fapi2", "client_auth": "tls_client_auth", **authority.client()},
    )
    found = check(tmp_path)
    assert found.returncode == 0, found.stdout + found.stderr


def test_a_wrong_issuer_is_named(meet: Meet, tmp_path: Path) -> None:
    met = meet()
    config = tmp_path / "bridge.toml"
    config.write_text(config.read_text().replace(met.provider.issuer, f"{met.provider.issuer}/"))
    found = check(tmp_path)
    assert found.returncode != 0
    assert "issuer" in found.stdout + found.stderr


ODD_SECRET = '100% + a:b/c d&e=f?g#h "q" ~-._*!()'


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_a_secret_of_odd_characters_is_found_to_be_accepted_and_a_wrong_one_not(
    meet: Meet, tmp_path: Path, method: str
) -> None:
    met = meet(
        client={"token_endpoint_auth_method": method, "client_secret": ODD_SECRET},
        connection={"client_auth": method, "client_secret": [ODD_SECRET, "another + one"]},
    )
    found = check(tmp_path)
    assert found.returncode == 0, found.stdout + found.stderr
    assert "secret 1 of 2 is accepted, 2 not" in found.stdout
    assert "sends encoded" not in found.stdout, "what was tried need not be guessed"
    statuses = [token.status for token in met.asked("token")]
    assert statuses == [400, 401]
    met.signs_in()
    met.restart(client_auth=method, client_secret="another + one")
    found = check(tmp_path)
    assert found.returncode == 1
    assert "the secret is not accepted" in found.stdout
    assert "form-decode" not in found.stdout


def test_a_key_that_the_provider_knows_is_accepted(meet: Meet, tmp_path: Path) -> None:
    (tmp_path / "client.pem").write_text(pem(ec.generate_private_key(ec.SECP256R1())))
    meet(
        client={
            "token_endpoint_auth_method": "private_key_jwt",
            "jwks_uri": "BRIDGE/.well-known/jwks.json",
        },
        connection={"client_auth": "private_key_jwt", "client_keys": ["file:client.pem"]},
    )
    found = check(tmp_path)
    assert found.returncode == 0, found.stdout + found.stderr
    assert "the key is accepted" in found.stdout
