"""A stranger's Commerce Layer: reads what the bridge sends by the documentation alone, with code of its own."""

import base64
import hashlib
import itertools
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bridge.domain.deadline import Deadline
from bridge.domain.http import HttpFailure, HttpReply, HttpRequest

AUTH, API = "https://auth.commercelayer.io", "https://my-org.commercelayer.io"
JSON, JSON_API = "application/json", "application/vnd.api+json"
CHANNEL = ("channel-id", "channel-secret-of-some-length")
INTEGRATION = ("integration-id", "integration-secret-of-some-length")
BACKEND = "backend-secret"
SCOPE = "market:code:europe"
BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
Reply = tuple[int, Any]


def decoded(part: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def error(status: int, code: str, title: str = "") -> Reply:
    one = {"code": code, "title": title, "detail": "planted detail", "status": str(status), "meta": {}}
    return status, {"errors": [one]}


@dataclass
class Row:
    """A customer."""

    id: str
    email: str
    attributes: dict[str, Any] = field(default_factory=dict)
    group: str = ""

    def shown(self) -> dict[str, Any]:
        attributes = {name: value for name, value in self.attributes.items() if name != "password"}
        return {"id": self.id, "type": "customers", "attributes": {"email": self.email, **attributes}}


class Organization:
    """Fits the port `Http`. `fault`, where set, may answer in place of it."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self.rows = {"AAAAAAAAAA": Row("AAAAAAAAAA", "Ada@Acme.example")}
        self.requests: list[HttpRequest] = []
        self.bodies: list[dict[str, Any]] = []
        self.assertions: list[dict[str, Any]] = []
        self.fault: Callable[[HttpRequest], HttpReply | None] = lambda request: None
        self.lifetime = 14400
        self.integration_lifetime = 7200
        self.integration_tokens: set[str] = set()
        self.refresh_tokens: dict[str, str] = {}
        self.revoked: list[str] = []
        self.more: dict[str, Any] = {}  # put over each token answer
        self.limit = 30
        self._hits: dict[str, list[float]] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def send(self, request: HttpRequest, deadline: Deadline) -> HttpReply:
        if deadline.remaining() <= 0:
            raise HttpFailure("timeout", "no time was left")
        self.requests.append(request)
        reply = self.fault(request)
        if reply is not None:
            return reply
        with self._lock:
            status, body = self._answer(request)
        kind = JSON if request.url.startswith(AUTH) else JSON_API
        return HttpReply(status, {"content-type": kind}, b"" if body is None else json.dumps(body).encode())

    def asked(self, path: str) -> list[HttpRequest]:
        return [request for request in self.requests if urlsplit(request.url).path.startswith(path)]

    def _answer(self, request: HttpRequest) -> Reply:
        url = urlsplit(request.url)
        origin = f"{url.scheme}://{url.netloc}"
        if origin == AUTH and url.path == "/oauth/token" and request.method == "POST":
            return self._token(request)
        if origin == AUTH and url.path == "/oauth/revoke" and request.method == "POST":
            return self._revoke(request)
        if origin == API and url.path.startswith("/api/customers"):
            return self._customers(request, url.path.removeprefix("/api/customers"), parse_qs(url.query))
        return 404, None

    # -- the authentication server ----------------------------------------------------------

    def _token(self, request: HttpRequest) -> Reply:  # noqa: PLR0911 - one for each documented error
        if not self._within_limit(request):
            return error(429, "TOO_MANY_REQUESTS")
        body = self._body(request, JSON)
        if body is None:
            return error(400, "BAD_REQUEST", "invalid_request")
        self.bodies.append(body)
        client = (body.get("client_id"), body.get("client_secret"))
        if client not in (CHANNEL, INTEGRATION):
            return error(401, "UNAUTHORIZED", "invalid_client")
        grant = body.get("grant_type")
        if grant == "client_credentials":
            return self._client_credentials(client == INTEGRATION, body)
        scope = body.get("scope")
        if scope is not None and scope != SCOPE:
            return error(400, "BAD_REQUEST", "invalid_scope")
        if grant == BEARER:
            owner = self._owner(body.get("assertion"))
            return self._given(owner, scope) if owner else error(400, "BAD_REQUEST", "invalid_assertion")
        if grant == "refresh_token":
            owner = self.refresh_tokens.pop(body.get("refresh_token", ""), "")
            return self._given(owner, scope) if owner else error(400, "BAD_REQUEST", "invalid_grant")
        return error(400, "BAD_REQUEST", "unsupported_grant_type")

    def _client_credentials(self, integration: bool, body: dict[str, Any]) -> Reply:
        if not integration and body.get("scope") != SCOPE:
            return error(400, "BAD_REQUEST", "invalid_scope")
        token = f"access.{next(self._numbers)}"
        if integration:
            self.integration_tokens.add(token)
        scope = body.get("scope", "market:all")
        answer = {"access_token": token, "token_type": "bearer", "scope": scope}
        answer["expires_in"] = self.integration_lifetime
        return 200, {**answer, "created_at": int(self.now())}

    def _given(self, owner: str, scope: str | None) -> Reply:
        number = next(self._numbers)
        self.refresh_tokens[f"refresh.{number}"] = owner
        answer = {
            "access_token": f"customer.{owner}.{number}",
            "token_type": "bearer",
            "expires_in": self.lifetime,
            "refresh_token": f"refresh.{number}",
            "scope": scope or "market:all",
            "created_at": int(self.now()),
            "owner_id": owner,
            "owner_type": "customer",
        }
        return 200, {**answer, **self.more}

    def _owner(self, assertion: object) -> str:
        """Decoded without a look at the signature, as documented."""
        if not isinstance(assertion, str) or len(assertion) > 4096 or assertion.count(".") != 2:
            return ""
        header, payload, signature = assertion.split(".")
        if decoded(header) != {"alg": "HS512", "typ": "JWT"} or len(signature) != 86:
            return ""
        claims = decoded(payload)
        self.assertions.append(claims)
        about = claims.get("https://commercelayer.io/claims", {})
        owner = about.get("owner", {})
        if type(claims.get("iat")) is not int or set(about) - {"owner", "custom_claim"}:
            return ""
        return owner["id"] if owner.get("type") == "Customer" and owner.get("id") in self.rows else ""

    def _revoke(self, request: HttpRequest) -> Reply:
        body = self._body(request, JSON)
        if body is None or (body.get("client_id"), body.get("client_secret")) != CHANNEL:
            return error(401, "UNAUTHORIZED", "invalid_client")
        self.revoked.append(body["token"])
        self.refresh_tokens.pop(body["token"], None)
        return 200, {}

    def _within_limit(self, request: HttpRequest) -> bool:
        counted = "the bridge"
        if "x-true-client-ip" in request.headers or "x-backend-auth" in request.headers:
            assert request.headers["x-backend-auth"] == BACKEND
            counted = request.headers["x-true-client-ip"]
        hits = [at for at in self._hits.get(counted, []) if at > self.now() - 60]
        self._hits[counted] = [*hits, self.now()]
        return len(hits) < self.limit

    # -- the Core API -----------------------------------------------------------------------

    def _customers(self, request: HttpRequest, path: str, query: dict[str, list[str]]) -> Reply:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self.integration_tokens:
            return error(401, "INVALID_TOKEN")
        if request.headers.get("Accept") != JSON_API:
            return error(406, "NOT_ACCEPTABLE")
        if request.method == "POST" and not path:
            return self._create(request)
        if path:
            row = self.rows.get(path.removeprefix("/"))
            return (200, {"data": row.shown()}) if row else error(404, "RECORD_NOT_FOUND")
        size = int(query.pop("page[size]", ["10"])[0])
        assert 0 < size <= 25
        found = list(self.rows.values())
        for name, (value,) in query.items():
            assert name.startswith("filter[q][")
            assert name.endswith("_eq]")
            attribute = name.removeprefix("filter[q][").removesuffix("_eq]")
            found = [row for row in found if self._same(row, attribute, value)]
        return 200, {"data": [row.shown() for row in found[:size]], "meta": {"record_count": len(found)}}

    @staticmethod
    def _same(row: Row, attribute: str, value: str) -> bool:
        if attribute == "email":
            return row.email.lower() == value.lower()
        return row.attributes.get(attribute) == value

    def _create(self, request: HttpRequest) -> Reply:
        body = self._body(request, JSON_API)
        if body is None:
            return error(415, "UNSUPPORTED_MEDIA_TYPE")
        data = body["data"]
        assert set(data) <= {"type", "attributes", "relationships"}
        assert data["type"] == "customers"
        attributes = dict(data["attributes"])
        known = {"email", "password", "reference", "reference_origin", "metadata", "profile_id"}
        assert set(attributes) <= known
        email = attributes.pop("email")
        if any(row.email.lower() == email.lower() for row in self.rows.values()):
            return error(422, "VALIDATION_ERROR", "has already been taken")
        group = data.get("relationships", {}).get("customer_group", {}).get("data", {})
        assert not group or group["type"] == "customer_groups"
        number = hashlib.sha256(email.encode()).hexdigest()[:10]
        self.rows[number] = Row(number, email, attributes, group.get("id", ""))
        return 201, {"data": self.rows[number].shown()}

    @staticmethod
    def _body(request: HttpRequest, kind: str) -> dict[str, Any] | None:
        headers = request.headers
        if headers.get("Content-Type") != kind or headers.get("Accept") != kind or request.body is None:
            return None
        body = json.loads(request.body)
        return body if isinstance(body, dict) else None
