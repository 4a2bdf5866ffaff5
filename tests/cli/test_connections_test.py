"""`bridge connections test`: a whole sign-in with a real bridge, and nobody signed in by it."""

import json
import signal
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus, urlencode

import pytest
from flask import Flask

from bridge.demo.idp import Fault
from tests.cli.command import bridge, end, said, start
from tests.journeys.browser import Answer, Browser
from tests.journeys.stage import Provider, Stage, query_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

pytestmark = pytest.mark.slow


class Undecoding(Provider):
    """Takes the words of the Basic scheme as they come: RFC 6749 section 2.3.1 is not for everybody."""

    def _with_notebook(self, app: Flask) -> "WSGIApplication":
        heard = super()._with_notebook(app)

        def encoding(environ: "WSGIEnvironment", begin: "StartResponse") -> Iterable[bytes]:
            scheme, _, value = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
            if scheme == "Basic":
                name, _, secret = b64decode(value).decode().partition(":")
                pair = f"{quote_plus(name)}:{quote_plus(secret)}"
                environ["HTTP_AUTHORIZATION"] = f"Basic {b64encode(pair.encode()).decode()}"
            return heard(environ, begin)

        return encoding


class Trial:
    """The command at work, and a person at a browser."""

    def __init__(self, stage: Stage, output: Path, *words: str) -> None:
        self.stage = stage
        self._output = output
        config = stage.write_configuration()
        words = ("connections", "test", *words, "--config", str(config))
        self.process = start(*words, output=output)
        text = said(output, "Waiting for the answer", self.process)
        (self.url,) = [line for line in text.splitlines() if line.startswith("http")]

    def sign_in(self, person: str = "Ada Lovelace") -> Answer:
        """The page that the person ends at."""
        browser = Browser()
        back = self.stage.at_provider(browser, self.url, person)
        page = browser.fetch(back.location)
        assert not browser.cookies(), "nobody is signed in"
        return page

    def ended(self) -> tuple[int, str]:
        return self.process.wait(20), self._output.read_text(encoding="utf-8")


Try = Callable[..., Trial]


@pytest.fixture
def attempt(own_stage: Stage, tmp_path: Path) -> Iterator[Try]:
    made: list[Trial] = []

    def begin(*words: str) -> Trial:
        made.append(Trial(own_stage, tmp_path / f"test-{len(made)}.txt", *words))
        return made[-1]

    yield begin
    for one in made:
        end(one.process)


@contextmanager
def nothing_written(stage: Stage) -> Iterator[None]:
    """Redis keeps documents of providers, which everybody shares, and nothing of a person."""

    def kept() -> set[str]:
        shared = ("document", "fetching", "budget", "refreshes", "probe", "audit-seals", "audit-sealing")
        return {key for key in stage.redis.scan_iter("*") if key.split(":")[1] not in shared}

    before, customers = kept(), len(stage.shop.customers.find())
    yield
    assert kept() == before
    assert len(stage.shop.customers.find()) == customers


def test_what_came_is_shown_and_what_would_become_of_it_and_nothing_is_written(
    own_stage: Stage, attempt: Try
) -> None:
    serving = own_stage.serve()
    with nothing_written(own_stage):
        trial = attempt("acme")
        page = trial.sign_in()
        status, text = trial.ended()
    assert page.status == 200
    assert "The test has arrived" in page.text
    assert "not signed in" in page.text
    assert status == 0, text
    assert "connections.acme: the secret is accepted" in text
    assert "algorithm, critical, token type, issuer, audience" in text
    assert '"ada.lovelace@acme.example"' in text
    assert "Clock: the provider's is" in text
    assert "Credential: number 1 of 1 was accepted" in text
    for store in ("us", "both", "mixed"):
        assert f"Store {store}: would be linked to customer" in text
    assert "Store post" not in text
    secrets = [own_stage.acme.client.client_secret, query_of(page.url)["code"]]
    token = own_stage.acme.requests("/token")[-1]
    answer = json.loads(token.answer)
    secrets += [answer["access_token"], answer["id_token"]]
    assert [secret for secret in secrets if secret in text] == []
    (line,) = [one for one in serving.lines() if one["event"] == "dry_sign_in_arrived"]
    assert [secret for secret in [*secrets, "ada.lovelace@"] if secret in serving.output()] == []
    assert line["connection"] == "acme"


def test_as_json_for_one_store_of_a_person_who_is_new(own_stage: Stage, attempt: Try, tmp_path: Path) -> None:
    own_stage.serve()
    with nothing_written(own_stage):
        trial = attempt("acme", "--json", "--store", "us")
        trial.sign_in("Grace")
        status, text = trial.ended()
    found = json.loads(text[text.index("\n{") :])
    assert (status, found["good"]) == (0, True), text
    assert [(one["store"], one["outcome"]) for one in found["stores"]] == [("us", "create")]
    assert found["id_token"]["claims"]["iss"] == own_stage.acme.url
    assert found["checks"]["failed"] == ""
    assert found["checks"]["passed"][:3] == ["answer", "token response", "algorithm"]


def test_by_form_post_it_works_as_well(own_stage: Stage, attempt: Try) -> None:
    own_stage.serve()
    trial = attempt("globex", "--store", "post")
    browser = Browser()
    form = own_stage.at_provider(browser, trial.url, "Eve Outsider").form
    page = browser.fetch(form.action, form=form.fields)
    assert "The test has arrived" in page.text
    status, text = trial.ended()
    assert status == 0, text
    assert "Store post: a customer would be created" in text


def test_a_known_person_is_linked_already_and_one_who_is_not_trusted_would_be_refused(
    own_stage: Stage, attempt: Try
) -> None:
    own_stage.serve()
    own_stage.sign_in(Browser())
    with nothing_written(own_stage):
        trial = attempt("acme", "--store", "us")
        trial.sign_in()
        status, text = trial.ended()
        assert (status, "Store us: is linked to customer" in text) == (0, True), text
        trial = attempt("acme", "--store", "us")
        trial.sign_in("Charles")
        status, text = trial.ended()
    assert status == 1
    assert "Store us: would refuse (email_not_trusted)" in text
    assert "email_verified is false" in text


@pytest.mark.parametrize(
    ("fault", "check", "reason"),
    [
        (Fault.WRONG_NONCE, "nonce", "id_token_invalid"),
        (Fault.WRONG_AUDIENCE, "audience", "id_token_invalid"),
        (Fault.BAD_SIGNATURE, "signature", "id_token_invalid"),
    ],
)
def test_the_check_that_failed_is_named_with_its_remedy(
    own_stage: Stage, attempt: Try, fault: Fault, check: str, reason: str
) -> None:
    own_stage.serve()
    own_stage.acme.memory.fault = fault
    with nothing_written(own_stage):
        trial = attempt("acme")
        trial.sign_in()
        status, text = trial.ended()
    assert status == 1
    assert f"FAILED at the check: {check}\n" in text
    assert f"{reason}: " in text
    assert "         -> " in text
    assert "Store us" not in text
    assert '"ada.lovelace@acme.example"' in text, "the claims show what is wrong"


def test_a_wrong_secret_is_told_before_anybody_is_sent_there(own_stage: Stage) -> None:
    own_stage.tables["connections.acme"]["client_secret"] = ["not known yet", "nor this one"]
    ended = bridge("connections", "test", "acme", "--config", own_stage.write_configuration())
    assert ended.status == 1
    assert "none of 2 secrets is accepted" in ended.out
    assert "Open this address" not in ended.out
    ended = bridge("check", "--json", "--config", own_stage.write_configuration())
    assert ended.status == 1
    document = json.loads(ended.out)
    (found,) = [one for one in document["findings"] if "none of 2 secrets" in one["message"]]
    assert (found["subject"], found["level"]) == ("connections.acme", "failed")


def test_in_a_rotation_each_secret_is_told_apart(own_stage: Stage) -> None:
    right = own_stage.acme.client.client_secret
    own_stage.tables["connections.acme"]["client_secret"] = ["not known yet", right]
    config = own_stage.write_configuration()
    ended = bridge("connections", "test", "acme", "--no-browser", "--config", config)
    assert (ended.status, ended.err) == (0, "")
    assert "secret 2 of 2 is accepted, 1 not" in ended.out
    assert bridge("check", "--config", config).status == 0


def test_a_provider_that_does_not_decode_basic_is_found_out(own_stage: Stage) -> None:
    provider = Undecoding("acme", own_stage.public_url)
    try:
        own_stage.tables["connections.acme"] |= {
            "issuer": provider.url,
            "client_secret": provider.client.client_secret,
            "client_id": provider.client.client_id,
        }
        config = own_stage.write_configuration()
        ended = bridge("check", "--config", config)
        assert ended.status == 1
        assert "FAILED   the provider does not form-decode" in ended.out
        assert 'Set client_auth = "client_secret_post"' in ended.out
        own_stage.tables["connections.acme"]["client_auth"] = "client_secret_post"
        config = own_stage.write_configuration()
        ended = bridge("connections", "test", "acme", "--no-browser", "--config", config)
        assert (ended.status, "the secret is accepted" in ended.out) == (0, True), ended.said
    finally:
        provider.stop()


def test_offline_no_secret_is_tried(own_stage: Stage) -> None:
    assert bridge("check", "--offline", "--config", own_stage.write_configuration()).status == 0
    assert own_stage.acme.heard == []


def test_an_answer_is_taken_once_and_a_forged_one_wins_nothing(own_stage: Stage, attempt: Try) -> None:
    own_stage.serve()
    trial = attempt("acme")
    state = query_of(trial.url)["state"]
    callback = f"{own_stage.bridge_url}/callback/"
    forged = urlencode({"state": state, "code": "forged-by-mallory", "iss": own_stage.acme.url})
    elsewhere = Browser().fetch(f"{callback}globex?{forged}")
    assert elsewhere.refusal == "attempt_expired"
    assert "The test has arrived" in Browser().fetch(f"{callback}acme?{forged}").text
    status, text = trial.ended()
    assert status == 1
    assert "code_rejected" in text
    assert "forged-by-mallory" not in text
    late = Browser().fetch(f"{callback}acme?{forged}")
    assert (late.refusal, late.location) == ("attempt_expired", "")
    events: Any = own_stage.redis.xrange("bridge:audit")
    told = [event["event"] for _, event in events]
    assert told == ["serving"], "a stranger's refusals fill no audit"


def test_a_store_called_like_the_end_of_the_state_is_not_signed_in_to(own_stage: Stage) -> None:
    for table in ("stores.{}", "stores.{}.bigcommerce"):
        own_stage.tables[table.format("none")] = own_stage.tables[table.format("us")]
    own_stage.serve()
    query = urlencode({"state": f"dry-sign-in-{'x' * 43}.none", "code": "any"})
    answer = Browser().fetch(f"{own_stage.bridge_url}/callback/acme?{query}")
    assert (answer.refusal, answer.location, answer.set_cookies) == ("attempt_expired", "", {})


def test_who_never_comes_is_waited_for_no_longer_than_said(own_stage: Stage, attempt: Try) -> None:
    trial = attempt("acme", "--timeout", "10")
    status, text = trial.ended()
    assert status == 1
    assert "nothing came within 10 s" in text
    assert own_stage.redis.keys("bridge:dry:*") == []


def test_ctrl_c_cleans_up(own_stage: Stage, attempt: Try) -> None:
    trial = attempt("acme")
    (key,) = own_stage.redis.keys("bridge:dry:*")
    assert 200 < int(own_stage.redis.ttl(key)) <= 300
    trial.process.send_signal(signal.SIGINT)
    status, text = trial.ended()
    assert status == 1
    assert "Traceback" not in text
    assert own_stage.redis.keys("bridge:dry:*") == []


def test_a_bridge_with_other_cookie_keys_is_named(own_stage: Stage, attempt: Try) -> None:
    own_stage.serve()
    own_stage.tables["server"]["cookie_keys"] = ["another-key-of-at-least-32-characters"]
    trial = attempt("acme")
    trial.sign_in()
    status, text = trial.ended()
    assert status == 1
    assert "other cookie_keys" in text


@pytest.mark.parametrize("words", [["acne"], ["acme", "--store", "post"], ["acme", "--timeout", "0"]])
def test_what_is_not_there_is_named_with_what_is(config: Path, words: list[str]) -> None:
    ended = bridge("connections", "test", *words, "--config", config)
    assert (ended.status, ended.out) == (2, "")
    assert "Traceback" not in ended.err


def test_without_redis_it_fails_with_words(own_stage: Stage) -> None:
    config = own_stage.write_configuration()
    own_stage.redis_server.kill()
    ended = bridge("connections", "test", "acme", "--config", config)
    assert ended.status == 1
    assert "state_unavailable: " in ended.out
    assert "Traceback" not in ended.said
