"""Sign-in at a provider that takes pushed, signed requests only: everything over real sockets."""

import json
import secrets
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask, abort, jsonify, redirect, request
from jwt.algorithms import ECAlgorithm
from werkzeug.wrappers import Response

from bridge.demo.serving import Served
from tests.journeys.browser import Browser
from tests.journeys.stage import Stage
from tests.settings.samples import pem

CLIENT = "client at/acme"


class StrictIdp:
    """One client, one person. A request counts only pushed, and signed by a key at `jwks_url`."""

    def __init__(self, jwks_url: str) -> None:
        self.jwks_url = jwks_url
        self.secrets = ["newer"]
        self.signed_in_ago = 0  # seconds
        self.organization = "org_1"
        self.pushed: dict[str, Mapping[str, Any]] = {}
        self.faults: list[str] = []
        self.browser_carried: list[set[str]] = []
        self._seen: set[str] = set()
        self._codes: dict[str, Mapping[str, Any]] = {}
        self._key = ec.generate_private_key(ec.SECP256R1())

    def app(self, url: str) -> Flask:
        app = Flask("a strict provider")

        @app.get("/.well-known/openid-configuration")
        def metadata() -> Response:
            return jsonify(
                issuer=url,
                authorization_endpoint=f"{url}/authorize",
                token_endpoint=f"{url}/token",
                pushed_authorization_request_endpoint=f"{url}/par",
                require_pushed_authorization_requests=True,
                require_signed_request_object=True,
                request_object_signing_alg_values_supported=["ES256"],
                authorization_response_iss_parameter_supported=True,
                jwks_uri=f"{url}/keys",
                id_token_signing_alg_values_supported=["ES256"],
            )

        @app.get("/keys")
        def keys() -> Response:
            public = ECAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
            return jsonify(keys=[{**public, "kid": "k"}])

        @app.post("/par")
        def par() -> Response | tuple[Response, int]:
            if not self._is_client():
                return jsonify(error="invalid_client"), 401
            try:
                asked = self._opened(url)
            except (ValueError, KeyError, jwt.InvalidTokenError) as fault:
                self.faults.append(repr(fault))
                return jsonify(error="invalid_request_object"), 400
            reference = f"urn:ietf:params:oauth:request_uri:{secrets.token_urlsafe()}"
            self.pushed[reference] = asked
            return jsonify(request_uri=reference, expires_in=60), 201

        @app.get("/authorize")
        def authorize() -> Response:
            self.browser_carried.append(set(request.args))
            asked = self.pushed.pop(request.args["request_uri"], None) or abort(400)
            code = secrets.token_urlsafe()
            self._codes[code] = asked
            back = urlencode({"code": code, "state": asked["state"], "iss": url})
            return redirect(f"{asked['redirect_uri']}?{back}", 303)

        @app.post("/token")
        def token() -> Response | tuple[Response, int]:
            if not self._is_client():
                return jsonify(error="invalid_client"), 401
            asked = self._codes.pop(request.form["code"], None) or abort(400)
            return jsonify(access_token="at", token_type="Bearer", id_token=self._id_token(url, asked))

        return app

    def _is_client(self) -> bool:
        return request.form.get("client_id") == CLIENT and request.form.get("client_secret") in self.secrets

    def _opened(self, url: str) -> Mapping[str, Any]:
        if beside := set(request.form) - {"client_id", "client_secret", "request"}:
            raise ValueError(f"beside the object: {beside}")
        with urllib.request.urlopen(self.jwks_url, timeout=5) as reply:
            keys = {key["kid"]: key for key in json.load(reply)["keys"]}
        header = jwt.get_unverified_header(request.form["request"])
        if header["typ"] != "oauth-authz-req+jwt":
            raise ValueError("typ")
        claims: dict[str, Any] = jwt.decode(
            request.form["request"],
            jwt.PyJWK(keys[header["kid"]]),
            ["ES256"],
            audience=url,
            issuer=CLIENT,
            options={"require": ["iss", "aud", "exp", "nbf", "iat", "jti"], "strict_aud": True},
        )
        if claims["jti"] in self._seen or claims["client_id"] != CLIENT or "sub" in claims:
            raise ValueError("jti, client_id or sub")
        self._seen.add(claims["jti"])
        if claims["response_type"] != "code" or claims["code_challenge_method"] != "S256":
            raise ValueError("not what it should be")
        return claims

    def _id_token(self, url: str, asked: Mapping[str, Any]) -> str:
        now = int(time.time())
        person = {"sub": "ada", "email": "ada@acme.example", "email_verified": True, "name": "Ada Lovelace"}
        times = {"iat": now, "exp": now + 60, "auth_time": now - self.signed_in_ago}
        claims = {"iss": url, "aud": CLIENT, "nonce": asked["nonce"], "org_id": self.organization}
        return jwt.encode({**claims, **times, **person}, self._key, "ES256", {"kid": "k"})


def test_a_pushed_and_signed_request_signs_in_and_its_answer_is_held_to_it(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text(pem(), encoding="utf-8")
    with Stage(tmp_path) as stage:
        idp = StrictIdp(f"{stage.bridge_url}/.well-known/jwks.json")
        with Served.knowing_its_url(idp.app) as served:
            stage.tables["connections.acme"] = {
                "issuer": served.url,
                "client_id": CLIENT,
                "client_secret": ["newer", "older"],
                "client_auth": "client_secret_post",
                "client_keys": ["file:key.pem"],
                "request_objects": True,
                "max_age": 300,
                "domains": ["acme.example"],
            }
            stage.tables["connections.acme.authorize_parameters"] = {"organization": "org_1"}
            bridge = stage.serve()
            login = stage.login_url(return_to="/cart")

            assert Browser().walk(login).url == f"{stage.store_url}/cart"
            assert idp.faults == []
            assert idp.browser_carried == [{"client_id", "request_uri"}]

            idp.secrets = ["older"]  # the provider has not heard of the newer one
            assert Browser().walk(login).url == f"{stage.store_url}/cart"

            idp.signed_in_ago = 3600
            assert Browser().walk(login).refusal == "authentication_insufficient"
            idp.signed_in_ago, idp.organization = 0, "org_2"
            assert Browser().walk(login).refusal == "organization_mismatch"

            idp.secrets = []
            page = Browser().walk(login)
            assert (page.status, page.refusal) == (502, "client_rejected")
            idp.secrets, idp.jwks_url = ["newer"], f"{served.url}/keys"  # other keys than those that sign
            page = Browser().walk(login)
            assert (page.status, page.refusal) == (403, "idp_error")
            assert len(idp.faults) == 1
        assert "eyJ" not in bridge.output()
