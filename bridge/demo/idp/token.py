"""The token endpoint: who is asking, is the code theirs, and can they prove it (RFC 6749 4.1.3, RFC 7636)."""

import base64
import hashlib
import hmac
import re

from flask import Flask, Response, jsonify, request
from flask.typing import ResponseReturnValue

from bridge.demo.idp.clients import ClientRefusedError, authenticate
from bridge.demo.idp.faults import Fault
from bridge.demo.idp.memory import Grant, Memory
from bridge.demo.idp.misbehaving import misbehave
from bridge.demo.idp.options import Client, IdpOptions
from bridge.demo.idp.parameters import repeated
from bridge.demo.idp.steps import step
from bridge.demo.idp.tokens import id_token

_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


class TokenRefusedError(ValueError):
    """Told to the client as an OAuth error."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error


def add_routes(app: Flask, options: IdpOptions, memory: Memory) -> None:
    """The endpoint, with its faults."""

    @app.post("/token")
    def token() -> ResponseReturnValue:
        instead = misbehave(options, memory.fault)
        if instead is not None:
            step("token", fault=memory.fault)
            return instead
        try:
            client = authenticate(request, options)
            grant = _redeem(client, options, memory)
        except ClientRefusedError as refused:
            step("token", error="invalid_client", why=refused)
            response = jsonify(error="invalid_client", error_description=str(refused))
            response.headers["WWW-Authenticate"] = 'Basic realm="demo"'
            return response, 401
        except TokenRefusedError as refused:
            step("token", error=refused.error, why=refused)
            return jsonify(error=refused.error, error_description=str(refused)), 400
        step("token", client=client.client_id, subject=grant.session.person.subject, fault=memory.fault)
        return _tokens(client, grant, options, memory)

    @app.route("/elsewhere", methods=["GET", "POST"])
    def elsewhere() -> ResponseReturnValue:
        step("leak", why="a client followed the token endpoint's redirect with its secret")
        return jsonify(error="invalid_request", error_description="nobody should come here"), 400


def _redeem(client: Client, options: IdpOptions, memory: Memory) -> Grant:
    """The grant behind the code of this request, if everything about it is right."""
    form = request.form
    if repeated(form):
        raise TokenRefusedError(
            "invalid_request", f"sent more than once: {', '.join(sorted(repeated(form)))}"
        )
    if form.get("grant_type") != "authorization_code":
        raise TokenRefusedError("unsupported_grant_type", "grant_type must be authorization_code")
    for name in ("code", "redirect_uri", "code_verifier"):
        if not form.get(name):
            raise TokenRefusedError("invalid_request", f"{name} is missing")
    if not _VERIFIER.fullmatch(form["code_verifier"]):
        raise TokenRefusedError("invalid_request", "code_verifier is 43 to 128 unreserved characters")
    grant, first = memory.take_grant(form["code"])
    challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
    # RFC 6749 5.2 has one error for all of these; the words are for the person who tests.
    if grant is None:
        raise TokenRefusedError("invalid_grant", "the code is not known")
    rules = (
        (first, "the code was used before; its access tokens are revoked"),
        (memory.clock() - grant.made_at <= options.code_lifetime, "the code is too old"),
        (grant.request.client_id == client.client_id, "the code belongs to another client"),
        (grant.request.redirect_uri == form["redirect_uri"], "redirect_uri is not that of the request"),
        (hmac.compare_digest(grant.request.code_challenge.encode(), challenge), "code_verifier does not fit"),
    )
    for holds, words in rules:
        if not holds:
            raise TokenRefusedError("invalid_grant", words)
    return grant


def _tokens(client: Client, grant: Grant, options: IdpOptions, memory: Memory) -> Response:
    access_token = memory.give_access(grant, options.access_token_lifetime)
    told: dict[str, object] = {
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": int(options.access_token_lifetime),
        "scope": " ".join(sorted(grant.request.scopes)),
    }
    if memory.fault is not Fault.NO_ID_TOKEN:
        told["id_token"] = id_token(options, memory, client.client_id, grant, access_token)
    return jsonify(told)
