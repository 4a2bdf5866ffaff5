"""Metadata and keys (OpenID Connect Discovery 1.0, RFC 8414)."""

from flask import Flask, Response, jsonify

from bridge.demo.idp.faults import Fault
from bridge.demo.idp.memory import Memory
from bridge.demo.idp.options import IdpOptions
from bridge.demo.idp.steps import step

CLAIMS = (
    "sub iss aud exp iat auth_time nonce at_hash sid name given_name family_name preferred_username locale"
)


def metadata(issuer: str) -> dict[str, object]:
    """What this provider says of itself."""
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "jwks_uri": f"{issuer}/jwks.json",
        "end_session_endpoint": f"{issuer}/end-session",
        "scopes_supported": ["openid", "profile", "email"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "form_post"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["none", "login", "select_account", "consent"],
        "claims_supported": [*CLAIMS.split(), "email", "email_verified"],
        "authorization_response_iss_parameter_supported": True,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "claims_parameter_supported": False,
    }


def add_routes(app: Flask, options: IdpOptions, memory: Memory) -> None:
    """The metadata document and the key set."""

    @app.get("/.well-known/openid-configuration")
    def openid_configuration() -> tuple[Response, int]:
        step("metadata", fault=memory.fault)
        if memory.fault is Fault.DISCOVERY_500:
            return jsonify(error="server_error"), 500
        if memory.fault is Fault.DISCOVERY_OTHER_ISSUER:
            return jsonify(metadata("https://other-issuer.example")), 200
        return jsonify(metadata(options.issuer)), 200

    @app.get("/jwks.json")
    def key_set() -> tuple[Response, int]:
        step("keys", kid=memory.keys.current.kid)
        if memory.fault is Fault.JWKS_500:
            return jsonify(error="server_error"), 500
        return jsonify(memory.keys.jwks()), 200
