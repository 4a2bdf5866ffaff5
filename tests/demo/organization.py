"""The demo platform that these tests talk to, and what one may send it."""

import base64
import hmac
import json
import time
from typing import Any

from bridge.demo.commercelayer import Market, OrganizationOptions
from bridge.demo.commercelayer.options import SAMPLE_CUSTOMERS, integration, sales_channel
from bridge.demo.commercelayer.organization import Organization

from .web import Answer, call

ADA, CHARLES = SAMPLE_CUSTOMERS[0].id, SAMPLE_CUSTOMERS[1].id
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
MEDIA_TYPE = "application/vnd.api+json"
SHARED_SECRET = "s" * 64
OPTIONS = OrganizationOptions(
    sales_channel("the-channel", "channel-secret"),
    integration("the-integration", "integration-secret"),
    markets=(
        Market("KoaJYhLVzp", "europe"),
        Market("ZbqRvhNOmd", "staff", customer_group="xgZVGFVZjv"),
    ),
    shared_secret=SHARED_SECRET,
    backend_auth="known-backend",
    oauth_limit=1000,
    slow_seconds=0.3,
)


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def hs512(claims: Any, key: str = "cl", header: Any = None) -> str:
    """A JWT signed HS512, as the vendor's library writes it."""
    head = {"alg": "HS512", "typ": "JWT"} if header is None else header
    signed = f"{b64(json.dumps(head).encode())}.{b64(json.dumps(claims).encode())}"
    return f"{signed}.{b64(hmac.digest(key.encode(), signed.encode(), 'sha512'))}"


def assertion(claims: Any = None, key: str = "cl", **more: Any) -> str:
    told = {"owner": {"type": "Customer", "id": ADA}} if claims is None else claims
    return hs512({"https://commercelayer.io/claims": told, "iat": int(time.time()), **more}, key)


class Platform:
    """A running platform; `state` is its memory."""

    def __init__(self, url: str, state: Organization) -> None:
        self.url, self.state = url, state

    def token(self, headers: dict[str, str] | None = None, /, **told: Any) -> Answer:
        """A token request; what is given as None is left out."""
        body = {"client_id": "the-channel", "scope": "market:code:europe", **told}
        body = {name: value for name, value in body.items() if value is not None}
        sent = {"Accept": "application/json", **(headers or {})}
        return call("POST", f"{self.url}/oauth/token", body=body, headers=sent)

    def bearer(self, **told: Any) -> Answer:
        """By the JWT bearer grant, for Ada."""
        asked = {"client_secret": "channel-secret", "assertion": assertion(), **told}
        return self.token(grant_type=JWT_BEARER, **asked)

    def integration(self) -> str:
        answer = self.token(
            grant_type="client_credentials",
            client_id="the-integration",
            client_secret="integration-secret",
            scope=None,
        )
        return str(answer.json["access_token"])

    def revoke(self, **told: Any) -> Answer:
        body = {"client_id": "the-channel", **told}
        return call("POST", f"{self.url}/oauth/revoke", body=body, headers={"Accept": "application/json"})

    def api(
        self, method: str, path: str, token: str, data: Any = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """A call of the Core API."""
        sent = {"Accept": MEDIA_TYPE, "Authorization": f"Bearer {token}"}
        if data is not None:
            sent["Content-Type"] = MEDIA_TYPE
        body = None if data is None else {"data": data}
        return call(method, f"{self.url}/api{path}", body=body, headers={**sent, **(headers or {})})

    def create(self, token: str, **attributes: Any) -> Answer:
        return self.api("POST", "/customers", token, {"type": "customers", "attributes": attributes})

    def fault(self, **faults: str) -> None:
        assert call("POST", f"{self.url}/_demo/faults", body=faults).status == 200


def told(answer: Answer) -> tuple[int, str, str]:
    """Status, code and title of a refusal, which has exactly one error."""
    (error,) = answer.json["errors"]
    assert int(error["status"]) == answer.status
    return answer.status, error["code"], error["title"]
