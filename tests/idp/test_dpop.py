"""Tokens bound to a key of ours, at a provider that judges every proof by another library (RFC 9449)."""

import hashlib
from base64 import urlsafe_b64encode
from typing import Any

import jwt
import pytest
from jwt.types import Options

from bridge.domain.http import HttpReply, HttpRequest
from bridge.domain.refusal import Reason
from bridge.domain.secret import Secret
from bridge.idp.dpop import Dpop
from tests.contracts.world import NOON, FakeClock, counting_token
from tests.settings.samples import pem

from .conftest import World
from .fake_idp import ACCESS_TOKEN, ISSUER, SECRET, FakeIdp, json_reply, signing_key

TOKEN, USERINFO = f"{ISSUER}/token", f"{ISSUER}/userinfo"
NOT_IN_TIME: Options = {"verify_iat": False}  # the tests' clock stands at another time


def judged(proof: str, method: str, url: str) -> dict[str, Any]:
    """The claims of a proof, checked as section 4.3 has it."""
    header = jwt.get_unverified_header(proof)
    assert sorted(header) == ["alg", "jwk", "typ"]
    assert (header["typ"], header["alg"]) == ("dpop+jwt", "ES256")
    assert sorted(header["jwk"]) == ["crv", "kty", "x", "y"]
    claims: dict[str, Any] = jwt.decode(proof, jwt.PyJWK(header["jwk"]), ["ES256"], options=NOT_IN_TIME)
    assert (claims["htm"], claims["htu"]) == (method, url)
    return claims


def thumbprint(proof: str) -> tuple[str, str]:
    jwk = jwt.get_unverified_header(proof)["jwk"]
    return jwk["x"], jwk["y"]


class BindingIdp(FakeIdp):
    """Binds its tokens, and where it has a nonce, wants to see it in every proof."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock)
        self.nonces: dict[str, str] = {"/token": "", "/userinfo": ""}
        self.token_type = "DPoP"
        self.bound_to = ("", "")
        self.seen: list[dict[str, Any]] = []
        self.renews = False  # gives another nonce with each reply
        self.challenge = 'DPoP error="use_dpop_nonce", error_description="…"'

    def _answer(self, path: str, request: HttpRequest) -> HttpReply:
        if path not in self.nonces:
            assert "DPoP" not in request.headers
            return super()._answer(path, request)
        proof = request.headers["DPoP"]
        claims = judged(proof, request.method, ISSUER + path)
        assert claims["jti"] not in [seen["jti"] for seen in self.seen]
        self.seen.append(claims)
        wanted = self.nonces[path]
        if wanted and claims.get("nonce") != wanted:
            return self._wants_nonce(path)
        reply = self._bind(proof, request) if path == "/token" else self._serve(proof, claims, request)
        return self._with_nonce(path, reply)

    def _wants_nonce(self, path: str) -> HttpReply:
        if path == "/token":
            return self._with_nonce(path, json_reply({"error": "use_dpop_nonce"}, 400))
        challenge = {"www-authenticate": self.challenge}
        return self._with_nonce(path, HttpReply(401, challenge, b""))

    def _with_nonce(self, path: str, reply: HttpReply) -> HttpReply:
        if self.renews:
            self.nonces[path] += "+"
        nonce = {"dpop-nonce": self.nonces[path]} if self.nonces[path] else {}
        return HttpReply(reply.status, {**reply.headers, **nonce}, reply.body)

    def _bind(self, proof: str, request: HttpRequest) -> HttpReply:
        self.bound_to = thumbprint(proof)
        reply = self._token(request)
        return HttpReply(
            reply.status, reply.headers, reply.body.replace(b'"Bearer"', f'"{self.token_type}"'.encode())
        )

    def _serve(self, proof: str, claims: dict[str, Any], request: HttpRequest) -> HttpReply:
        assert thumbprint(proof) == self.bound_to
        assert request.headers["Authorization"] == f"DPoP {ACCESS_TOKEN}"
        digest = hashlib.sha256(ACCESS_TOKEN.encode()).digest()
        assert claims["ath"] == urlsafe_b64encode(digest).decode().rstrip("=")
        return json_reply(self.person)


@pytest.fixture
def idp(clock: FakeClock) -> BindingIdp:
    return BindingIdp(clock)


def test_the_proofs_are_what_the_standard_has(clock: FakeClock, idp: BindingIdp) -> None:
    assert World(clock, idp, dpop=True).redeem().identity.email == "ada@acme.com"
    at_token, at_userinfo = idp.seen
    assert sorted(at_token) == ["htm", "htu", "iat", "jti"]
    assert at_token["iat"] == int(NOON)
    assert sorted(at_userinfo) == ["ath", "htm", "htu", "iat", "jti"]


def test_query_and_fragment_are_no_part_of_what_is_proven() -> None:
    dpop = Dpop(lambda: NOON, counting_token())
    for url in (f"{TOKEN}?tenant=7", f"{TOKEN}?a#b", f"{TOKEN}#c"):
        judged(dpop.proof("POST", url), "POST", TOKEN)


def test_each_connection_and_process_has_a_key_of_its_own() -> None:
    proofs = [Dpop(lambda: NOON, counting_token()).proof("GET", TOKEN) for _ in range(2)]
    assert len({thumbprint(proof) for proof in proofs}) == 2


@pytest.mark.parametrize("token_type", ["DPoP", "dpop", "DPOP"])
def test_the_kind_of_token_is_read_in_any_case(clock: FakeClock, idp: BindingIdp, token_type: str) -> None:
    idp.token_type = token_type
    assert World(clock, idp, dpop=True).redeem().identity.key.subject == "ada"


@pytest.mark.parametrize("token_type", ["Bearer", "N_A", ""])
def test_a_token_that_is_bound_to_nothing_is_a_downgrade_and_refused(
    clock: FakeClock, idp: BindingIdp, token_type: str
) -> None:
    idp.token_type = token_type
    assert World(clock, idp, dpop=True).refused() is Reason.IDP_RESPONSE_INVALID
    assert idp.count("/userinfo") == 0


def test_without_dpop_nothing_is_proven_and_a_bound_token_is_refused(clock: FakeClock) -> None:
    idp = FakeIdp(clock)
    idp.instead["/token"] = json_reply(
        {"access_token": ACCESS_TOKEN, "token_type": "DPoP", "id_token": idp.id_token()}
    )
    assert World(clock, idp).refused() is Reason.IDP_RESPONSE_INVALID


class TestNonces:
    def test_a_nonce_that_is_asked_for_is_given_at_once_and_from_then_on(
        self, clock: FakeClock, idp: BindingIdp
    ) -> None:
        world = World(clock, idp, dpop=True)
        idp.nonces = {"/token": "n1", "/userinfo": "n1"}
        world.redeem()
        assert (idp.count("/token"), idp.count("/userinfo")) == (2, 1)
        world.redeem()
        assert idp.asked[-2:] == ["/token", "/userinfo"]

    def test_a_resource_server_of_another_nonce_is_asked_again_too(
        self, clock: FakeClock, idp: BindingIdp
    ) -> None:
        idp.nonces = {"/token": "n1", "/userinfo": "n2"}
        World(clock, idp, dpop=True).redeem()
        assert (idp.count("/token"), idp.count("/userinfo")) == (2, 2)

    def test_servers_have_their_nonces_apart(self) -> None:
        dpop = Dpop(lambda: NOON, counting_token())
        dpop.hear(TOKEN, HttpReply(200, {"dpop-nonce": "n1"}, b""))
        elsewhere = "https://api.acme.example/userinfo"
        assert "nonce" not in judged(dpop.proof("GET", elsewhere), "GET", elsewhere)
        assert judged(dpop.proof("POST", TOKEN), "POST", TOKEN)["nonce"] == "n1"

    @pytest.mark.parametrize("challenge", ['dpop error="use_dpop_nonce"', 'Bearer realm="x"', ""])
    def test_the_challenge_may_be_written_in_any_way(
        self, clock: FakeClock, idp: BindingIdp, challenge: str
    ) -> None:
        idp.nonces, idp.challenge = {"/token": "", "/userinfo": "n2"}, challenge
        assert World(clock, idp, dpop=True).redeem().identity.name == "Ada Lovelace"

    def test_a_nonce_that_any_reply_brings_is_used_next(self, clock: FakeClock, idp: BindingIdp) -> None:
        world = World(clock, idp, dpop=True)
        world.redeem()
        idp.nonces = {"/token": "n", "/userinfo": "u"}
        world.redeem()
        before = len(idp.asked)
        idp.renews = True
        world.redeem()
        world.redeem()
        assert "n+" in [seen.get("nonce") for seen in idp.seen]
        assert len(idp.asked) - before <= 8

    def test_a_token_endpoint_that_always_asks_for_a_nonce_is_asked_twice(
        self, clock: FakeClock, idp: BindingIdp
    ) -> None:
        replies = (json_reply({"error": "use_dpop_nonce"}, 400, **{"dpop-nonce": f"n{i}"}) for i in range(99))
        idp._bind = lambda *_: next(replies)  # type: ignore[method-assign]
        idp._wants_nonce = lambda path: next(replies)  # type: ignore[method-assign]
        assert World(clock, idp, dpop=True).refused() is Reason.IDP_RESPONSE_INVALID
        assert idp.count("/token") == 2

    def test_a_resource_server_that_always_asks_for_a_nonce_is_asked_twice(
        self, clock: FakeClock, idp: BindingIdp
    ) -> None:
        replies = (HttpReply(401, {"dpop-nonce": f"n{i}"}, b"") for i in range(99))
        idp._serve = lambda *_: next(replies)  # type: ignore[method-assign]
        idp._wants_nonce = lambda path: next(replies)  # type: ignore[method-assign]
        assert World(clock, idp, dpop=True).refused() is Reason.USERINFO_INVALID
        assert idp.count("/userinfo") == 2

    def test_a_server_that_asks_and_gives_none_is_asked_once(self, clock: FakeClock, idp: BindingIdp) -> None:
        idp.instead["/token"] = json_reply({"error": "use_dpop_nonce"}, 400)
        assert World(clock, idp, dpop=True).refused() is Reason.IDP_RESPONSE_INVALID
        assert idp.count("/token") == 1

    @pytest.mark.parametrize("nonce", ['a"b', "a b", "a\\b", "\u00e9", "x" * 1001, "a\r\nb"])
    def test_what_cannot_be_a_nonce_is_none(self, nonce: str) -> None:
        dpop = Dpop(lambda: NOON, counting_token())
        assert dpop.hear(TOKEN, HttpReply(200, {"dpop-nonce": nonce}, b"")) == ""
        assert "nonce" not in judged(dpop.proof("POST", TOKEN), "POST", TOKEN)

    def test_another_thread_that_heard_the_nonce_first_leaves_us_our_second_try(
        self, clock: FakeClock, idp: BindingIdp
    ) -> None:
        world = World(clock, idp, dpop=True)
        idp.nonces["/token"] = "n1"
        dpop = world.provider._client._dpop
        assert dpop
        asked = idp._wants_nonce

        def overtaken(path: str) -> HttpReply:
            reply = asked(path)
            dpop.hear(ISSUER + path, reply)
            return reply

        idp._wants_nonce = overtaken  # type: ignore[method-assign]
        assert world.redeem().identity.key.subject == "ada"

    def test_while_secrets_change_too_each_of_them_gets_its_try(
        self, clock: FakeClock, idp: BindingIdp
    ) -> None:
        idp.nonces["/token"] = "n1"
        secrets = (Secret("new and unknown"), Secret(SECRET))
        world = World(clock, idp, dpop=True, client_secrets=secrets)
        assert world.redeem().identity.key.subject == "ada"
        assert idp.count("/token") == 3

    def test_a_second_try_brings_a_fresh_assertion(self, clock: FakeClock, idp: BindingIdp) -> None:
        sent: list[str] = []
        idp.nonces["/token"] = "n1"
        idp._authenticated = lambda *_: True  # type: ignore[method-assign]
        send = idp.send

        def noting(request: HttpRequest, deadline: Any) -> HttpReply:
            if request.body:
                sent.append(request.body.decode().partition("client_assertion=")[2])
            return send(request, deadline)

        idp.send = noting  # type: ignore[method-assign]
        key = Secret(pem(signing_key("ES256")))
        World(clock, idp, dpop=True, client_auth="private_key_jwt", client_keys=(key,)).redeem()
        first, second = (jwt.decode(one, options={"verify_signature": False})["jti"] for one in sent)
        assert first != second
