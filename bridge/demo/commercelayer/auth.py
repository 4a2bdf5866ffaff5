"""The authentication server: token, revocation, and the keys that verify its tokens."""

import hmac
import ipaddress
import time
from typing import Any

from flask import Blueprint, Response, g, jsonify, request
from flask.typing import ResponseReturnValue

from bridge.demo.commercelayer.errors import PlatformError, oauth_body, oauth_error
from bridge.demo.commercelayer.grants import client, judge
from bridge.demo.commercelayer.ledger import Grant
from bridge.demo.commercelayer.limits import Usage
from bridge.demo.commercelayer.organization import Organization, TokenRequest

_JSON = "application/json"


def create_auth(organization: Organization) -> Blueprint:
    """`/oauth/token`, `/oauth/revoke` and `/.well-known/jwks.json`."""
    auth = Blueprint("auth", __name__)
    desk = _Desk(organization)
    auth.add_url_rule("/oauth/token", view_func=desk.token, methods=["POST"])
    auth.add_url_rule("/oauth/revoke", view_func=desk.revoke, methods=["POST"])
    auth.add_url_rule("/.well-known/jwks.json", view_func=desk.jwks)
    auth.register_error_handler(PlatformError, desk.refuse)
    auth.after_request(_show_usage)
    return auth


class _Desk:
    def __init__(self, organization: Organization) -> None:
        self._organization = organization

    def token(self) -> ResponseReturnValue:
        told = self._take()
        grant = judge(told, self._organization)
        self._note(200, "", owner_id=grant.owner_id)
        response = jsonify(_told(grant, int(self._organization.now())))
        response.headers["Cache-Control"] = "no-store"
        return response

    def revoke(self) -> ResponseReturnValue:
        told = self._take()
        application = client(told, self._organization, secret_needed=False)
        if not isinstance(told.get("token"), str) or not told["token"]:
            raise oauth_error(400, "invalid_request", "token is missing.")
        self._organization.ledger.revoke(told["token"], application)
        self._note(200, "")
        return jsonify({})

    def jwks(self) -> ResponseReturnValue:
        return jsonify(self._organization.ledger.key.jwks())

    def refuse(self, error: PlatformError) -> ResponseReturnValue:
        self._note(error.status, str(error))
        body = oauth_body(error)
        if self._organization.auth_fault == "error_object":
            body = {"errors": body["errors"][0]}
        return jsonify(body), error.status

    def _take(self) -> dict[str, Any]:
        """The body, once limit, faults and media types let it pass. Raises PlatformError."""
        organization = self._organization
        g.counted_for = _address(organization)
        g.usage = organization.oauth_window.spend(g.counted_for)
        match organization.auth_fault:
            case "down":
                raise oauth_error(503, "service_unavailable", "Service unavailable.")
            case "500":
                raise oauth_error(500, "server_error", "Internal server error.")
            case "slow":
                time.sleep(organization.options.slow_seconds)
            case "invalid_client":
                raise oauth_error(401, "invalid_client", "Client authentication failed.", why="fault")
        if g.usage.exceeded or organization.auth_fault == "429":
            words = "You have reached the limit of requests. Try again later."
            raise oauth_error(429, "too_many_requests", words)
        if request.mimetype != _JSON:
            raise oauth_error(415, "invalid_request", f"The Content-Type must be {_JSON}.")
        if not request.accept_mimetypes.best_match([_JSON]):
            raise oauth_error(406, "invalid_request", f"The Accept header must allow {_JSON}.")
        told = request.get_json(silent=True)
        if not isinstance(told, dict):
            raise oauth_error(400, "invalid_request", "The body must be a JSON object.")
        g.told = told
        return told

    def _note(self, status: int, why: str, *, owner_id: str = "") -> None:
        told = g.get("told", {})
        application = self._organization.options.application(str(told.get("client_id", "")))
        self._organization.requests.append(
            TokenRequest(
                grant_type="revocation"
                if request.path.endswith("revoke")
                else str(told.get("grant_type", "")),
                application=application.kind if application is not None else "",
                status=status,
                why=why,
                owner_id=owner_id,
                counted_for=g.counted_for,
            )
        )


def _told(grant: Grant, now: int) -> dict[str, Any]:
    told: dict[str, Any] = {
        "access_token": grant.access_token,
        "token_type": "bearer",
        "expires_in": grant.expires_at - now,
        "scope": grant.scope,
        "created_at": grant.created_at,
    }
    if grant.refresh_token:
        told["refresh_token"] = grant.refresh_token
    if grant.owner_id:
        told |= {"owner_id": grant.owner_id, "owner_type": "customer"}
    return told


def _address(organization: Organization) -> str:
    """Whose request this counts as: the shopper's that a known backend names, else the caller's."""
    secret, caller = organization.options.backend_auth, request.remote_addr or ""
    given = request.headers.get("x-backend-auth", "")
    if not secret or not hmac.compare_digest(given.encode(), secret.encode()):
        return caller
    try:
        return str(ipaddress.ip_address(request.headers.get("x-true-client-ip", "")))
    except ValueError:
        return caller


def _show_usage(response: Response) -> Response:
    usage: Usage | None = g.get("usage")
    if usage is not None:
        response.headers.update(usage.headers)
    return response
