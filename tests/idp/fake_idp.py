"""A provider in memory, reached by the port `Http`: it checks what it is sent as a real one does."""

import hashlib
import json
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Mapping
from email.utils import formatdate
from functools import cache
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from bridge.domain.attempt import Attempt
from bridge.domain.callback import Callback
from bridge.domain.connection import Connection
from bridge.domain.deadline import Deadline
from bridge.domain.http import HttpFailure, HttpReply, HttpRequest
from bridge.domain.secret import Secret
from tests.contracts.world import FakeClock

ISSUER = "https://idp.acme.example/tenant"
SECRET = "s3cret %+:/\u00fc"
CODE = "planted-code"
ACCESS_TOKEN = "planted-access-token"
CONNECTION = Connection(
    name="acme",
    label="Acme",
    issuer=ISSUER,
    client_id="bridge at/acme",
    redirect_uri="https://sso.example.com/callback/acme",
    client_secrets=(Secret(SECRET),),
    domains=("acme.com",),
)
ATTEMPT = Attempt(
    state="s" * 43 + ".us",
    store="us",
    connection="acme",
    return_to="/cart",
    created_at=0,
    restarts=0,
    nonce="n" * 43,
    code_verifier="v" * 43,
)
CURVES: dict[str, ec.EllipticCurve] = {
    "ES256": ec.SECP256R1(),
    "ES384": ec.SECP384R1(),
    "ES512": ec.SECP521R1(),
}


def callback(code: str = CODE, **changes: Any) -> Callback:
    fields: dict[str, Any] = {
        "connection": "acme", "state": ATTEMPT.state, "code": code, "error": "", "iss": None, "form_post": False,
    }  # fmt: skip
    return Callback(**{**fields, **changes})


@cache
def signing_key(alg: str = "RS256", number: int = 0) -> Any:
    """A private key that fits; making one takes a while."""
    del number  # another number is another key
    if alg in CURVES:
        return ec.generate_private_key(CURVES[alg])
    if alg in ("EdDSA", "Ed25519"):
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_jwk(key: Any, **members: Any) -> dict[str, Any]:
    """The public half as a provider publishes it."""
    kind: Any = OKPAlgorithm
    if isinstance(key, rsa.RSAPrivateKey):
        kind = RSAAlgorithm
    elif isinstance(key, ec.EllipticCurvePrivateKey):
        kind = ECAlgorithm
    made = {**kind.to_jwk(key.public_key(), as_dict=True), "use": "sig", **members}
    made.pop("key_ops", None)
    return made


def json_reply(document: Any, status: int = 200, **headers: str) -> HttpReply:
    return HttpReply(status, {"content-type": "application/json", **headers}, json.dumps(document).encode())


class FakeIdp:
    """One client, one person; what is under `instead` is answered in place of the truth."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.instead: dict[str, HttpReply | HttpFailure] = {}
        self.asked: list[str] = []
        self.accepted = [SECRET]
        self.codes = {CODE}
        self.ahead = 0.0
        self.key, self.kid, self.alg = signing_key(), "k1", "RS256"
        self.published: list[dict[str, Any]] = [public_jwk(self.key, kid="k1")]
        self.claims: dict[str, Any] = {}
        self.header: dict[str, Any] = {}
        self.person = {"sub": "ada", "email": "ada@acme.com", "email_verified": True, "name": "Ada Lovelace"}
        self.metadata: dict[str, Any] = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
            "userinfo_endpoint": f"{ISSUER}/userinfo",
            "id_token_signing_alg_values_supported": ["RS256", "ES256", "HS256", "none"],
        }

    def rotate(self, key: Any, kid: str) -> None:
        """Signs with another key from now on, and publishes that one alone."""
        self.key, self.kid = key, kid
        self.published = [public_jwk(key, kid=kid)]

    def id_token(self) -> str:
        now = int(self.clock.now() + self.ahead)
        claims = {
            "iss": ISSUER, "aud": CONNECTION.client_id, "sub": "ada", "nonce": ATTEMPT.nonce, "iat": now, "exp": now + 60,
            **self.claims,
        }  # fmt: skip
        header = {"kid": self.kid, **self.header}
        return jwt.encode(claims, self.key, self.alg, {k: v for k, v in header.items() if v is not None})

    def count(self, path: str) -> int:
        return self.asked.count(path)

    def send(self, request: HttpRequest, deadline: Deadline) -> HttpReply:
        """The port."""
        path = request.url.removeprefix(ISSUER)
        self.asked.append(path)
        given = self.instead.get(path)
        if isinstance(given, HttpFailure):
            raise given
        reply = given or self._answer(path, request)
        date = formatdate(self.clock.now() + self.ahead, usegmt=True)
        return HttpReply(reply.status, {"date": date, **reply.headers}, reply.body)

    def _answer(self, path: str, request: HttpRequest) -> HttpReply:
        if path.startswith("/authorize?"):
            return self._authorize(query_of(request.url))
        match request.method, path:
            case "GET", "/.well-known/openid-configuration":
                return json_reply(self.metadata)
            case "GET", "/keys":
                return json_reply({"keys": self.published})
            case "POST", "/token":
                return self._token(request)
            case "GET", "/userinfo" if request.headers.get("Authorization") == f"Bearer {ACCESS_TOKEN}":
                return json_reply(self.person)
        return json_reply({}, 404)

    def _authorize(self, asked: dict[str, list[str]]) -> HttpReply:
        """Nobody is signed in here, and without trust in the redirect URI nobody is sent there."""
        if asked.get("redirect_uri") != [CONNECTION.redirect_uri]:
            return HttpReply(400, {"content-type": "text/html"}, b"<h1>Invalid parameter: redirect_uri</h1>")
        return HttpReply(302, {"location": f"{CONNECTION.redirect_uri}?error=login_required"}, b"")

    def _token(self, request: HttpRequest) -> HttpReply:
        form = {name: values[0] for name, values in parse_qs((request.body or b"").decode()).items()}
        if not self._authenticated(request.headers, form):
            return json_reply({"error": "invalid_client"}, 401)
        challenge = urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        if (
            form["code"] not in self.codes
            or form["redirect_uri"] != CONNECTION.redirect_uri
            or form["grant_type"] != "authorization_code"
            or challenge
            != urlsafe_b64encode(hashlib.sha256(ATTEMPT.code_verifier.encode()).digest()).rstrip(b"=")
        ):
            return json_reply({"error": "invalid_grant"}, 400)
        self.codes.discard(form["code"])
        return json_reply({"access_token": ACCESS_TOKEN, "token_type": "Bearer", "id_token": self.id_token()})

    def _authenticated(self, headers: Mapping[str, str], form: Mapping[str, str]) -> bool:
        scheme, _, value = headers.get("Authorization", "").partition(" ")
        if scheme == "Basic":
            client, _, secret = b64decode(value).decode("ascii").partition(":")
            return unquote_plus(client) == CONNECTION.client_id and unquote_plus(secret) in self.accepted
        return (
            form.get("client_id") == CONNECTION.client_id and form.get("client_secret", "") in self.accepted
        )


def query_of(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query, keep_blank_values=True)
