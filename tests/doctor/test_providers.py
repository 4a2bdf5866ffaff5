"""Planted at the identity provider, or between it and the bridge."""

import base64
import socket
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from tests.doctor.planted import Case, judge
from tests.doctor.tls import TlsServer, certificate
from tests.doctor.ward import DISCOVERY, Instead, Ward

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ACME = "connections.acme"
OKTA = "Okta Admin Console"


def instead(path: str, answer: Instead) -> Callable[[Ward], None]:
    return lambda ward: ward.idp.instead.update({path: answer})


def metadata(**members: object) -> Callable[[Ward], None]:
    return lambda ward: ward.edit(DISCOVERY, lambda document: document.update(members))


def keys(*jwks: dict[str, object]) -> Callable[[Ward], None]:
    return lambda ward: ward.edit("/jwks.json", lambda document: document.update(keys=list(jwks)))


def connection(**values: object) -> Callable[[Ward], None]:
    return lambda ward: ward.set(ACME, **values)


def all_of(*plants: Callable[[Ward], object]) -> Callable[[Ward], None]:
    def plant(ward: Ward) -> None:
        for one in plants:
            one(ward)

    return plant


def closed_port(ward: Ward) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        ward.set(ACME, issuer=f"http://127.0.0.1:{free.getsockname()[1]}")


def tls(**options: object) -> Callable[[Ward], None]:
    """A server whose certificate is trusted, and wrong in another way."""

    def plant(ward: Ward) -> None:
        file = certificate(ward.folder, **options)  # type: ignore[arg-type]
        ward.set(ACME, issuer=ward.stack.enter_context(TlsServer(file)).url, ca_file=str(file))

    return plant


def untrusted(ward: Ward) -> None:
    tls()(ward)
    ward.set(ACME, ca_file=None)


def only_for_encryption(ward: Ward) -> None:
    def change(document: dict[str, Any]) -> None:
        for key in document["keys"]:
            key["use"] = "enc"

    ward.edit("/jwks.json", change)


def weak_key() -> dict[str, object]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    made: dict[str, object] = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {"kty": "RSA", "n": made["n"], "e": made["e"], "use": "sig", "kid": "weak"}


def expires_in(days: int) -> Callable[[Ward], None]:
    """The file is written by hand: JSON has no dates."""

    def plant(ward: Ward) -> None:
        ward.write()
        text = ward.path.read_text(encoding="utf-8")
        day = date.today() + timedelta(days=days)  # noqa: DTZ011 - either side of midnight will do
        ward.text = text.replace(
            "[connections.acme]\n", f"[connections.acme]\nclient_secret_expires = {day}\n"
        )

    return plant


def another_case(ward: Ward) -> None:
    port = ward.idp_server.port
    ward.set(ACME, issuer=f"http://LOCALHOST:{port}")
    ward.edit(DISCOVERY, lambda document: document.update(issuer=f"http://localhost:{port}"))


def must_push(ward: Ward) -> None:
    metadata(pushed_authorization_request_endpoint=f"{ward.idp_url}/par")(ward)
    where = f"{ward.public_url}/callback/acme?error=invalid_request"
    ward.idp.instead["/authorize"] = Instead(303, location=where)


def not_decoding(ward: Ward) -> None:
    """A secret with a plus: the provider that decodes has another one, the client's own is sent encoded."""
    plain, answer = "odd+secret+of+plain+text", Instead(401, b'{"error": "invalid_client"}')
    ward.set(ACME, client_secret=plain)
    app = ward.idp._app

    def undecoding(environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/token":
            given = base64.b64decode(environ["HTTP_AUTHORIZATION"].removeprefix("Basic ")).decode()
            right = given == f"{ward.client.client_id}:{plain}"
            body = b'{"error": "invalid_grant"}' if right else answer.body
            start("400 Bad" if right else "401 No", [("Content-Type", "application/json")])
            return [body]
        return app(environ, start)

    ward.idp._app = undecoding


CASES = [
    Case(
        "issuer with a slash too many",
        lambda ward: ward.set(ACME, issuer=f"{ward.idp_url}/"),
        ACME, ("differs", "slash"), ('Set connections.acme.issuer = "http://127.0.0.1:',),
    ),
    Case(
        "issuer in another case",
        another_case,
        ACME, ("differs", "by case"), ('Set connections.acme.issuer = "http://localhost:',),
    ),
    Case(
        "issuer of another tenant",
        metadata(issuer="https://globex.okta.com"),
        ACME, ("another issuer's: https://globex.okta.com",), ('Set connections.acme.issuer = "https://globex.okta.com"', "tenant"),
    ),
    Case(
        "the address of many tenants",
        metadata(issuer="https://login.microsoftonline.com/{tenantid}/v2.0"),
        ACME, ("many tenants",), ("one tenant", 'provider = "entra"', "tenants"),
    ),
    Case(
        "no metadata there",
        all_of(instead(DISCOVERY, Instead(404)), connection(provider="okta")),
        ACME, ("no metadata", "404"), ("issuer", OKTA, "Authorization Servers"),
    ),
    Case(
        "a web page in place of metadata",
        instead(DISCOVERY, Instead(200, b"<!doctype html><p>Welcome", "text/html")),
        ACME, ("web page",), ("issuer", "page for people"),
    ),
    Case(
        "metadata that moved",
        instead(DISCOVERY, Instead(302, location="https://elsewhere.example/")),
        ACME, ("redirects", "302"), ("in a browser", "`issuer`"),
    ),
    Case("metadata behind a wall", instead(DISCOVERY, Instead(403)), ACME, ("status 403",), ("firewall",)),
    Case("a provider that is down", instead(DISCOVERY, Instead(503)), ACME, ("status 503",), ("status page",)),
    Case("nothing listens there", closed_port, ACME, ("nothing answers",), ("firewall", "no proxy")),
    Case("a host that is misspelt", connection(issuer="https://no-such-host.invalid"),
         ACME, ("does not resolve",), ("spelling", "DNS")),
    Case("a certificate that nobody here trusts", untrusted, ACME, ("not trusted", "self-signed"), ("ca_file",)),
    Case("a certificate that expired", tls(days=-3), ACME, ("expired",), ("renewed", "NTP")),
    Case("a certificate of another host", tls(host="idp.acme.example"), ACME, ("for another host",), ("issuer",)),
    Case("no keys", keys(), ACME, ("no usable key",), ("jwks_uri",)),
    Case("keys for encryption only", only_for_encryption, ACME, ("for signatures", "enc"), ("signing keys",)),
    Case("a key that is too small", keys(weak_key()), ACME, ("2048",), ("new signing key", "2048")),
    Case("keys that are away", instead("/jwks.json", Instead(500)), ACME, ("jwks_uri", "500"), ("jwks_uri",)),
    Case("algorithms that do not meet", connection(signing_algs=["ES256"]), ACME,
         ("no key fits ES256",), ("signing_algs",)),
    Case("a provider that signs by HS256", metadata(id_token_signing_alg_values_supported=["HS256"]), ACME,
         ("no algorithm",), ("RS256", "HS256 and none are never taken")),
    Case("an endpoint in plain http", metadata(token_endpoint="http://idp.acme.example/token"), ACME,
         ("token_endpoint is not https",), ("public https",)),
    Case("a clock five minutes off", lambda ward: setattr(ward.idp, "clock_ahead", 300.5), ACME,
         ("+300 s", "clock_tolerance is 30"), ("set-ntp", "clock_tolerance")),
    Case("a clock that begins to be off", lambda ward: setattr(ward.idp, "clock_ahead", 20.5), ACME,
         ("+20 s",), ("set-ntp",), "warning"),
    Case("a wrong secret", all_of(connection(client_secret="wrong-secret"), connection(provider="okta")), ACME,
         ("the secret is not accepted", "invalid_client"), (OKTA, "Client Secrets > Generate new secret")),
    Case("a wrong secret at Auth0", connection(client_secret="wrong-secret", provider="auth0"), ACME,
         ("the secret is not accepted",), ("Auth0 Dashboard", "Credentials > Authentication Method")),
    Case("one secret of two forgotten", lambda ward: ward.set(
         ACME, client_secret=[ward.client.client_secret, "forgotten-by-the-provider"]), ACME,
         ("secret 1 of 2 is accepted, 2 not",), ("Take out",), "warning"),
    Case("an unknown client", connection(client_id="nobody-knows", provider="okta"), ACME,
         ("not to know the client_id",), (OKTA, "client_id"), "warning", status=1),
    Case("a redirect URI that is not registered", lambda ward: ward.set(
         "server", public_url="http://127.0.0.1:8001"), ACME,
         ("redirect URI seems not to be registered",),
         ("Register http://127.0.0.1:8001/callback/acme", "byte for byte"), "warning"),
    Case("a redirect URI that Okta does not know", all_of(connection(provider="okta"), lambda ward: ward.set(
         "server", public_url="http://127.0.0.1:8001")), ACME,
         ("redirect URI seems not to be registered",), ("Sign-in redirect URIs",), "warning"),
    Case("a provider that does not decode Basic", not_decoding, ACME,
         ("does not form-decode", "6749"), ('Set client_auth = "client_secret_post"',)),
    Case("a method that is not offered", metadata(token_endpoint_auth_methods_supported=["private_key_jwt"]), ACME,
         ("client_auth is client_secret_basic", "not offer"), ("private_key_jwt",), "warning"),
    Case("form_post that is not offered", all_of(
         connection(response_mode="form_post"), metadata(response_modes_supported=["query"])), ACME,
         ("response_mode is form_post", "do not offer"), ('response_mode = "query"',), "warning"),
    Case("form_post without https", connection(response_mode="form_post"), ACME,
         ("form_post without https", "SameSite"), ("https",), "warning"),
    Case("a scope that the provider refuses", lambda ward: ward.idp.instead.update({"/authorize": Instead(
         303, location=f"{ward.public_url}/callback/acme?error=invalid_scope")}), ACME,
         ("invalid_scope",), ("scopes", "profile"), "warning"),
    Case("a client that must push", must_push, ACME,
         ("refuses the request: invalid_request",), ('pushed_authorization_requests = "always"',), "warning"),
    Case("pushing where the provider cannot", connection(pushed_authorization_requests="always"), ACME,
         ("must be pushed",), ("Take pushed_authorization_requests",)),
    Case("signed requests where none are sent", metadata(require_signed_request_object=True), ACME,
         ("signed requests only",), ("request_objects = true",), "warning"),
    Case("no domains", connection(domains=None), ACME, ("domains is empty",), ("connections.acme.domains",), "warning"),
    Case("every domain of the world, asserted", connection(domains=["*"], email_trust="asserted"), ACME,
         ('email_trust is "asserted"',), ('email_trust = "verified"', "domains"), "warning"),
    Case("nobody trusted by e-mail", connection(email_trust="never"), ACME,
         ('email_trust is "never"', "us, eu"), ("customers.claim",), "warning"),
    Case("a secret that expired", expires_in(-2), ACME, ("client_secret expired on",), ("client_secret = [NEW, OLD]",)),
    Case("a secret that expires soon", expires_in(9), ACME, ("expires on", "in 9 days"), ("[NEW, OLD]",), "warning"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_is_named_with_its_remedy(case: Case, ward: Ward) -> None:
    judge(case, ward)


def test_a_provider_that_never_answers_is_given_up_on(ward: Ward) -> None:
    ward.idp.silent = True
    judge(Case("silence", lambda _ward: None, ACME, ("did not answer in time",), ("firewall",)), ward)


def test_a_private_address_is_named_with_the_switch_for_it(tmp_path: Path, ward: Ward) -> None:
    """Outside development this machine's own address is as private as any other."""
    file = certificate(tmp_path)
    url = ward.stack.enter_context(TlsServer(file)).url
    ward.set("server", development=False, public_url="https://sso.localhost")
    ward.set(ACME, issuer=url, ca_file=str(file))
    del ward.tables["stores.eu"], ward.tables["stores.eu.commercelayer"]
    ward.set("stores.us", url="https://store.localhost")
    ward.set("stores.us.bigcommerce", api_url="https://store.localhost")
    ward.write()
    status, document = ward.examine()
    assert status == 1
    (found,) = [
        one for one in document["findings"] if "private address" in one["message"] and one["subject"] == ACME
    ]
    assert "connections.acme.allow_private_network = true" in found["remedy"]
