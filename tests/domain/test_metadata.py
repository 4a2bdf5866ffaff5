"""What is believed of a discovery document."""

from typing import Any

import pytest

from bridge.domain.loopback import is_loopback
from bridge.domain.metadata import MetadataFault, ProviderMetadata, discovery_url

from .tokens import ABSENT, changed

ISSUER = "https://idp.acme.example/tenant"
DOCUMENT: dict[str, Any] = {
    "issuer": ISSUER,
    "authorization_endpoint": ISSUER + "/authorize",
    "token_endpoint": ISSUER + "/token",
    "jwks_uri": ISSUER + "/keys",
    "userinfo_endpoint": ISSUER + "/userinfo",
    "end_session_endpoint": ISSUER + "/logout",
    "id_token_signing_alg_values_supported": ["none", "HS256", "ES256", "RS256"],
    "authorization_response_iss_parameter_supported": True,
}


def check(*, development: bool = False, **changes: Any) -> ProviderMetadata:
    return ProviderMetadata.check(changed(DOCUMENT, changes), ISSUER, development=development)


def test_a_document_is_read() -> None:
    metadata = check()
    assert metadata.token_endpoint == ISSUER + "/token"
    assert metadata.end_session_endpoint == ISSUER + "/logout"
    assert metadata.iss_parameter


def test_only_asymmetric_algorithms_are_taken_from_the_offer() -> None:
    assert check().signing_algs == ("RS256", "ES256")
    assert check(id_token_signing_alg_values_supported=["none", "HS256"]).signing_algs == ()
    assert check(id_token_signing_alg_values_supported=ABSENT).signing_algs == ("RS256",)


@pytest.mark.parametrize("value", [ABSENT, False, "true", 1, None])
def test_the_issuer_parameter_is_promised_only_by_a_plain_true(value: object) -> None:
    assert not check(authorization_response_iss_parameter_supported=value).iss_parameter


@pytest.mark.parametrize(
    "found", [ABSENT, None, 7, ISSUER + "/", ISSUER.upper(), "https://evil.example", [ISSUER], ISSUER + "\n"]
)
def test_the_document_of_another_issuer_is_refused(found: object) -> None:
    with pytest.raises(MetadataFault, match=r"is that of|differs only by"):
        ProviderMetadata.check(changed(DOCUMENT, {"issuer": found}), ISSUER, development=False)


@pytest.mark.parametrize(("found", "configured"), [(ISSUER + "/", ISSUER), (ISSUER, ISSUER + "/")])
def test_an_issuer_that_differs_by_a_slash_is_refused_with_the_value_to_configure(
    found: str, configured: str
) -> None:
    with pytest.raises(MetadataFault, match=f"configure issuer = '{found}'"):
        ProviderMetadata.check({**DOCUMENT, "issuer": found}, configured, development=False)


ENDPOINTS = [
    "authorization_endpoint",
    "token_endpoint",
    "jwks_uri",
    "userinfo_endpoint",
    "end_session_endpoint",
]
BAD_URLS: dict[str, Any] = {
    "plain http": "http://idp.acme.example/x",
    "plain http on loopback": "http://127.0.0.1/x",
    "a relative path": "/x",
    "no scheme": "//idp.acme.example/x",
    "no host": "https:///x",
    "a file": "file:///etc/passwd",
    "a script": "javascript:alert(1)",
    "credentials": "https://user:pass@idp.acme.example/x",
    "a user name": "https://idp.acme.example@evil.example/x",
    "an empty user name": "https://@evil.example/x",
    "a fragment": "https://idp.acme.example/x#y",
    "an empty fragment": "https://idp.acme.example/x#",
    "a space": "https://idp.acme.example/x y",
    "a line break": "https://idp.acme.example/x\r\ny",
    "a tab in the host": "https://idp.\tacme.example/x",
    "a NUL": "https://idp.acme.example/x\x00",
    "a backslash": "https://idp.acme.example\\@evil.example/",
    "letters beyond ASCII": "https://idp.\u0430cme.example/x",
    "a port beyond all ports": "https://idp.acme.example:99999/x",
    "a broken address": "https://[::1/x",
    "a number": 7,
    "a list": ["https://idp.acme.example/x"],
    "an empty text": "",
}


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("name", BAD_URLS)
def test_an_endpoint_is_a_plain_https_url(endpoint: str, name: str) -> None:
    with pytest.raises(MetadataFault, match=endpoint):
        check(**{endpoint: BAD_URLS[name]})


@pytest.mark.parametrize("endpoint", ENDPOINTS[:3])
def test_what_the_code_flow_needs_must_be_there(endpoint: str) -> None:
    with pytest.raises(MetadataFault, match=endpoint):
        check(**{endpoint: ABSENT})


def test_userinfo_and_sign_out_may_be_missing() -> None:
    metadata = check(userinfo_endpoint=ABSENT, end_session_endpoint=None)
    assert metadata.userinfo_endpoint is None
    assert metadata.end_session_endpoint is None


def test_algorithms_that_are_no_list_make_the_document_unusable() -> None:
    with pytest.raises(MetadataFault):
        check(id_token_signing_alg_values_supported="RS256")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.3.2.1", "localhost", "idp.localhost", "[::1]"])
def test_development_allows_plain_http_on_loopback(host: str) -> None:
    assert check(development=True, token_endpoint=f"http://{host}:8080/token").token_endpoint


@pytest.mark.parametrize(
    "host", ["idp.acme.example", "10.0.0.1", "127.0.0.1.evil.example", "localhost.evil.example"]
)
def test_development_allows_no_plain_http_elsewhere(host: str) -> None:
    with pytest.raises(MetadataFault):
        check(development=True, token_endpoint=f"http://{host}/token")
    assert not is_loopback(host)


def test_the_documents_address_follows_from_the_issuer() -> None:
    assert discovery_url("https://a.example") == "https://a.example/.well-known/openid-configuration"
    assert discovery_url("https://a.example/t/") == "https://a.example/t/.well-known/openid-configuration"


ALIASES = {
    "token_endpoint": "https://mtls.acme.example/token",
    "userinfo_endpoint": "https://mtls.acme.example/userinfo",
    "pushed_authorization_request_endpoint": "https://mtls.acme.example/par",
    "revocation_endpoint": "not looked at",
}


def test_who_shows_a_certificate_goes_to_the_aliases_and_nobody_else_does() -> None:
    plain = check(mtls_endpoint_aliases=ALIASES)
    mutual = plain.for_mutual_tls()
    assert plain.token_endpoint == ISSUER + "/token"
    assert mutual.token_endpoint == ALIASES["token_endpoint"]
    assert mutual.userinfo_endpoint == ALIASES["userinfo_endpoint"]
    assert mutual.pushed_request_endpoint == ALIASES["pushed_authorization_request_endpoint"]
    same = ("issuer", "authorization_endpoint", "jwks_uri", "end_session_endpoint")
    assert [getattr(mutual, name) for name in same] == [getattr(plain, name) for name in same]


def test_an_endpoint_without_an_alias_stays() -> None:
    some = check(mtls_endpoint_aliases={"token_endpoint": ALIASES["token_endpoint"]}).for_mutual_tls()
    assert some.userinfo_endpoint == check().userinfo_endpoint
    assert check().for_mutual_tls() == check()


@pytest.mark.parametrize(
    "alias", ["http://mtls.acme.example/token", "https://u:p@acme.example/", 7, "", "/token"]
)
def test_an_alias_is_judged_as_an_endpoint_is(alias: object) -> None:
    with pytest.raises(MetadataFault):
        check(mtls_endpoint_aliases={"token_endpoint": alias})


@pytest.mark.parametrize("aliases", [[], "x", 7])
def test_aliases_that_are_no_object_make_the_document_unusable(aliases: object) -> None:
    with pytest.raises(MetadataFault, match="mtls_endpoint_aliases"):
        check(mtls_endpoint_aliases=aliases)


def test_what_the_provider_says_of_proofs_is_read() -> None:
    assert check().dpop_algs is None
    assert check(dpop_signing_alg_values_supported=["ES256", 7]).dpop_algs == ("ES256",)
