"""What one provider of the play does: an honest one by default, every part of it replaceable."""

import json
import re
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.attacks.hostile.jose import ALL_ALGS, RING, b64

MARK = "pl4nt3d"  # begins every secret of the play, so that a leak is found wherever it is
GONE = object()  # as a value: the member is left out
DOMAIN = "acme.example"
VICTIM = f"mark@{DOMAIN}"  # a customer whom the store has already


@dataclass(kw_only=True)
class Turn:
    """One sign-in at one provider, from the authorization request to userinfo."""

    case: str
    issuer: str
    home: str  # address of all of this provider's endpoints
    thief: str  # the same, at another host: nothing secret may ever arrive there
    client_id: str
    client_secret: str
    number: int = 0  # 1 for the first sign-in
    asked: Mapping[str, str] = field(default_factory=dict)  # the authorization request
    code: str = ""
    access_token: str = ""
    verifier: str = ""
    id_tokens: list[str] = field(default_factory=list)  # all that this provider made so far

    @property
    def subject(self) -> str:
        return f"subject of {self.case}"

    @property
    def email(self) -> str:
        return f"{self.case}@{DOMAIN}"


class Raw(str):
    """Written into JSON as it is, without quotes: numbers and escapes that Python would not write."""

    __slots__ = ()


Said = Callable[[Turn], object]
#: Changes of a JSON object: a callable is asked with the turn, GONE leaves the member out.
Edit = Mapping[str, object]
Parameters = list[tuple[str, str]]


def edited(document: Mapping[str, Any], edit: Edit, turn: Turn) -> dict[str, Any]:
    values = {name: value(turn) if callable(value) else value for name, value in edit.items()}
    return {name: value for name, value in {**document, **values}.items() if value is not GONE}


def written(document: object) -> str:
    """JSON text, with `Raw` texts unquoted."""
    return re.sub(r'"@raw:(.*?):raw@"', lambda found: unescaped(found[1]), json.dumps(_marked(document)))


def unescaped(text: str) -> str:
    return str(json.loads(f'"{text}"'))


def _marked(value: object) -> object:
    if isinstance(value, Raw):
        return f"@raw:{value}:raw@"
    if isinstance(value, dict):
        return {name: _marked(one) for name, one in value.items()}
    return [_marked(one) for one in value] if isinstance(value, list) else value


def now(seconds: float = 0) -> Said:
    """A whole second of this machine's clock, so many from now."""
    return lambda _turn: int(time.time() + seconds)


def secret(kind: str) -> str:
    return f"{MARK}-{kind}-{secrets.token_urlsafe(18)}"


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An HTTP reply; `raw` takes the wire over instead."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    body: bytes = b""
    raw: Callable[["Wire"], None] | None = None
    endpoint: str = ""  # where it was asked for


class Wire:
    """The socket, for those who do not speak HTTP properly."""

    def send(self, data: bytes) -> None:
        raise NotImplementedError

    def wait_until_closed(self, limit: float) -> None:
        raise NotImplementedError

    def reset(self) -> None:
        raise NotImplementedError


def signed(turn: Turn, header: dict[str, Any], payload: bytes) -> str:
    """An honest signature by the provider's own key."""
    alg = header.get("alg")
    key = RING.fitting(alg)
    text = f"{b64(written(header).encode())}.{b64(payload)}"
    return f"{text}.{b64(key.sign(alg if alg in ALL_ALGS else 'RS256', text.encode()))}"


def own_keys(_turn: Turn) -> list[object]:
    """One for each kind of algorithm."""
    return [RING.rsa.jwk(), RING.p256.jwk(), RING.p384.jwk(), RING.p521.jwk(), RING.ed.jwk()]


def as_it_is(payload: str) -> bytes:
    return payload.encode()


def same(parameters: Parameters, _turn: Turn) -> Parameters:
    return parameters


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A provider's behaviour; whatever is not said is honest.

    The ID token is thin by default (no e-mail), so that userinfo is wanted, and its call can be seen.
    """

    metadata: Edit = field(default_factory=dict)
    keys: Callable[[Turn], Sequence[object]] = own_keys
    header: Edit = field(default_factory=dict)
    claims: Edit = field(default_factory=dict)
    spelling: Callable[[str], bytes] = as_it_is  # of the ID token's payload
    forge: Callable[[Turn, dict[str, Any], bytes], object] = signed
    code: Callable[[], str] = lambda: secret("code")
    tokens: Edit = field(default_factory=dict)
    userinfo: Edit = field(default_factory=dict)
    answer: Callable[[Parameters, Turn], Parameters] = same
    replies: Mapping[str, Callable[[Reply, Turn], Reply]] = field(default_factory=dict)
