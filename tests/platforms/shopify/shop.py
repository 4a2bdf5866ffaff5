"""A shop that enforces Multipass as the vendor documents it; read from the page, sharing no code with the bridge."""

import base64
import binascii
import hashlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.padding import PKCS7
from flask import Flask, redirect
from flask.typing import ResponseReturnValue


class MultipassRefusedError(Exception):
    """The shop says nothing to the browser; tests read this."""


def opened(token: str, secret: str) -> dict[str, Any]:
    """What a token says. Raises for one that nobody with the secret made."""
    digest = hashlib.sha256(secret.encode()).digest()
    try:
        raw = base64.b64decode(token, altchars=b"-_", validate=True)
    except binascii.Error:
        raise MultipassRefusedError("base64") from None
    sealed, tag = raw[:-32], raw[-32:]
    judge = HMAC(digest[16:32], SHA256())
    judge.update(sealed)
    try:
        judge.verify(tag)
    except InvalidSignature:
        raise MultipassRefusedError("signature") from None
    if len(sealed) < 32 or len(sealed) % 16:
        raise MultipassRefusedError("blocks")
    decryptor = Cipher(AES(digest[:16]), CBC(sealed[:16])).decryptor()
    unpadder = PKCS7(128).unpadder()
    plain = unpadder.update(decryptor.update(sealed[16:]) + decryptor.finalize()) + unpadder.finalize()
    claims: dict[str, Any] = json.loads(plain)
    return claims


@dataclass
class Shop:
    """Customers by their address, and who came in by which token."""

    secret: str
    url: str
    now: Callable[[], float]
    customers: dict[str, dict[str, Any]] = field(default_factory=dict)
    visits: list[dict[str, Any]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def sign_in(self, token: str) -> str:
        """Where the browser is sent, signed in."""
        claims = opened(token, self.secret)
        age = self.now() - datetime.fromisoformat(claims["created_at"]).timestamp()
        if not -60 <= age <= 900:
            raise MultipassRefusedError("too old" if age > 0 else "from the future")
        known = {"email", "created_at", "first_name", "last_name", "tag_string", "identifier", "return_to"}
        if not claims.get("email") or not set(claims) <= known or "" in claims.values():
            raise MultipassRefusedError("claims")
        goal = claims.get("return_to", f"{self.url}/account")
        if not goal.startswith(f"{self.url}/"):
            raise MultipassRefusedError("return_to")
        with self.lock:
            if token in self.used:
                raise MultipassRefusedError("used")
            self.used.add(token)
            self.customers.setdefault(claims["email"], {}).update(claims)
            self.visits.append(claims)
        return str(goal)


def create_shop(shop: Shop) -> Flask:
    app = Flask(__name__)

    @app.get("/account/login/multipass/<token>")
    def multipass(token: str) -> ResponseReturnValue:
        try:
            return redirect(shop.sign_in(token))
        except MultipassRefusedError as refused:
            shop.refused.append(str(refused))
            return redirect(f"{shop.url}/account/login")

    @app.get("/", defaults={"path": ""})
    @app.get("/<path:path>")
    def page(path: str) -> ResponseReturnValue:
        return f"the shop: {path}"

    return app
