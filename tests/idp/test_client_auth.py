"""Who shows what to whom: certificates by a way of their own, assertions for the right ear."""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

import jwt
import pytest

from bridge.domain.asking import Asking
from bridge.domain.connection import ClientAuth, Connection
from bridge.domain.deadline import Deadline
from bridge.domain.finding import Finding
from bridge.domain.http import HttpReply, HttpRequest
from bridge.domain.ports import Verified
from bridge.domain.secret import Secret
from bridge.idp.check import ProviderCheck
from bridge.idp.client_certificate import days_left
from bridge.idp.provider import OpenIdProvider
from tests.contracts.world import NOON, FakeClock, counting_token
from tests.settings.samples import pem
from tests.settings.test_tokens import certificate

from .fake_idp import ATTEMPT, CONNECTION, ISSUER, FakeIdp, callback, json_reply, signing_key

CERTIFICATE = certificate()
MTLS = "https://mtls.acme.example"
ALIASES = {
    "token_endpoint": f"{MTLS}/token",
    "userinfo_endpoint": f"{MTLS}/userinfo",
    "pushed_authorization_request_endpoint": f"{MTLS}/par",
}


class Way:
    """One way out to the provider; what it was asked is kept."""

    def __init__(self, idp: FakeIdp) -> None:
        self._idp = idp
        self.sent: list[HttpRequest] = []

    def send(self, request: HttpRequest, deadline: Deadline) -> HttpReply:
        self.sent.append(request)
        if request.url.endswith("/par"):
            return json_reply({"request_uri": "urn:x:1", "expires_in": 60}, 201)
        return self._idp.send(replace(request, url=request.url.replace(MTLS, ISSUER)), deadline)

    @property
    def urls(self) -> set[str]:
        return {request.url for request in self.sent}

    def form(self, path: str) -> dict[str, list[str]]:
        (request,) = [request for request in self.sent if request.url.endswith(path)]
        return parse_qs((request.body or b"").decode())


class Scene:
    """A provider that is reached by two ways."""

    def __init__(self, clock: FakeClock, aliases: dict[str, str] | None = None, **changes: Any) -> None:
        self.clock, self.idp = clock, FakeIdp(clock)
        idp = self.idp
        idp.metadata["pushed_authorization_request_endpoint"] = f"{ISSUER}/par"
        if aliases is not None:
            idp.metadata["mtls_endpoint_aliases"] = aliases
        idp._authenticated = lambda *_: True  # type: ignore[method-assign]
        self.connection: Connection = replace(CONNECTION, **changes)
        self.plain, self.own = Way(idp), Way(idp)
        own = self.own if self.connection.client_certificate else None
        self.provider = OpenIdProvider(
            self.connection, self.plain, clock.now, clock.monotonic, counting_token(), own_http=own
        )

    def sign_in(self) -> Verified:
        self.provider.authorize_url(ATTEMPT, "", self.clock.deadline())
        return self.provider.redeem(ATTEMPT, callback(), self.clock.deadline())


BY_TLS: dict[str, Any] = {
    "client_auth": "tls_client_auth",
    "client_secrets": (),
    "client_certificate": CERTIFICATE,
    "asking": Asking(pushed="always"),
}


class TestByCertificate:
    def test_only_who_gives_or_takes_tokens_is_shown_it(self, clock: FakeClock) -> None:
        scene = Scene(clock, **BY_TLS)
        assert scene.sign_in().identity.email == "ada@acme.com"
        assert scene.own.urls == {f"{ISSUER}/{path}" for path in ("par", "token", "userinfo")}
        assert scene.plain.urls == {
            f"{ISSUER}/{path}" for path in (".well-known/openid-configuration", "keys")
        }

    def test_the_aliases_are_used_where_there_are_any(self, clock: FakeClock) -> None:
        scene = Scene(clock, ALIASES, **BY_TLS)
        assert scene.sign_in().identity.email == "ada@acme.com"
        assert scene.own.urls == set(ALIASES.values())
        assert not [url for url in scene.plain.urls if url.startswith(MTLS)]

    def test_who_shows_none_goes_to_no_alias(self, clock: FakeClock) -> None:
        scene = Scene(clock, ALIASES)
        scene.sign_in()
        assert not [url for url in scene.plain.urls if url.startswith(MTLS)]

    @pytest.mark.parametrize("auth", ["tls_client_auth", "self_signed_tls_client_auth"])
    def test_the_form_says_whose_certificate_it_is_and_holds_no_secret(
        self, clock: FakeClock, auth: ClientAuth
    ) -> None:
        scene = Scene(clock, **{**BY_TLS, "client_auth": auth})
        scene.sign_in()
        for path in ("/par", "/token"):
            form = scene.own.form(path)
            assert form["client_id"] == [CONNECTION.client_id]
            assert not {"client_secret", "client_assertion"} & set(form)
        assert not [request for request in scene.own.sent[:2] if "Authorization" in request.headers]

    def test_it_binds_tokens_beside_an_assertion_too(self, clock: FakeClock) -> None:
        keys = (Secret(pem(signing_key("ES256"))),)
        scene = Scene(clock, **{**BY_TLS, "client_auth": "private_key_jwt", "client_keys": keys})
        scene.sign_in()
        assert scene.own.form("/token")["client_assertion"]


class TestAudience:
    def scene(self, clock: FakeClock, **changes: Any) -> Scene:
        keys = (Secret(pem(signing_key("ES256"))),)
        asking = Asking(pushed="always")
        return Scene(clock, client_auth="private_key_jwt", client_keys=keys, asking=asking, **changes)

    def audiences(self, clock: FakeClock, **changes: Any) -> list[Any]:
        scene = self.scene(clock, **changes)
        scene.sign_in()
        return [self.of(scene, path) for path in ("/par", "/token")]

    def of(self, scene: Scene, path: str) -> Any:
        (made,) = scene.plain.form(path)["client_assertion"]
        return jwt.decode(made, options={"verify_signature": False})["aud"]

    def test_the_token_endpoint_is_meant_unless_told_otherwise(self, clock: FakeClock) -> None:
        assert self.audiences(clock)[1] == f"{ISSUER}/token"

    def test_attack_audience_injection_a_pushed_proof_serves_at_nobody_elses_token_endpoint(
        self, clock: FakeClock
    ) -> None:
        """Metadata of an evil provider: an honest one's token endpoint, and where to push of its own."""
        scene = self.scene(clock)
        scene.idp.metadata["token_endpoint"] = "https://honest.example/token"
        scene.provider.authorize_url(ATTEMPT, "", scene.clock.deadline())
        assert self.of(scene, "/par") == ISSUER

    def test_the_issuer_is_meant_as_one_text_where_the_connection_wants_that(self, clock: FakeClock) -> None:
        assert self.audiences(clock, assertion_audience="issuer") == [ISSUER] * 2


class TestCheck:
    def findings(self, clock: FakeClock, **changes: Any) -> list[Finding]:
        scene = Scene(clock, **changes)
        return list(ProviderCheck(scene.provider, clock.now).check(clock.deadline()))

    @pytest.mark.parametrize(
        ("days", "level"),
        [(31, "ok"), (30.5, "ok"), (29, "warning"), (0.5, "warning"), (0, "failed"), (-9, "failed")],
    )
    def test_how_long_the_certificate_is_good_is_told(
        self, clock: FakeClock, days: float, level: str
    ) -> None:
        clock = FakeClock(NOON + days_left(CERTIFICATE, NOON) * 86400 - days * 86400)
        found = self.findings(clock, client_auth="tls_client_auth", client_certificate=CERTIFICATE)
        (about,) = [finding for finding in found if "client_certificate" in finding.message]
        assert about.level == level
        assert bool(about.remedy) is (level != "ok")
        assert days <= 0 or f"{int(days)} more days" in about.message

    @pytest.mark.parametrize(
        ("offered", "level"),
        [(["ES256", "RS256"], None), (["RS256"], "failed"), ([], "failed"), (None, "warning")],
    )
    def test_a_provider_that_takes_no_proofs_of_our_kind_is_told_of(
        self, clock: FakeClock, offered: list[str] | None, level: str | None
    ) -> None:
        scene = Scene(clock, dpop=True)
        if offered is not None:
            scene.plain._idp.metadata["dpop_signing_alg_values_supported"] = offered
        found = list(ProviderCheck(scene.provider, clock.now).check(clock.deadline()))
        assert [finding.level for finding in found if "dpop" in finding.message] == ([level] if level else [])
