"""The suite's provider: redirects back at once, and fails a module for each request that it may not send."""

import hashlib
import html
import secrets
from base64 import b64decode
from collections.abc import Mapping
from urllib.parse import unquote_plus, urlencode

from flask import Flask, abort, jsonify, redirect, request
from werkzeug.wrappers import Response

from tests.attacks.hostile.jose import b64
from tests.conformance.module import Grant, Module
from tests.conformance.verdicts import DISCOVERY


class UnmetError(Exception):
    """A request that the suite ends a test for."""


def create_provider(modules: Mapping[str, Module]) -> Flask:
    """All modules behind one address, each with an issuer of its own."""
    app = Flask("tests.conformance.provider")
    endpoints = {"authorize": _authorize, "token": _token, "userinfo": _userinfo, "end_session": _end_session}

    @app.route("/test/a/<alias>/<path:path>", methods=["GET", "POST"])
    def answer(alias: str, path: str) -> Response:
        module = modules.get(alias) or abort(404)
        if module.is_hidden:
            abort(503)
        module.requests.append(path)
        try:
            if path == DISCOVERY:
                return jsonify(module.metadata)
            if path == module.jwks_path:
                return jsonify(module.keys.document)
            _require(path in endpoints, f"an unexpected call to {path}")
            return endpoints[path](module)
        except UnmetError as unmet:
            module.failures.append(str(unmet))
            response = jsonify(error="invalid_request", error_description=str(unmet))
            response.status_code = 400
            return response

    return app


def _require(met: object, otherwise: str) -> None:
    if not met:
        raise UnmetError(otherwise)


def _authorize(module: Module) -> Response:
    asked = request.args
    _require(asked.get("response_type") == "code", "response_type is not code")
    _require(asked.get("client_id") == module.client_id, "not the registered client_id")
    _require(asked.get("redirect_uri") == module.redirect_uri, "not the registered redirect_uri")
    _require("request" not in asked and "request_uri" not in asked, "a request object nobody asked for")
    _require(asked.get("response_mode", "query") == module.response_mode, "not the plan's response_mode")
    module.scopes = asked.get("scope", "").split(" ")
    _require("openid" in module.scopes, "scope does not hold openid")
    if "code_challenge" in asked:
        _require(asked.get("code_challenge_method") == "S256", "code_challenge_method is not S256")
    code = secrets.token_urlsafe(16)
    module.codes[code] = Grant(module.scopes, asked.get("nonce"), asked.get("code_challenge"))
    answer = {"code": code} | ({"state": asked["state"]} if "state" in asked else {})
    if module.response_mode == "form_post":
        return Response(_self_submitting(module.redirect_uri, answer), mimetype="text/html")
    return redirect(f"{module.redirect_uri}?{urlencode(answer)}")


def _token(module: Module) -> Response:
    form = request.form
    _require(request.method == "POST", "the token endpoint was not called by POST")
    _require(form.get("client_id", module.client_id) == module.client_id, "another client_id in the body")
    _require(_basic(module), "not authenticated by client_secret_basic")
    _require("client_secret" not in form, "authenticated twice")
    _require(form.get("grant_type") == "authorization_code", "not the grant of an authorization code")
    grant = module.codes.pop(form.get("code", ""), None)
    if grant is None:
        raise UnmetError("not the code that was issued, or used twice")
    _require(form.get("redirect_uri") == module.redirect_uri, "not the redirect_uri of the authorization")
    if grant.code_challenge is not None:
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        _require(b64(digest) == grant.code_challenge, "the verifier is not that of the code_challenge")
    access_token = secrets.token_urlsafe(24)
    id_token = module.id_token(grant, access_token)
    module.id_tokens.append(id_token)
    module.access_tokens[access_token] = grant
    return jsonify(access_token=access_token, token_type="Bearer", id_token=id_token)


def _basic(module: Module) -> bool:
    """Id and secret are URL-decoded after base64, and hold no other ":" before."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    pair = b64decode(value).decode().split(":") if scheme == "Basic" else []
    return [unquote_plus(part) for part in pair] == [module.client_id, module.client_secret]


def _userinfo(module: Module) -> Response:
    _require("access_token" not in request.args, "the access token stands in the query")
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    _require(scheme == "Bearer", "no bearer token in the Authorization header")
    grant = module.access_tokens.get(token)
    if grant is None:
        raise UnmetError("not the access token that was issued")
    return jsonify(module.userinfo(grant))


def _end_session(module: Module) -> Response:
    asked = request.values
    _require(
        asked.get("id_token_hint") in module.id_tokens, "no id_token_hint, or one of no token of this run"
    )
    wanted = asked.get("post_logout_redirect_uri")
    _require(wanted == module.post_logout_redirect_uri, "not the registered post_logout_redirect_uri")
    _require("state" in asked, "no state")
    state = module.change_state(asked["state"])
    return redirect(f"{wanted}?{urlencode({'state': state})}" if state is not None else str(wanted))


def _self_submitting(action: str, fields: Mapping[str, str]) -> str:
    inputs = "".join(
        f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
        for name, value in fields.items()
    )
    script = "<script>document.forms[0].submit()</script>"
    return f'<form method="post" action="{html.escape(action)}">{inputs}</form>{script}'
