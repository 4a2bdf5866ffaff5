"""`profile = "fapi2"` as a whole, against what the certification of clients does.

FAPI 2.0 Security Profile (final), with private_key_jwt and DPoP. Each case is called as the OpenID Foundation's
module is, without its prefix.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jwt
import pytest
from jwt.types import Options

from bridge.domain.deadline import Deadline
from bridge.domain.http import HttpReply, HttpRequest
from bridge.domain.ports import Verified
from bridge.domain.refusal import Reason, Refused
from bridge.idp.client_keys import published
from bridge.idp.provider import OpenIdProvider
from bridge.wiring.connections import connection_of
from tests.contracts.world import FakeClock, counting_token
from tests.settings.samples import changed, pem, read

from .fake_idp import (
    ATTEMPT,
    CODE,
    CONNECTION,
    ISSUER,
    callback,
    json_reply,
    public_jwk,
    query_of,
    signing_key,
)
from .test_dpop import BindingIdp

NOT_IN_TIME: Options = {"verify_exp": False, "verify_iat": False}


class FapiIdp(BindingIdp):
    """Takes pushed requests only, and proofs by PS256 for its issuer."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock)
        self.alg, self.key = "PS256", signing_key("PS256")
        self.published = [public_jwk(self.key, kid="k1")]
        self.nonces = {"/token": "as-nonce", "/userinfo": "rs-nonce"}
        self.client_jwks: tuple[Mapping[str, Any], ...] = ()
        self.without: tuple[str, ...] = ()
        self.metadata |= {
            "pushed_authorization_request_endpoint": f"{ISSUER}/par",
            "id_token_signing_alg_values_supported": ["PS256", "RS256", "none"],
            "authorization_response_iss_parameter_supported": True,
            "dpop_signing_alg_values_supported": ["ES256"],
        }

    def _answer(self, path: str, request: HttpRequest) -> HttpReply:
        if path == "/par":
            return json_reply({"request_uri": "urn:ietf:params:oauth:request_uri:1", "expires_in": 60}, 201)
        return super()._answer(path, request)

    def _authenticated(self, headers: Mapping[str, str], form: Mapping[str, str]) -> bool:
        assert "Authorization" not in headers
        (jwk,) = self.client_jwks
        made = form["client_assertion"]
        assert jwt.get_unverified_header(made)["alg"] == "PS256"
        claims = jwt.decode(made, jwt.PyJWK(dict(jwk)), ["PS256"], audience=ISSUER, options=NOT_IN_TIME)
        return isinstance(claims["aud"], str)  # and not an array: the final profile wants one text

    def id_token(self) -> str:
        token = super().id_token()
        if not self.without:
            return token
        claims = jwt.decode(token, options={"verify_signature": False})
        kept = {name: value for name, value in claims.items() if name not in self.without}
        return jwt.encode(kept, self.key, self.alg, {"kid": "k1"})


class Client:
    """A bridge's side, configured by one word and a key."""

    def __init__(self, clock: FakeClock, folder: Path) -> None:
        self.clock, self.idp = clock, FapiIdp(clock)
        (folder / "key.pem").write_text(pem(signing_key("RS256", 5)), encoding="utf-8")
        text = changed(
            'client_secret = "env:ACME_SECRET"', 'profile = "fapi2"\nclient_keys = ["file:key.pem"]'
        )
        text = changed("https://acme.okta.com", ISSUER, changed("acme-client", CONNECTION.client_id, text))
        settings = read(folder, text)
        connection = connection_of("acme", settings.connections["acme"], settings)
        self.idp.client_jwks = published([connection])
        self.provider = OpenIdProvider(connection, self.idp, clock.now, clock.monotonic, counting_token())

    def begin(self) -> dict[str, list[str]]:
        return query_of(self.provider.authorize_url(ATTEMPT, "", self.deadline))

    def end(self, **answer: Any) -> Verified:
        self.idp.codes.add(CODE)
        return self.provider.redeem(ATTEMPT, callback(**{"iss": ISSUER, **answer}), self.deadline)

    def stops(self, **answer: Any) -> Reason:
        with pytest.raises(Refused) as caught:
            self.end(**answer)
        return caught.value.reason

    @property
    def deadline(self) -> Deadline:
        return self.clock.deadline()


@pytest.fixture
def client(clock: FakeClock, tmp_path: Path) -> Client:
    return Client(clock, tmp_path)


class TestCompletes:
    def test_happy_path(self, client: Client) -> None:
        assert sorted(client.begin()) == ["client_id", "request_uri"]
        assert client.end().identity.email == "ada@acme.com"

    def test_happy_path_no_dpop_nonce(self, client: Client) -> None:
        client.idp.nonces = {"/token": "", "/userinfo": ""}
        assert client.end().identity.email == "ada@acme.com"

    def test_valid_aud_as_array(self, client: Client) -> None:
        client.idp.claims = {"aud": [CONNECTION.client_id]}
        assert client.end().identity.key.subject == "ada"

    @pytest.mark.parametrize("token_type", ["DPoP", "dpop", "dPOP"])
    def test_token_type_case_insensitivity(self, client: Client, token_type: str) -> None:
        client.idp.token_type = token_type
        assert client.end().identity.key.subject == "ada"

    def test_rs_dpop_auth_scheme_case_insensitivity(self, client: Client) -> None:
        client.idp.challenge = 'dpop error="use_dpop_nonce"'
        assert client.end().identity.name == "Ada Lovelace"


class TestStops:
    @pytest.mark.parametrize(
        ("claims", "without"),
        [
            pytest.param({"iss": ISSUER + "1"}, (), id="invalid-iss"),
            pytest.param({"aud": CONNECTION.client_id + "1"}, (), id="invalid-aud"),
            pytest.param({"aud": [CONNECTION.client_id, "other"]}, (), id="invalid-secondary-aud"),
            pytest.param(
                {"aud": [CONNECTION.client_id, "other"], "azp": CONNECTION.client_id},
                (),
                id="secondary-aud-and-azp",
            ),
            pytest.param({"exp": 1}, (), id="invalid-expired-exp"),
            pytest.param({"nonce": "n"}, (), id="invalid-nonce"),
            pytest.param({}, ("exp",), id="invalid-missing-exp"),
            pytest.param({}, ("aud",), id="invalid-missing-aud"),
            pytest.param({}, ("iss",), id="invalid-missing-iss"),
            pytest.param({}, ("nonce",), id="invalid-missing-nonce"),
        ],
    )
    def test_an_id_token(self, client: Client, claims: dict[str, Any], without: tuple[str, ...]) -> None:
        client.idp.claims, client.idp.without = claims, without
        assert client.stops() is Reason.ID_TOKEN_INVALID
        assert client.idp.count("/userinfo") == 0

    def test_invalid_null_alg(self, client: Client) -> None:
        client.idp.key, client.idp.alg = "", "none"
        assert client.stops() is Reason.ID_TOKEN_INVALID

    def test_invalid_alternate_alg(self, client: Client) -> None:
        """RS256, by the right key, which the metadata offer."""
        client.idp.alg = "RS256"
        assert client.stops() is Reason.ID_TOKEN_INVALID

    def test_discovery_issuer_mismatch(self, client: Client) -> None:
        client.idp.metadata["issuer"] = ISSUER + "INVALID"
        assert client.stops() is Reason.IDP_METADATA_INVALID

    @pytest.mark.parametrize("iss", [None, ISSUER + "1", ISSUER + "/", ""])
    @pytest.mark.parametrize("promised", [True, False])
    def test_authorization_response_iss(self, client: Client, iss: str | None, promised: bool) -> None:
        """invalid-authorization-response-iss, remove-authorization-response-iss: no further call."""
        client.idp.metadata["authorization_response_iss_parameter_supported"] = promised
        assert client.stops(iss=iss) is Reason.ISSUER_MISMATCH
        assert client.idp.count("/token") == 0

    def test_a_bearer_token(self, client: Client) -> None:
        client.idp.token_type = "Bearer"
        assert client.stops() is Reason.IDP_RESPONSE_INVALID

    def test_a_provider_that_takes_no_pushed_requests(self, client: Client) -> None:
        del client.idp.metadata["pushed_authorization_request_endpoint"]
        with pytest.raises(Refused) as caught:
            client.begin()
        assert caught.value.reason is Reason.IDP_METADATA_INVALID
