"""A cheap OpenID provider: sockets, threads and one key; its own cost is not counted.

Run as a process of its own: `python -m bench.provider PORT LATENCY_MS`.
"""

import base64
import hashlib
import json
import socket
import sys
import threading
import time
from urllib.parse import parse_qs

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

CLIENT_ID = "bench"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Provider:
    """Answers discovery, keys and the token endpoint; the driver itself plays the authorize page.

    A code is `<subject>.<nonce>`: whatever the driver writes there is what the token says.
    """

    def __init__(self, port: int, latency: float) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.latency = latency
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.listener = socket.create_server(("127.0.0.1", port), backlog=1024)

    def serve(self) -> None:
        while True:
            connection, _ = self.listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.converse, args=(connection,), daemon=True).start()

    def converse(self, connection: socket.socket) -> None:
        data = b""
        with connection:
            while True:
                while b"\r\n\r\n" not in data:
                    more = connection.recv(65536)
                    if not more:
                        return
                    data += more
                head, _, data = data.partition(b"\r\n\r\n")
                lengths = [
                    line[15:] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")
                ]
                length = int(lengths[0]) if lengths else 0
                while len(data) < length:
                    data += connection.recv(65536)
                body, data = data[:length], data[length:]
                answer = json.dumps(self.answer(head.split(b" ", 2)[1].decode(), body)).encode()
                connection.sendall(HEAD % len(answer) + answer)

    def answer(self, path: str, body: bytes) -> dict[str, object]:
        if path.endswith("openid-configuration"):
            return {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        if path == "/jwks":
            numbers = self.key.public_key().public_numbers()
            n, e = (value.to_bytes((value.bit_length() + 7) // 8) for value in (numbers.n, numbers.e))
            return {"keys": [{"kty": "RSA", "kid": "k1", "use": "sig", "n": b64(n), "e": b64(e)}]}
        time.sleep(self.latency)
        subject, _, nonce = parse_qs(body.decode())["code"][0].partition(".")
        return {"token_type": "Bearer", "access_token": "a" * 32, "id_token": self.id_token(subject, nonce)}

    def id_token(self, subject: str, nonce: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": subject,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            "at_hash": b64(hashlib.sha256(b"a" * 32).digest()[:16]),
            "email": f"{subject}@bench.example",
            "email_verified": True,
            "name": "Bench Shopper",
        }
        header = {"alg": "RS256", "kid": "k1"}
        parts = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims).encode())}"
        return f"{parts}.{b64(self.key.sign(parts.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


if __name__ == "__main__":
    Provider(int(sys.argv[1]), float(sys.argv[2]) / 1000).serve()
