"""Certificates, decryption keys and profiles: what of them is usable, and what must agree."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from bridge.settings import ConfigFaults, ConnectionSettings, Settings

from .samples import changed, faults_of, pem, read

SECRET = 'client_secret = "env:ACME_SECRET"'
KEY = ec.generate_private_key(ec.SECP256R1())
RSA = rsa.generate_private_key(65537, 2048)


def certificate(key: Any = KEY, days: int = 90) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bridge")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=100))
        .not_valid_after(now + dt.timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(Encoding.PEM).decode()


CERTIFICATE = certificate()
CHAIN = CERTIFICATE + certificate(RSA)
BY_TLS = 'client_auth = "tls_client_auth"'
BOTH = 'client_certificate = "file:c.pem"\nclient_certificate_key = "file:k.pem"'


class Desk:
    """A folder with files, and a connection to fill in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("c.pem", CERTIFICATE)
        self.write("k.pem", pem(KEY))
        self.write("rsa.pem", pem(RSA))

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def read(self, *lines: str) -> ConnectionSettings:
        return read(self.folder, changed(SECRET, "\n".join(lines))).connections["acme"]

    def faults(self, *lines: str) -> list[str]:
        faults = faults_of(self.folder, changed(SECRET, "\n".join(lines)))
        return [fault.removeprefix("connections.acme.").rpartition(" (line ")[0] for fault in faults]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


class TestCertificate:
    @pytest.mark.parametrize("auth", ["tls_client_auth", "self_signed_tls_client_auth"])
    def test_it_is_taken_with_its_key(self, desk: Desk, auth: str) -> None:
        acme = desk.read(f'client_auth = "{auth}"', BOTH)
        assert acme.client_certificate == CERTIFICATE.strip()
        assert [key.reveal() for key in acme.client_certificate_key] == [pem(KEY).strip()]
        assert pem(KEY).splitlines()[1] not in f"{acme!r}"

    def test_those_of_the_authorities_may_follow_it(self, desk: Desk) -> None:
        desk.write("c.pem", CHAIN)
        assert desk.read(BY_TLS, BOTH).client_certificate == CHAIN.strip()

    def test_it_may_bind_tokens_beside_a_proof_of_another_kind(self, desk: Desk) -> None:
        """RFC 8705 section 3: bound to the certificate, whatever proves the client."""
        assert desk.read('client_auth = "private_key_jwt"\nclient_keys = ["file:k.pem"]', BOTH)

    def test_one_that_has_run_out_does_not_keep_the_other_connections_from_working(self, desk: Desk) -> None:
        desk.write("c.pem", certificate(days=-1))
        assert desk.read(BY_TLS, BOTH)

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("planted", "must be a certificate in PEM, best a reference to its file: file:PATH"),
            (
                CERTIFICATE + pem(KEY),
                "holds a private key as well; put that into client_certificate_key alone",
            ),
            (CERTIFICATE[:200], "cannot be read as certificates in PEM; is it whole?"),
            (CERTIFICATE.replace("MI", "MJ", 1), "cannot be read as certificates in PEM; is it whole?"),
            (CERTIFICATE[:80] + CERTIFICATE[100:], "cannot be read as certificates in PEM; is it whole?"),
        ],
        ids=["nothing of the kind", "a key as well", "half", "broken", "holed"],
    )
    def test_what_is_none_is_a_fault_that_quotes_nothing(self, desk: Desk, text: str, expected: str) -> None:
        desk.write("c.pem", text)
        assert desk.faults(BY_TLS, BOTH) == [f"client_certificate: {expected}"]

    @pytest.mark.parametrize(
        ("lines", "expected"),
        [
            ([BY_TLS], 'client_certificate: is needed with client_auth = "tls_client_auth"; write file:PATH'),
            (
                [BY_TLS, 'client_certificate = "file:c.pem"'],
                "client_certificate_key: is needed with client_certificate; write file:PATH",
            ),
            (
                ['client_auth = "none"', 'client_certificate_key = "file:k.pem"'],
                "client_certificate_key: is not used without client_certificate; add it, or remove this",
            ),
            (
                [BY_TLS, BOTH.replace("k.pem", "rsa.pem")],
                (
                    "client_certificate_key: is not the key of the first certificate in client_certificate;"
                    " the client's own comes first"
                ),
            ),
            (
                [BY_TLS, BOTH, SECRET],
                (
                    'client_secret: is not used with client_auth = "tls_client_auth"; remove it, or set client_auth to'
                    " how it is sent"
                ),
            ),
            (
                [BY_TLS, BOTH, 'client_keys = ["file:rsa.pem"]'],
                (
                    'client_keys: is not used with client_auth = "tls_client_auth"; remove it, or set'
                    ' "private_key_jwt" there'
                ),
            ),
        ],
    )
    def test_certificate_key_and_method_go_together(
        self, desk: Desk, lines: list[str], expected: str
    ) -> None:
        assert desk.faults(*lines) == [expected]


class TestDecryptionKeys:
    @pytest.mark.parametrize("key", [RSA, KEY, ec.generate_private_key(ec.SECP521R1())])
    def test_keys_that_fit(self, desk: Desk, key: Any) -> None:
        desk.write("d.pem", pem(key))
        acme = desk.read(SECRET, 'decryption_keys = ["file:d.pem"]')
        assert [one.reveal() for one in acme.decryption_keys] == [pem(key).strip()]

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            (
                pem(ed25519.Ed25519PrivateKey.generate()),
                "is of a kind that only signs; make it RSA or EC P-256",
            ),
            (
                KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
                "holds no whole private key; a public key or a certificate cannot sign",
            ),
            (
                pem(ec.generate_private_key(ec.SECP256K1())),
                "is of a kind that is not used here; make it RSA, EC P-256 or Ed25519",
            ),
        ],
    )
    def test_others_are_faults(self, desk: Desk, text: str, expected: str) -> None:
        desk.write("d.pem", text)
        assert desk.faults(SECRET, 'decryption_keys = ["file:d.pem"]') == [f"decryption_keys[0]: {expected}"]

    def test_a_key_that_signs_does_not_decrypt(self, desk: Desk) -> None:
        shown = desk.faults(
            'client_auth = "private_key_jwt"\nclient_keys = ["file:k.pem"]\ndecryption_keys = ["file:k.pem"]'
        )
        assert shown == [
            "decryption_keys[0]: stands in client_keys too; make another key: one that signs must not decrypt"
        ]


FAPI = 'profile = "fapi2"'
BY_KEY = 'client_keys = ["file:rsa.pem"]'


class TestFapi2:
    def test_one_word_is_enough_beside_a_key(self, desk: Desk) -> None:
        acme = desk.read(FAPI, BY_KEY)
        assert (acme.client_auth, acme.client_rsa_alg, acme.assertion_audience) == (
            "private_key_jwt",
            "PS256",
            "issuer",
        )
        assert (acme.pushed_authorization_requests, acme.iss_parameter) == ("always", "require")
        assert (acme.dpop, acme.extra_audiences) == (True, "never")
        assert acme.signing_algs == ("PS256", "ES256", "EdDSA", "Ed25519")

    def test_a_certificate_binds_the_tokens_in_place_of_dpop(self, desk: Desk) -> None:
        acme = desk.read(FAPI, BY_TLS, BOTH)
        assert (acme.client_auth, acme.dpop) == ("tls_client_auth", False)
        assert desk.read(FAPI, BY_KEY, BOTH).dpop is False
        assert desk.read(FAPI, BY_TLS, BOTH, "dpop = true").dpop is True

    def test_it_is_stronger_than_what_a_make_is_known_for(self, desk: Desk) -> None:
        text = changed(SECRET, f'{FAPI}\n{BY_KEY}\nprovider = "entra"')
        issuer = "https://login.microsoftonline.com/8eaef023-2b34-4da1-9baa-8bc8c9d6a490/v2.0"
        acme = read(desk.folder, changed("https://acme.okta.com", issuer, text)).connections["acme"]
        assert (acme.client_auth, acme.email_trust) == ("private_key_jwt", "never")

    def test_without_it_nothing_changes(self, desk: Desk) -> None:
        assert desk.read(SECRET, 'profile = "oidc"') == desk.read(SECRET)

    @pytest.mark.parametrize(
        ("lines", "expected"),
        [
            (
                [SECRET, 'client_auth = "client_secret_post"'],
                'client_auth: must be "private_key_jwt" or "tls_client_auth" or "self_signed_tls_client_auth"',
            ),
            ([BY_KEY, 'client_rsa_alg = "RS256"'], 'client_rsa_alg: must be "PS256"'),
            ([BY_KEY, 'assertion_audience = "token_endpoint"'], 'assertion_audience: must be "issuer"'),
            (
                [BY_KEY, 'pushed_authorization_requests = "when_required"'],
                'pushed_authorization_requests: must be "always"',
            ),
            ([BY_KEY, 'iss_parameter = "auto"'], 'iss_parameter: must be "require"'),
            ([BY_KEY, 'extra_audiences = "with_azp"'], 'extra_audiences: must be "never"'),
            ([BY_KEY, "dpop = false"], "dpop: must be true, or client_certificate given"),
            (
                [BY_KEY, 'signing_algs = ["RS256", "PS256"]'],
                "signing_algs: must be among PS256, ES256, EdDSA, Ed25519",
            ),
            ([BY_KEY, "signing_algs = []"], "signing_algs: must be among PS256, ES256, EdDSA, Ed25519"),
        ],
    )
    def test_what_is_set_against_it_is_a_fault_with_a_remedy(
        self, desk: Desk, lines: list[str], expected: str
    ) -> None:
        assert desk.faults(FAPI, *lines) == [
            f'{expected} with profile = "fapi2"; change it, or set profile = "oidc"'
        ]

    def test_a_secret_alone_is_a_fault(self, desk: Desk) -> None:
        shown = desk.faults(FAPI, SECRET)
        assert [fault.partition(":")[0] for fault in shown] == ["client_keys", "client_secret"]

    def test_a_key_of_a_curve_that_it_does_not_know_is_a_fault(self, desk: Desk) -> None:
        desk.write("rsa.pem", pem(ec.generate_private_key(ec.SECP384R1())))
        (shown,) = desk.faults(FAPI, BY_KEY)
        assert shown.startswith("client_keys: must be RSA, EC P-256 or Ed25519 with profile")

    def test_settings_made_by_hand_are_judged_by_the_same_rules(self, desk: Desk) -> None:
        settings = read(desk.folder, changed(SECRET, f"{FAPI}\n{BY_KEY}"))
        acme = settings.connections["acme"].model_copy(update={"dpop": False})
        with pytest.raises(ValueError, match="dpop: must be true"):
            Settings(**{**dict(settings), "connections": {"acme": acme}})


def test_the_issuer_is_the_audience_for_auth0_alone(desk: Desk) -> None:
    text = changed("https://acme.okta.com", "https://acme.eu.auth0.com/")
    assert read(desk.folder, text).connections["acme"].assertion_audience == "token_endpoint"
    text = changed(SECRET, f'{SECRET}\nprovider = "auth0"', text)
    assert read(desk.folder, text).connections["acme"].assertion_audience == "issuer"


def test_the_new_name_of_eddsa_is_taken_beside_the_old(desk: Desk) -> None:
    assert desk.read(SECRET, 'signing_algs = ["EdDSA", "Ed25519"]').signing_algs == ("EdDSA", "Ed25519")
    with pytest.raises(ConfigFaults):
        desk.read(SECRET, 'signing_algs = ["Ed448"]')
