"""The plainest bridge's side of the second store: codes, and tokens by the JWT bearer grant."""

import base64
import hashlib
import hmac
import json
import secrets
import time
import urllib.request
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Flask, redirect, request, session
from flask.typing import ResponseReturnValue

from bridge.demo.europe import Europe

from .organization import JWT_BEARER, MEDIA_TYPE, assertion, b64

_NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def send_webhook(shop: str, secret: str, told: dict[str, Any]) -> int:
    """`session.ended`, signed as Standard Webhooks has it; the status."""
    now = int(time.time())
    at = datetime.now(UTC).isoformat()
    body = json.dumps({"type": "session.ended", "at": at, "reason": "backchannel", **told})
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = base64.b64encode(hmac.digest(key, f"msg_1.{now}.{body}".encode(), "sha256")).decode()
    headers = {"webhook-id": "msg_1", "webhook-timestamp": str(now), "webhook-signature": f"v1,{mac}"}
    sent = urllib.request.Request(f"{shop}/hooks/bridge", body.encode(), headers)
    with _NO_PROXY.open(sent, timeout=10) as answer:
        return int(answer.status)


class PlainEurope:
    """Hands customers over to the shop."""

    def __init__(self, app: Flask, europe: Europe) -> None:
        self._europe = europe
        self._customers: dict[str, str] = {}  # by code, and by handle
        self._challenges: dict[str, str] = {}
        self._sids: dict[str, str] = {}  # the customer's at the platform, by the one at the provider
        app.add_url_rule("/token/eu", view_func=self.token, methods=["POST"])

    def hand_over(self, claims: dict[str, Any]) -> ResponseReturnValue:
        """To the shop, with a code."""
        code = secrets.token_urlsafe(32)
        self._customers[code] = self._find_or_create(claims)
        self._sids[claims.get("sid", "")] = self._customers[code]
        asked = session["asked"]
        self._challenges[code] = asked["code_challenge"]
        told = {"code": code, "state": asked["state"], "return_to": asked["return_to"]}
        return redirect(f"{self._europe.return_url}?{urlencode(told)}", 303)

    def token(self) -> ResponseReturnValue:
        """For a code, or for what came with the last token."""
        given, secret = request.authorization, self._europe.handoff_secret
        if given is None or (given.username, given.password) != ("eu", secret):
            return {"error": "invalid_client"}, 401
        form = request.form
        known = form.get("refresh_token") or form.get("code", "")
        if "code" in form:
            made = b64(hashlib.sha256(form["code_verifier"].encode()).digest())
            if made != self._challenges.pop(known, ""):
                return {"error": "invalid_grant"}, 400
        customer_id = self._customers.pop(known, None)
        if customer_id is None:
            return {"error": "invalid_grant"}, 400
        handle = secrets.token_urlsafe(32)
        self._customers[handle] = customer_id
        token = self._grant(
            self._europe.options.sales_channel.client_id,
            self._europe.options.sales_channel.client_secret,
            grant_type=JWT_BEARER,
            assertion=assertion({"owner": {"type": "Customer", "id": customer_id}}),
            scope="market:code:europe",
        )
        kept = {name: token[name] for name in ("access_token", "token_type", "expires_in", "scope")}
        sid = f"session-of-{customer_id}"
        return {**kept, "customer_id": customer_id, "refresh_token": handle, "sid": sid}

    def tell(self, sid: str) -> None:
        """The shop, that the provider ended its session of that id."""
        if customer_id := self._sids.pop(sid, ""):
            told = {"sid": f"session-of-{customer_id}", "customer_id": customer_id}
            send_webhook(self._europe.url, self._europe.webhook_secret, told)

    def _find_or_create(self, claims: dict[str, Any]) -> str:
        back_office = self._europe.options.integration
        grant = self._grant(back_office.client_id, back_office.client_secret, grant_type="client_credentials")
        headers = {
            "Accept": MEDIA_TYPE,
            "Content-Type": MEDIA_TYPE,
            "Authorization": "Bearer " + grant["access_token"],
        }
        url = f"{self._europe.platform_url}/api/customers"
        wanted = urlencode({"filter[q][email_eq]": claims["email"]})
        found = _fetch(f"{url}?{wanted}", None, headers)["data"]
        if found:
            return str(found[0]["id"])
        row = {"type": "customers", "attributes": {"email": claims["email"]}}
        return str(_fetch(url, {"data": row}, headers)["data"]["id"])

    def _grant(self, client_id: str, client_secret: str, **told: str) -> dict[str, Any]:
        body = {"client_id": client_id, "client_secret": client_secret, **told}
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        return _fetch(f"{self._europe.platform_url}/oauth/token", body, headers)


def _fetch(url: str, body: Any, headers: dict[str, str]) -> dict[str, Any]:
    data = None if body is None else json.dumps(body).encode()
    with _NO_PROXY.open(urllib.request.Request(url, data, headers), timeout=10) as answer:
        told: dict[str, Any] = json.load(answer)
        return told
