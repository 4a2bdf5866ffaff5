"""One run of one module: how the provider behaves in it, and what it heard from the bridge."""

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tests.attacks.hostile.jose import compact, half_hash
from tests.conformance.server_keys import ServerKeys, default_keys

SUBJECT = "user-subject-1234531"
_RSA_ALGS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]
_EC_ALGS = ["ES256", "ES256K", "ES384", "ES512", "EdDSA", "Ed25519"]
_CLAIMS_OF_SCOPES: dict[str, dict[str, Any]] = {
    "profile": {
        "name": "Demo T. User",
        "given_name": "Demo",
        "family_name": "User",
        "preferred_username": "d.tu",
        "locale": "en-US",
    },
    "email": {"email": "user@example.com", "email_verified": False},
    "phone": {"phone_number": "+1 555 5550000", "phone_number_verified": False},
    "address": {"address": {"locality": "Hollywood", "country": "USA"}},
}

Claims = dict[str, Any]


@dataclass(frozen=True)
class Grant:
    """What was asked for at the authorization endpoint, kept until its code is redeemed."""

    scopes: list[str]
    nonce: str | None
    code_challenge: str | None


def _unchanged(claims: Claims) -> Claims:
    return claims


class Module:
    """A test changes the behaviour before the bridge comes; unchanged, it is a correct provider."""

    def __init__(self, alias: str, base_url: str, bridge_url: str, response_mode: str) -> None:
        self.alias = alias
        self.issuer = f"{base_url}/test/a/{alias}/"
        self.client_id = f"rp of {alias}"
        self.client_secret = secrets.token_urlsafe(24) + " +/%:=&"
        self.redirect_uri = f"{bridge_url}/callback/{alias}"
        self.response_mode = response_mode

        # -- behaviour
        self.is_hidden = True  # the bridge would fetch its documents before a test has changed them
        self.jwks_path = "jwks"
        self.id_token_algs = ["none", *_RSA_ALGS, *_EC_ALGS]
        self.published_issuer = self.issuer
        self.rotates_before_signing = False
        self.change_claims: Callable[[Claims], Claims] = _unchanged
        self.change_userinfo: Callable[[Claims], Claims] = _unchanged
        self.change_id_token: Callable[[str], str] = lambda token: token
        self.algorithm = "RS256"
        self.post_logout_redirect_uri = f"{bridge_url}/signed-out/shop"
        #: What comes back of the state that the end session endpoint was given; None for nothing.
        self.change_state: Callable[[str], str | None] = lambda state: state

        # -- what was heard
        self.requests: list[str] = []  # the paths, in order
        self.failures: list[str] = []  # what the suite would end the test for at once
        self.scopes: list[str] = []  # of the latest authorization request
        self.codes: dict[str, Grant] = {}
        self.access_tokens: dict[str, Grant] = {}
        self.id_tokens: list[str] = []

    @cached_property
    def keys(self) -> ServerKeys:
        return default_keys()

    @property
    def metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.published_issuer,
            "authorization_endpoint": self.issuer + "authorize",
            "token_endpoint": self.issuer + "token",
            "jwks_uri": self.issuer + self.jwks_path,
            "userinfo_endpoint": self.issuer + "userinfo",
            "end_session_endpoint": self.issuer + "end_session",
            "registration_endpoint": self.issuer + "register",
            "scopes_supported": ["openid", "phone", "profile", "email", "address", "offline_access"],
            "response_types_supported": ["code", "id_token code", "token code id_token", "id_token"],
            "response_modes_supported": ["query", "fragment", "form_post"],
            "grant_types_supported": ["authorization_code", "implicit"],
            "subject_types_supported": ["public", "pairwise"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "id_token_signing_alg_values_supported": self.id_token_algs,
            "claims_parameter_supported": True,
        }

    def rotate(self) -> None:
        self.keys = default_keys()

    def id_token(self, grant: Grant, access_token: str) -> str:
        """Only these claims: who wants e-mail and name must ask userinfo."""
        now = int(time.time())
        claims: Claims = {
            "iss": self.issuer,
            "sub": SUBJECT,
            "aud": self.client_id,
            "iat": now,
            "exp": now + 300,
            "at_hash": half_hash("RS256", access_token),
        }
        if grant.nonce is not None:
            claims["nonce"] = grant.nonce
        return self.change_id_token(self._signed(self.change_claims(claims)))

    def logout_token(self, **changes: Any) -> str:
        """As the suite makes it for a logout: with an unknown claim, good for two minutes."""
        now = int(time.time())
        claims: Claims = {
            "iss": self.issuer,
            "sub": SUBJECT,
            "aud": self.client_id,
            "iat": now,
            "exp": now + 120,
            "jti": secrets.token_urlsafe(16),
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
            "unknown": "to be ignored",
        }
        return self._signed({**claims, **changes})

    def _signed(self, claims: Claims) -> str:
        payload = json.dumps(claims).encode()
        if self.algorithm == "none":
            return compact({"alg": "none"}, payload)
        if self.rotates_before_signing:
            self.rotate()
        if self.algorithm == "ES256":
            header = {"alg": "ES256", "kid": self.keys.elliptic.kid}
            unsigned = compact(header, payload).removesuffix(".")
            return compact(header, payload, self.keys.elliptic.sign("ES256", unsigned.encode()))
        header = {"alg": "RS256"} | ({"kid": self.keys.signer.kid} if self.keys.kids else {})
        unsigned = compact(header, payload).removesuffix(".")
        return compact(header, payload, self.keys.signer.sign("RS256", unsigned.encode()))

    def userinfo(self, grant: Grant) -> Claims:
        """The claims of the scopes that were asked for."""
        claims: Claims = {"sub": SUBJECT}
        for scope in grant.scopes:
            claims |= _CLAIMS_OF_SCOPES.get(scope, {})
        return self.change_userinfo(claims)
