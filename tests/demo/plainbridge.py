"""The least that is a bridge: enough to show that the demo and its check can be passed, and be failed."""

import base64
import hashlib
import hmac
import json
import secrets
import time
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus, urlencode

import jwt
from flask import Flask, redirect, request, session
from flask.typing import ResponseReturnValue

from bridge.demo.bigcommerce.options import StoreOptions
from bridge.demo.europe import Europe
from bridge.demo.idp import Client

from .plaineurope import PlainEurope, send_webhook

NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def fetch(url: str, data: bytes | None = None, headers: dict[str, str] | None = None) -> Any:
    with NO_PROXY.open(urllib.request.Request(url, data, headers or {}), timeout=10) as answer:
        return json.load(answer)


def login_token(store: StoreOptions, header: dict[str, Any] | None = None, **claims: Any) -> str:
    """A login token as BigCommerce documents it; a claim given as None is left out."""
    told: dict[str, Any] = {
        "iss": store.client_id,
        "iat": int(time.time()),
        "jti": secrets.token_hex(16),
        "operation": "customer_login",
        "store_hash": store.store_hash,
        "customer_id": 101,
        "channel_id": store.channel_id,
        **claims,
    }
    told = {name: value for name, value in told.items() if value is not None}
    head = {"alg": "HS256", "typ": "JWT"} if header is None else header
    signed = f"{b64(json.dumps(head).encode())}.{b64(json.dumps(told).encode())}"
    return f"{signed}.{b64(hmac.digest(store.client_secret.encode(), signed.encode(), 'sha256'))}"


def asking_first(app: Flask, path: str, login: Callable[[], ResponseReturnValue]) -> None:
    """A second way in, by the e-mail address."""

    @app.get(path)
    def ask() -> ResponseReturnValue:
        if "login_hint" in request.args:
            return login()
        return (
            '<form><input name="login_hint"><input name="return_to" value="/cart"><button>Go</button></form>'
        )


def hearing_of_ends(app: Flask, ended: Callable[[str], None]) -> None:
    """Where the provider tells of sessions that ended."""

    @app.post("/backchannel-logout/acme")
    def backchannel() -> ResponseReturnValue:
        ended(request.form["logout_token"])
        return "", 200


def find_or_create(shop: str, store: StoreOptions, claims: dict[str, Any]) -> int:
    api = f"{shop}/stores/{store.store_hash}/v3/customers"
    headers = {"X-Auth-Token": store.access_token, "Content-Type": "application/json"}
    found = fetch(f"{api}?{urlencode({'email:in': claims['email']})}", None, headers)["data"]
    if not found:
        row = {
            "email": claims["email"],
            "first_name": claims["given_name"],
            "last_name": claims["family_name"],
        }
        found = fetch(api, json.dumps([row]).encode(), headers)["data"]
    return int(found[0]["id"])


def plain_bridge(
    where: Callable[[], tuple[str, str]],
    client: Client,
    store: StoreOptions,
    europe: Europe,
    *,
    careless: bool,
) -> Flask:
    """`where` tells the addresses of the provider and the store; a careless bridge trusts every e-mail."""
    app = Flask(__name__)
    app.config.update(SECRET_KEY=secrets.token_bytes(16), SESSION_COOKIE_NAME="plain_bridge")
    known: dict[str, int] = {}
    sids: dict[str, int] = {}

    def refuse(code: str) -> ResponseReturnValue:
        return "<!doctype html><p>No.", 403, {"Bridge-Refusal": code}

    second = PlainEurope(app, europe)

    @app.get("/login/us")
    @app.get("/login/eu", endpoint="login_eu")
    def login() -> ResponseReturnValue:
        verifier = secrets.token_urlsafe(48)
        session.update(verifier=verifier, state=secrets.token_hex(8), return_to=request.args["return_to"])
        session.update(asked=dict(request.args), store=request.path.rpartition("/")[2])
        asked = {
            "client_id": client.client_id,
            "redirect_uri": client.redirect_uris[0],
            "response_type": "code",
            "scope": "openid profile email",
            "state": session["state"],
            "code_challenge": b64(hashlib.sha256(verifier.encode()).digest()),
            "code_challenge_method": "S256",
        }
        return redirect(f"{where()[0]}/authorize?{urlencode(asked)}", 303)

    asking_first(app, "/login/companies", login)

    @app.get("/callback/acme")
    def callback() -> ResponseReturnValue:
        if "error" in request.args or request.args["state"] != session.pop("state", None):
            return refuse("declined")
        idp, shop = where()
        credentials = f"{quote_plus(client.client_id)}:{quote_plus(client.client_secret)}"
        body = {
            "grant_type": "authorization_code",
            "code": request.args["code"],
            "redirect_uri": client.redirect_uris[0],
            "code_verifier": session["verifier"],
        }
        basic = "Basic " + base64.b64encode(credentials.encode()).decode()
        tokens = fetch(f"{idp}/token", urlencode(body).encode(), {"Authorization": basic})
        key = jwt.PyJWK(fetch(f"{idp}/jwks.json")["keys"][0])
        claims = jwt.decode(
            tokens["id_token"], key, algorithms=["RS256"], audience=client.client_id, issuer=idp
        )
        session["hint"] = tokens["id_token"]
        if session["store"] == "eu":
            return second.hand_over(claims)
        if claims["sub"] not in known:
            if not claims.get("email_verified") and not careless:
                return refuse("email_unverified")
            known[claims["sub"]] = find_or_create(shop, store, claims)
        sids[claims["sid"]] = known[claims["sub"]]
        token = login_token(store, customer_id=known[claims["sub"]], redirect_to=session["return_to"])
        return redirect(f"{shop}/login/token/{token}", 303)

    def ended(token: str) -> None:
        idp, shop = where()
        key = jwt.PyJWK(fetch(f"{idp}/jwks.json")["keys"][0])
        sid = jwt.decode(token, key, algorithms=["RS256"], audience=client.client_id, issuer=idp)["sid"]
        told = {"customer_id": str(sids.pop(sid))} if sid in sids else {}
        send_webhook(shop, store.webhook_secret, told)
        second.tell(sid)

    hearing_of_ends(app, ended)

    @app.get("/logout/us")
    @app.get("/logout/eu", endpoint="logout_eu")
    def logout() -> ResponseReturnValue:
        idp, shop = where()
        ends = {"/logout/us": f"{shop}/login.php?action=logout", "/logout/eu": f"{europe.url}/"}
        asked = {
            "id_token_hint": session.pop("hint"),
            "post_logout_redirect_uri": ends[request.path],
        }
        return redirect(f"{idp}/end-session?{urlencode(asked)}", 303)

    return app
