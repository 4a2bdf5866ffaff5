"""Sign-in at a provider that knows the bridge by its keys: everything over real sockets."""

import json
import secrets
import time
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from flask import Flask, abort, jsonify, redirect, request
from jwt.algorithms import ECAlgorithm
from werkzeug.wrappers import Response

from bridge.demo.serving import Served
from tests.journeys.browser import Browser
from tests.journeys.stage import Stage
from tests.settings.samples import pem

CLIENT = "client at/acme"


class KeyIdp:
    """One client, one person; the client is whoever signs by the keys at `jwks_url` (RFC 7523 section 3)."""

    def __init__(self, jwks_url: str) -> None:
        self.jwks_url = jwks_url
        self.withdrawn: set[str] = set()
        self.refused: list[str] = []
        self.seen: dict[str, str] = {}  # jti and kid of each statement that was well made
        self._codes: dict[str, str] = {}
        self._key = ec.generate_private_key(ec.SECP256R1())

    def app(self, url: str) -> Flask:
        app = Flask("a provider")

        @app.get("/.well-known/openid-configuration")
        def metadata() -> Response:
            return jsonify(
                issuer=url,
                authorization_endpoint=f"{url}/authorize",
                token_endpoint=f"{url}/token",
                jwks_uri=f"{url}/keys",
                response_types_supported=["code"],
                subject_types_supported=["public"],
                id_token_signing_alg_values_supported=["ES256"],
                token_endpoint_auth_methods_supported=["private_key_jwt"],
            )

        @app.get("/keys")
        def keys() -> Response:
            public = ECAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
            return jsonify(keys=[{**public, "kid": "k"}])

        @app.get("/authorize")
        def authorize() -> Response:
            code = secrets.token_urlsafe()
            self._codes[code] = request.args["nonce"]
            back = urlencode({"code": code, "state": request.args["state"]})
            return redirect(f"{request.args['redirect_uri']}?{back}", 303)

        @app.post("/token")
        def token() -> Response | tuple[Response, int]:
            if fault := self._fault(f"{url}/token"):
                self.refused.append(fault)
                return jsonify(error="invalid_client"), 401
            nonce = self._codes.pop(request.form["code"], None) or abort(400)
            return jsonify(access_token="at", token_type="Bearer", id_token=self._id_token(url, nonce))

        return app

    def _fault(self, endpoint: str) -> str:
        form = request.form
        if "Authorization" in request.headers or "client_secret" in form:
            return "another way as well"
        if form["client_assertion_type"] != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer":
            return "type"
        statement = form["client_assertion"]
        with urllib.request.urlopen(self.jwks_url, timeout=5) as reply:
            keys = {key["kid"]: key for key in json.load(reply)["keys"]}
        header = jwt.get_unverified_header(statement)
        if header["kid"] not in keys.keys() - self.withdrawn:
            return "kid"
        key = jwt.PyJWK(keys[header["kid"]])
        claims: dict[str, Any] = jwt.decode(
            statement,
            key,
            [str(key.algorithm_name)],
            audience=endpoint,
            issuer=CLIENT,
            subject=CLIENT,
            options={"require": ["iss", "sub", "aud", "jti", "exp", "iat"], "strict_aud": True},
        )
        if claims["exp"] > time.time() + 300:
            return "exp"
        if claims["jti"] in self.seen:
            return "jti"
        self.seen[claims["jti"]] = header["kid"]
        return ""

    def _id_token(self, url: str, nonce: str) -> str:
        now = int(time.time())
        person = {"sub": "ada", "email": "ada@acme.example", "email_verified": True, "name": "Ada Lovelace"}
        claims = {"iss": url, "aud": CLIENT, "nonce": nonce, "iat": now, "exp": now + 60, **person}
        return jwt.encode(claims, self._key, "ES256", {"kid": "k"})


def test_a_client_that_proves_itself_by_keys_signs_in_before_and_after_they_change(tmp_path: Path) -> None:
    (tmp_path / "new.pem").write_text(pem(rsa.generate_private_key(65537, 2048)), encoding="utf-8")
    (tmp_path / "old.pem").write_text(pem(), encoding="utf-8")
    with Stage(tmp_path) as stage:
        idp = KeyIdp(f"{stage.bridge_url}/.well-known/jwks.json")
        with Served.knowing_its_url(idp.app) as served:
            stage.tables["connections.acme"] = {
                "issuer": served.url,
                "client_id": CLIENT,
                "client_auth": "private_key_jwt",
                "client_keys": ["file:new.pem", "file:old.pem"],
                "domains": ["acme.example"],
            }
            bridge = stage.serve()
            new, old = (key["kid"] for key in json.loads(Browser().fetch(idp.jwks_url).text)["keys"])

            for _ in range(2):
                browser = Browser()
                assert browser.walk(stage.login_url(return_to="/cart")).url == f"{stage.store_url}/cart"
            assert (list(idp.seen.values()), idp.refused) == ([new, new], [])

            idp.withdrawn = {new}  # it has not heard of the new one yet
            assert Browser().walk(stage.login_url(return_to="/cart")).url == f"{stage.store_url}/cart"
            assert (list(idp.seen.values()), idp.refused) == ([new, new, old], ["kid"])

            idp.withdrawn = {new, old}
            page = Browser().walk(stage.login_url())
            assert (page.status, page.refusal) == (502, "client_rejected")
        assert "PRIVATE KEY" not in bridge.output()
        assert "client_assertion" not in bridge.output()
