"""The endpoints of every provider of the play, each below the name of its case."""

import base64
import hashlib
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlencode, urlsplit

from tests.attacks.hostile.jose import RING, b64
from tests.attacks.hostile.plan import GONE, Plan, Reply, Turn, edited, now, secret, written


@dataclass(frozen=True)
class Seen:
    """One request that arrived at a provider, or at the thief's."""

    endpoint: str
    method: str
    headers: Mapping[str, str]
    body: bytes
    thief: bool
    query: str

    @property
    def everything(self) -> str:
        return f"{self.query} {dict(self.headers)} {self.body.decode('latin-1')}"


class Room:
    """One provider: its plan, its turns and what it saw."""

    def __init__(self, plan: Plan, blank: Turn) -> None:
        self.plan = plan
        self.blank = blank  # the turn of requests that belong to none
        self.turns: list[Turn] = []
        self.seen: list[Seen] = []
        self.faults: list[str] = []  # what the bridge itself did wrong
        self.pushed: dict[str, dict[str, str]] = {}  # requests by the reference given for them
        self._lock = threading.Lock()

    def count(self, endpoint: str) -> int:
        return sum(1 for one in self.seen if one.endpoint == endpoint and not one.thief)

    @property
    def secrets(self) -> list[str]:
        made = [self.blank.client_secret]
        for turn in self.turns:
            signatures = [token.rpartition(".")[2] for token in turn.id_tokens]
            made += [turn.code, turn.access_token, turn.verifier, *signatures]
        return [one for one in made if len(one) >= 16]

    def answer(self, seen: Seen) -> Reply:
        self.seen.append(seen)
        endpoints = {
            ".well-known/openid-configuration": self._metadata,
            "par": self._par,
            "authorize": self._authorize,
            "token": self._token,
            "jwks": self._jwks,
            "userinfo": self._userinfo,
        }
        serve = endpoints.get(seen.endpoint)
        turn = self.turns[-1] if self.turns else self.blank
        reply = replace(serve(seen) if serve else Reply(status=404), endpoint=seen.endpoint)
        change = self.plan.replies.get(seen.endpoint.rpartition("/")[2])
        return change(reply, turn) if change and not seen.thief else reply

    def _metadata(self, _seen: Seen) -> Reply:
        turn = self.turns[-1] if self.turns else self.blank
        honest = {
            "issuer": turn.issuer,
            "authorization_endpoint": f"{turn.home}/authorize",
            "token_endpoint": f"{turn.home}/token",
            "jwks_uri": f"{turn.home}/jwks",
            "userinfo_endpoint": f"{turn.home}/userinfo",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }
        return _json(edited(honest, self.plan.metadata, turn))

    def _authorize(self, seen: Seen) -> Reply:
        asked = self._asked(dict(parse_qsl(seen.query)))
        if asked.get("code_challenge_method") != "S256" or len(asked.get("code_challenge", "")) != 43:
            self.faults.append("the authorization request is without PKCE S256")
        if len(asked.get("nonce", "")) < 22 or len(asked.get("state", "")) < 22:
            self.faults.append("nonce or state is missing or short")
        with self._lock:
            turn = replace(
                self.blank,
                number=len(self.turns) + 1,
                asked=asked,
                code=self.plan.code(),
                access_token=secret("access"),
                id_tokens=self.turns[-1].id_tokens if self.turns else [],
            )
            self.turns.append(turn)
        parameters = self.plan.answer([("code", turn.code), ("state", asked.get("state", ""))], turn)
        goal = f"{asked.get('redirect_uri', '')}?{urlencode(parameters, errors='surrogateescape')}"
        return Reply(status=302, headers={"Location": goal})

    def _par(self, seen: Seen) -> Reply:
        """RFC 9126: the request behind the browser's back."""
        reference = f"urn:ietf:params:oauth:request_uri:{len(self.pushed)}"
        self.pushed[reference] = dict(parse_qsl(seen.body.decode("latin-1")))
        return _json({"request_uri": reference, "expires_in": 60}, 201)

    def _asked(self, query: dict[str, str]) -> dict[str, str]:
        """The request itself, wherever it stands; a signed one is the only one that counts (RFC 9101)."""
        asked = self.pushed.get(query.get("request_uri", ""), query)
        if "request" not in asked:
            return asked
        claims = asked["request"].split(".")[1]
        signed: dict[str, str] = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
        return signed

    def _token(self, seen: Seen) -> Reply:
        form = dict(parse_qsl(seen.body.decode("latin-1")))
        turn = next((one for one in self.turns if one.code == form.get("code")), None)
        if turn is None:
            return _json({"error": "invalid_grant"}, 400)
        turn.verifier = form.get("code_verifier", "")
        self._examine(seen, form, turn)
        plan = self.plan
        header = edited({"alg": "RS256", "kid": RING.rsa.kid}, plan.header, turn)
        if "kid" not in plan.header:
            header["kid"] = RING.fitting(header.get("alg")).kid
        claims = {
            "iss": turn.issuer,
            "sub": turn.subject,
            "aud": turn.client_id,
            "exp": now(300),
            "iat": now(),
            "nonce": turn.asked.get("nonce", GONE),
        }
        payload = plan.spelling(written(edited(edited({}, claims, turn), plan.claims, turn)))
        id_token = plan.forge(turn, header, payload)
        if isinstance(id_token, str):
            turn.id_tokens.append(id_token)
        honest = {
            "access_token": turn.access_token,
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": id_token,
        }
        return _json(edited(honest, plan.tokens, turn))

    def _examine(self, seen: Seen, form: Mapping[str, str], turn: Turn) -> None:
        """What an honest provider checks, so that an honest turn proves that the bridge plays by the rules."""
        challenge = b64(hashlib.sha256(turn.verifier.encode()).digest())
        if challenge != turn.asked.get("code_challenge"):
            self.faults.append("the code verifier does not fit the challenge")
        if form.get("redirect_uri") != turn.asked.get("redirect_uri"):
            self.faults.append("the redirect URI changed")
        pair = f"{quote_plus(turn.client_id)}:{quote_plus(turn.client_secret)}".encode()
        basic = f"Basic {base64.b64encode(pair).decode()}"
        if seen.headers.get("authorization") != basic and form.get("client_secret") != turn.client_secret:
            self.faults.append("the client did not authenticate")

    def _jwks(self, _seen: Seen) -> Reply:
        turn = self.turns[-1] if self.turns else self.blank
        return _json({"keys": list(self.plan.keys(turn))})

    def _userinfo(self, seen: Seen) -> Reply:
        given = seen.headers.get("authorization", "").removeprefix("Bearer ")
        turn = next((one for one in self.turns if one.access_token == given), self.turns[-1])
        honest = {"sub": turn.subject, "email": turn.email, "email_verified": True, "name": "Hanna Honest"}
        return _json(edited(honest, self.plan.userinfo, turn))


class Rooms:
    """All providers by name."""

    def __init__(self) -> None:
        self.by_name: dict[str, Room] = {}

    def answer(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes, *, thief: bool
    ) -> Reply:
        parts = urlsplit(target)
        name, _, endpoint = parts.path.lstrip("/").partition("/")
        room = self.by_name.get(name)
        if room is None:
            return Reply(status=404)
        return room.answer(Seen(endpoint, method, headers, body, thief, parts.query))


def _json(document: Mapping[str, Any], status: int = 200) -> Reply:
    return Reply(status=status, body=written(document).encode())


def parsed(reply: Reply) -> dict[str, Any]:
    """The JSON object of an honest reply, to be changed."""
    document: dict[str, Any] = json.loads(reply.body)
    return document
