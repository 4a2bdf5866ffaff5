"""An authority of the tests' own, and the certificates of both sides."""

import datetime as dt
import ipaddress
from base64 import b64encode, urlsafe_b64encode
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.interop.provider import Json
from tests.settings.samples import pem

CLIENT_NAME = "bridge.client.example"
_HOUR = dt.timedelta(hours=1)


class Authority:
    """Its certificate is at `file`; it signs one for a server at 127.0.0.1, and those of clients."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "the tests' authority")])
        certificate = (
            _certificate(self._name, self._name, self._key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.pem = _pem(certificate)
        (folder / "authority.pem").write_text(self.pem)

    def server(self) -> Json:
        """What a provider is told for a TLS port that asks clients for certificates."""
        key = ec.generate_private_key(ec.SECP256R1())
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        certificate = self._signed("a provider", key, address)
        return {"key": pem(key), "cert": _pem(certificate), "ca": self.pem}

    def client(self, *, by_itself: bool = False) -> Json:
        """Keys of a connection that shows a certificate by this authority, or one signed `by_itself`."""
        key = ec.generate_private_key(ec.SECP256R1())
        signer = (
            (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a client")]), key) if by_itself else None
        )
        certificate = self._signed("a client", key, x509.DNSName(CLIENT_NAME), signer)
        (self._folder / "client-certificate.pem").write_text(_pem(certificate))
        (self._folder / "client-certificate-key.pem").write_text(pem(key))
        return {
            "client_certificate": "file:client-certificate.pem",
            "client_certificate_key": "file:client-certificate-key.pem",
            "ca_file": "authority.pem",
        }

    def registered(self) -> Json:
        """The key set by which a provider knows the client's certificate (RFC 8705 section 2.2.2)."""
        certificate = x509.load_pem_x509_certificate((self._folder / "client-certificate.pem").read_bytes())
        public = certificate.public_key()
        assert isinstance(public, ec.EllipticCurvePublicKey)
        numbers = public.public_numbers()
        der = certificate.public_bytes(serialization.Encoding.DER)
        point = {"x": _number(numbers.x), "y": _number(numbers.y)}
        return {"keys": [{"kty": "EC", "crv": "P-256", **point, "x5c": [b64encode(der).decode()]}]}

    def _signed(
        self,
        name: str,
        key: ec.EllipticCurvePrivateKey,
        other_name: x509.GeneralName,
        signer: tuple[x509.Name, ec.EllipticCurvePrivateKey] | None = None,
    ) -> x509.Certificate:
        issuer, issuer_key = signer or (self._name, self._key)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        return (
            _certificate(subject, issuer, key.public_key())
            .add_extension(x509.SubjectAlternativeName([other_name]), critical=False)
            .sign(issuer_key, hashes.SHA256())
        )


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _HOUR)
        .not_valid_after(now + _HOUR)
    )


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _number(value: int) -> str:
    return urlsafe_b64encode(value.to_bytes(32)).rstrip(b"=").decode()
