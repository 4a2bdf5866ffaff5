"""A cheap OpenID provider: one thread, one key; its own cost is not counted.

Run as a process of its own: `python -m bench.provider PORT LATENCY_MS [--tls FOLDER]`. With `--tls` it
speaks TLS with the files that `bench.certificates` makes in FOLDER; trust `ca.pem` there.
`GET /bench/latency?ms=N` changes how long the token endpoint takes.
"""

import argparse
import asyncio
import base64
import hashlib
import json
import ssl
import time
from pathlib import Path
from urllib.parse import parse_qs

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from bench.certificates import CHAIN, KEY, make_certificates

CLIENT_ID, CLIENT_SECRET = "bench", "secret"
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
_LATENCY = "/bench/latency?ms="


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Provider:
    """Answers discovery, keys, the token endpoint and userinfo; the driver itself plays the authorize page.

    A code is `<subject>.<nonce>`: whatever the driver writes there is what the token says. Userinfo is
    answered, but discovery does not offer it: who asks for it does so because it is configured to.
    """

    def __init__(self, issuer: str, latency: float) -> None:
        self.issuer = issuer
        self.latency = latency  # seconds
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.header = b64(json.dumps({"alg": "RS256", "kid": "k1", "typ": "JWT"}).encode())

    def answer(self, path: str, head: bytes, body: bytes) -> dict[str, object]:
        if path == "/token":
            subject, _, nonce = parse_qs(body.decode())["code"][0].partition(".")
            return self.tokens(subject, nonce)
        if path.startswith(_LATENCY):
            self.latency = float(path.removeprefix(_LATENCY)) / 1000
            return {}
        if path.endswith("openid-configuration"):
            return self.metadata()
        if path == "/jwks":
            numbers = self.key.public_key().public_numbers()
            n, e = (value.to_bytes((value.bit_length() + 7) // 8) for value in (numbers.n, numbers.e))
            key = {"kty": "RSA", "kid": "k1", "use": "sig", "alg": "RS256", "n": b64(n), "e": b64(e)}
            return {"keys": [key]}
        token = head.partition(b"Bearer ")[2].partition(b"\r\n")[0].decode()  # /userinfo
        return person(token.partition(".")[0])

    def metadata(self) -> dict[str, object]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "response_types_supported": ["code"],
            "response_modes_supported": ["query", "form_post"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
            "scopes_supported": ["openid", "email", "profile"],
        }

    def tokens(self, subject: str, nonce: str) -> dict[str, object]:
        access_token = f"{subject}.{'a' * 24}"
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "at_hash": b64(hashlib.sha256(access_token.encode()).digest()[:16]),
            **({"nonce": nonce} if nonce else {}),
            **person(subject),
        }
        signed = f"{self.header}.{b64(json.dumps(claims).encode())}"
        signature = b64(self.key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))
        return {
            "token_type": "Bearer",
            "access_token": access_token,
            "expires_in": 300,
            "id_token": f"{signed}.{signature}",
        }


def person(subject: str) -> dict[str, object]:
    return {
        "sub": subject,
        "email": f"{subject}@bench.example",
        "email_verified": True,
        "name": "Bench Shopper",
    }


class Conversation(asyncio.Protocol):
    """One kept connection; its client waits for an answer before it asks again."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.data += data
        head, found, body = self.data.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
        if not found or len(body) < length:
            return
        self.data = b""
        path = head.split(b" ", 2)[1].decode()
        answer = json.dumps(self.provider.answer(path, head, body)).encode()
        waits = self.provider.latency if path == "/token" else 0
        if waits:
            asyncio.get_running_loop().call_later(waits, self.transport.write, _HEAD % len(answer) + answer)
        else:
            self.transport.write(_HEAD % len(answer) + answer)


async def serve(port: int, latency: float, tls: Path | None) -> None:
    """Until the process ends; `latency` in seconds."""
    context = None
    if tls:
        make_certificates(tls)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls / CHAIN, tls / KEY)
    provider = Provider(f"{'https' if tls else 'http'}://127.0.0.1:{port}", latency)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Conversation(provider), "127.0.0.1", port, ssl=context, backlog=1024
    )
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("latency", type=float, help="of the token endpoint, milliseconds")
    parser.add_argument("--tls", type=Path, help="folder of the certificates")
    given = parser.parse_args()
    asyncio.run(serve(given.port, given.latency / 1000, given.tls))
