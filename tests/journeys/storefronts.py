"""Storefronts that take their tokens by code, beside the stage's own store."""

import json
import secrets
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlencode

from tests.journeys.browser import Answer, Browser
from tests.journeys.stage import Stage, query_of

NEW, OLD = "new-" + secrets.token_urlsafe(32) + "+/%:= ü", "old-" + secrets.token_urlsafe(32)
_FRONTS: dict[str, dict[str, Any]] = {
    "server": {"handoff_secret": [NEW, OLD]},
    "other": {"handoff_secret": "another-" + secrets.token_urlsafe(32)},
    "page": {"browser_origins": ["{store}"]},
    "hybrid": {"handoff_secret": [NEW], "browser_origins": ["{store}"], "connections": ["acme", "globex"]},
}


def add_storefronts(stage: Stage) -> None:
    """The stores `server`, `other`, `page` and `hybrid`: of the stage's store, with delivery = "code"."""
    account = stage.tables["stores.us.bigcommerce"]
    for name, front in _FRONTS.items():
        origins = [origin.format(store=stage.store_url) for origin in front.get("browser_origins", [])]
        stage.tables[f"stores.{name}"] = {
            "platform": "bigcommerce",
            "url": stage.store_url,
            "connections": ["acme"],
            "delivery": "code",
            "return_url": return_url(stage),
            **front,
            **({"browser_origins": origins} if origins else {}),
        }
        stage.tables[f"stores.{name}.bigcommerce"] = dict(account)


def return_url(stage: Stage) -> str:
    return f"{stage.store_url}/auth/return"


def secret_of(stage: Stage, store: str) -> str:
    secret = stage.tables[f"stores.{store}"]["handoff_secret"]
    return secret if isinstance(secret, str) else str(secret[0])


def basic(store: str, secret: str, *, encoded: bool = False) -> dict[str, str]:
    """The header of HTTP Basic; form-encoded before as RFC 6749 section 2.3.1 has it, or not."""
    password = quote(secret, safe="") if encoded else secret
    return {"Authorization": "Basic " + b64encode(f"{store}:{password}".encode()).decode()}


@dataclass(frozen=True)
class Pkce:
    """A verifier and its challenge."""

    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    @property
    def query(self) -> dict[str, str]:
        made = urlsafe_b64encode(sha256(self.verifier.encode()).digest()).decode().rstrip("=")
        return {"code_challenge": made, "code_challenge_method": "S256"}


def arrive(stage: Stage, store: str = "server", **query: str) -> dict[str, str]:
    """What a shopper who signed in brings to the storefront's return_url."""
    answer = stage.sign_in(Browser(), store=store, **query)
    assert answer.status == 303, (answer.status, answer.refusal)
    assert answer.location.startswith(return_url(stage) + "?")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    return query_of(answer.location)


def ask(
    stage: Stage,
    store: str,
    form: Mapping[str, Any],
    headers: Mapping[str, str] | None = None,
    *,
    bridge_url: str = "",
    as_json: bool = False,
) -> tuple[Answer, dict[str, Any]]:
    """The bridge's answer at /token, and the JSON in it."""
    body = json.dumps(form).encode() if as_json else urlencode(form).encode()
    kind = "application/json" if as_json else "application/x-www-form-urlencoded"
    answer = Browser().post(
        f"{bridge_url or stage.bridge_url}/token/{store}", body, {"Content-Type": kind, **(headers or {})}
    )
    return answer, json.loads(answer.body)


def redeem(stage: Stage, store: str, code: str, **more: Any) -> tuple[Answer, dict[str, Any]]:
    """By the store's newest secret."""
    headers = basic(store, secret_of(stage, store))
    return ask(stage, store, {"grant_type": "authorization_code", "code": code}, headers, **more)
