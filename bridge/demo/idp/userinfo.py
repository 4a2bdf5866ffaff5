"""The userinfo endpoint (OpenID Connect Core 5.3, RFC 6750)."""

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue

from bridge.demo.idp.faults import Fault
from bridge.demo.idp.memory import Memory
from bridge.demo.idp.misbehaving import pause
from bridge.demo.idp.options import IdpOptions
from bridge.demo.idp.steps import step


def add_routes(app: Flask, options: IdpOptions, memory: Memory) -> None:
    """The endpoint, with its faults."""

    @app.route("/userinfo", methods=["GET", "POST"])
    def userinfo() -> ResponseReturnValue:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        access = memory.access(token.strip()) if scheme.lower() == "bearer" else None
        if access is None:
            step("userinfo", error="invalid_token")
            response = jsonify(
                error="invalid_token", error_description="a bearer token is needed, a fresh one"
            )
            response.headers["WWW-Authenticate"] = 'Bearer realm="demo", error="invalid_token"'
            return response, 401
        step("userinfo", subject=access.person.subject, fault=memory.fault)
        if memory.fault is Fault.USERINFO_500:
            return jsonify(error="server_error"), 500
        if memory.fault is Fault.USERINFO_SLOW:
            pause(options.slow_seconds)
        person = access.person
        if memory.fault is Fault.USERINFO_OTHER_SUBJECT:
            person = next((other for other in options.people if other.subject != person.subject), person)
        return jsonify({"sub": person.subject, **person.claims(access.scopes)})
