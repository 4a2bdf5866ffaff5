"""A running provider as its client and its people see it."""

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, quote_plus, urlencode, urlsplit

import jwt

from bridge.demo.idp import Client
from bridge.demo.idp.memory import Memory
from bridge.demo.shopper import Shopper

from .plainbridge import b64
from .web import Answer, call

VERIFIER = "v" * 43
CALLBACK = "http://127.0.0.1:9/callback/acme"
CLIENT = Client("the client", "a secret: 100%+/&=ü", (CALLBACK, CALLBACK + "?a=b"), ("http://127.0.0.1:9/",))
OTHER = Client("other", "other-secret", (CALLBACK,))


@dataclass
class Provider:
    url: str
    memory: Memory
    shopper: Shopper = field(default_factory=Shopper)

    def ask(self, **changes: str | None) -> str:
        """The address of an authorization request; a parameter given as None is left out."""
        asked: dict[str, str | None] = {
            "client_id": CLIENT.client_id,
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": "openid profile email",
            "state": "the-state",
            "nonce": "the-nonce",
            "code_challenge": b64(hashlib.sha256(VERIFIER.encode()).digest()),
            "code_challenge_method": "S256",
            **changes,
        }
        return f"{self.url}/authorize?" + urlencode({k: v for k, v in asked.items() if v is not None})

    def answer(self, page_or_url: str, *labels: str) -> dict[str, str]:
        """What comes to the client's redirect URI after pressing these buttons there."""
        try:
            page = self.shopper.open(page_or_url)
            for label in labels:
                page = page.press(label)
        except OSError:  # nobody listens at the redirect URI
            return self.last
        raise AssertionError(f"still at {page.url}: {page.markup.visible}")

    def code(self, person: str = "Ada Lovelace", **changes: str | None) -> str:
        return self.answer(self.ask(prompt="login", **changes), person)["code"]

    @property
    def last(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.shopper.address).query).items()}

    def redeem(self, code: str, secret: str = CLIENT.client_secret, **changes: str) -> Answer:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
        form |= {"code_verifier": VERIFIER, **changes}
        pair = f"{quote_plus(CLIENT.client_id)}:{quote_plus(secret)}"
        return call("POST", f"{self.url}/token", form=form, headers={"Authorization": basic(pair)})

    def id_token(self, tokens: Answer) -> dict[str, Any]:
        head = jwt.get_unverified_header(tokens.json["id_token"])
        keys = call("GET", f"{self.url}/jwks.json").json["keys"]
        key = jwt.PyJWK(next(key for key in keys if key["kid"] == head["kid"]))
        claims: dict[str, Any] = jwt.decode(
            tokens.json["id_token"], key, algorithms=["RS256"], audience=CLIENT.client_id, issuer=self.url
        )
        return claims

    def fault(self, name: str) -> None:
        assert call("POST", f"{self.url}/faults", body={"fault": name}).status == 200


def basic(pair: str) -> str:
    return "Basic " + base64.b64encode(pair.encode()).decode()
