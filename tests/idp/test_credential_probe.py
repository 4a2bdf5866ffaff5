"""Secrets and keys tried without a sign-in: what a provider's answer proves, and what it does not."""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

import pytest

from bridge.domain.credential import Tried
from bridge.domain.finding import Finding
from bridge.domain.http import HttpFailure, HttpReply, HttpRequest
from bridge.domain.secret import Secret
from bridge.idp.check_credentials import credential_findings
from bridge.idp.provider import OpenIdProvider
from tests.contracts.world import FakeClock, counting_token

from .fake_idp import ATTEMPT, CODE, CONNECTION, SECRET, FakeIdp, json_reply

#: Without what form-encoding would change, so that one try tells everything.
PLAIN = replace(CONNECTION, client_id="bridge", client_secrets=(Secret("plain-secret"),))


class Undecoding(FakeIdp):
    """Takes the Basic scheme's words as they come, like Okta and others before it."""

    def _authenticated(self, headers: Mapping[str, str], form: Mapping[str, str]) -> bool:
        given = b64decode(headers.get("Authorization", "").removeprefix("Basic ")).decode()
        return given in {f"{CONNECTION.client_id}:{secret}" for secret in self.accepted}


class Recording(FakeIdp):
    """Keeps the forms that the token endpoint was sent."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock)
        self.forms: list[dict[str, list[str]]] = []

    def _answer(self, path: str, request: HttpRequest) -> HttpReply:
        if path == "/token":
            self.forms.append(parse_qs((request.body or b"").decode()))
        return super()._answer(path, request)


def tried(clock: FakeClock, idp: FakeIdp, **changes: Any) -> list[Tried]:
    return provider(clock, idp, **changes).try_credentials(clock.deadline())


def provider(clock: FakeClock, idp: FakeIdp, **changes: Any) -> OpenIdProvider:
    return OpenIdProvider(
        replace(CONNECTION, **changes), idp, clock.now, clock.monotonic, counting_token("made-up")
    )


def told(clock: FakeClock, idp: FakeIdp, **changes: Any) -> list[Finding]:
    made = provider(clock, idp, **changes)
    metadata = made.published.metadata.get(clock.deadline())
    found = list(
        credential_findings(made.connection, made.try_credentials(clock.deadline()), metadata, "acme")
    )
    assert all(one.level == "ok" or one.remedy for one in found)
    assert not [one for one in found if SECRET in str(one) or "made-up" in str(one)]
    return found


def test_a_right_secret_is_accepted_and_a_wrong_one_is_not(clock: FakeClock) -> None:
    idp = FakeIdp(clock)
    assert [one.verdict for one in tried(clock, idp)] == ["accepted"]
    assert [one.verdict for one in tried(clock, idp, client_secrets=(Secret("wrong"),))] == ["refused"]
    (found,) = told(clock, idp, client_secrets=(Secret("wrong"),))
    assert found.level == "failed"
    assert "not accepted" in found.message


def test_of_a_rotation_each_is_told_apart_and_the_right_code_is_left_alone(clock: FakeClock) -> None:
    idp = Recording(clock)
    both = (Secret(SECRET), Secret("the old one"))
    assert [one.verdict for one in tried(clock, idp, client_secrets=both)] == ["accepted", "refused"]
    (found,) = told(clock, idp, client_secrets=both)
    assert (found.level, found.message) == ("warning", "secret 1 of 2 is accepted, 2 not")
    idp.accepted.append("the old one")
    idp.forms.clear()
    (found,) = told(clock, idp, client_secrets=both)
    assert (found.level, found.message) == ("ok", "secrets 1 and 2 of 2 are accepted")
    assert idp.codes == {CODE}, "the code of a person under way"
    codes = [form["code"][0] for form in idp.forms]
    assert len(set(codes)) == len(codes), "made up anew each time"
    verifiers = {form["code_verifier"][0] for form in idp.forms}
    assert ATTEMPT.code_verifier not in verifiers


def test_who_does_not_decode_basic_is_found_out_and_the_way_round_is_named(clock: FakeClock) -> None:
    idp = Undecoding(clock)
    assert tried(clock, idp)[0].plain_only
    (found,) = told(clock, idp)
    assert found.level == "failed"
    assert "does not form-decode" in found.message
    assert "RFC 6749 section 2.3.1" in found.message
    assert "client_secret_post" not in found.remedy
    assert "A-Z a-z 0-9 . _ ~ -" in found.remedy
    idp.metadata["token_endpoint_auth_methods_supported"] = ["client_secret_basic", "client_secret_post"]
    (found,) = told(clock, idp)
    assert 'client_auth = "client_secret_post"' in found.remedy


def test_a_wrong_secret_is_wrong_in_either_form(clock: FakeClock) -> None:
    idp = Undecoding(clock)
    (one,) = tried(clock, idp, client_secrets=(Secret("wrong +"),))
    assert (one.verdict, one.plain_only) == ("refused", False)
    assert idp.count("/token") == 2


@pytest.mark.parametrize("changes", [{"client_auth": "client_secret_post"}, {"client_id": "a:b"}])
def test_the_plain_form_is_tried_only_where_it_could_help(clock: FakeClock, changes: dict[str, Any]) -> None:
    idp = FakeIdp(clock)
    idp.instead["/token"] = json_reply({"error": "invalid_client"}, 401)
    assert [one.verdict for one in tried(clock, idp, **changes)] == ["refused"]
    assert idp.count("/token") == 1


def error(code: str, status: int = 400, description: str = "") -> HttpReply:
    return json_reply({"error": code, **({"error_description": description} if description else {})}, status)


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (error("invalid_grant"), "accepted"),
        (error("invalid_grant", 401), "accepted"),
        (error("invalid_request", 400, "The authorization code is malformed"), "accepted"),
        (error("invalid_request", 400, "code_verifier is too short"), "unknown"),
        (error("invalid_request", 400, "missing code verifier"), "unknown"),
        (error("invalid_request"), "unknown"),
        (error("invalid_client"), "refused"),
        (error("invalid_client", 401), "refused"),
        (error("unauthorized_client", 401), "refused"),
        (error("anything", 401), "refused"),
        (error("server_error"), "unknown"),
        (error("slow_down", 429), "unknown"),
        (HttpReply(503, {}, b""), "unknown"),
        (HttpReply(200, {"content-type": "text/html"}, b"<p>Welcome"), "unknown"),
        (HttpReply(302, {"location": "https://elsewhere.example"}, b""), "unknown"),
    ],
)
def test_what_an_answer_proves(clock: FakeClock, reply: HttpReply, verdict: str) -> None:
    idp = FakeIdp(clock)
    idp.instead["/token"] = reply
    (one,) = tried(clock, idp, client_id=PLAIN.client_id, client_secrets=PLAIN.client_secrets)
    assert one.verdict == verdict


def test_what_is_not_known_is_said_and_fails_nothing(clock: FakeClock) -> None:
    idp = FakeIdp(clock)
    idp.instead["/token"] = HttpFailure("unreachable", "no route")
    (found,) = told(clock, idp)
    assert found.level == "warning"
    assert "not known" in found.message
    assert "bridge connections test acme" in found.remedy


def test_tokens_for_a_code_that_was_made_up_prove_nothing(clock: FakeClock) -> None:
    idp = FakeIdp(clock)
    idp.instead["/token"] = json_reply(
        {"access_token": "planted-token", "token_type": "Bearer", "id_token": idp.id_token()}
    )
    (found,) = told(clock, idp)
    assert found.level == "warning"
    assert "for a code that was made up" in found.message


def test_a_stranger_s_words_are_not_repeated(clock: FakeClock) -> None:
    idp = FakeIdp(clock)
    idp.instead["/token"] = error("Mallory\x1b[2J", 400, "the code Mallory")
    assert "Mallory" not in str(told(clock, idp))


def test_trying_changes_nothing_about_which_secret_comes_first(clock: FakeClock) -> None:
    two = provider(clock, FakeIdp(clock), client_secrets=(Secret("unknown yet"), Secret(SECRET)))
    for _ in range(2):
        verdicts = [one.verdict for one in two.try_credentials(clock.deadline())]
        assert verdicts == ["refused", "accepted"]
