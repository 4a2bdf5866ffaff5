"""The provider ends a session: behind the browser's back, or in a frame of its own page."""

import json
import secrets
import time
from typing import Any
from urllib.parse import urlencode

import pytest

from bridge.domain.identity import IdentityKey
from bridge.domain.logout_token import EVENT
from tests.journeys.browser import Answer, Browser
from tests.journeys.stage import Stage

pytestmark = pytest.mark.slow
FRAME = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "cross-site"}
ADA, GRACE = "acme-1001", "acme-1002"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with Stage(tmp_path_factory.mktemp("sign-out")) as stage:
        stage.serve()
        yield stage


def held(stage: Stage, subject: str) -> list[list[Any]]:
    """The sessions of a person, as they are stored."""
    digest = IdentityKey(stage.acme.url, subject).digest
    texts = [str(stage.redis.get(name)) for name in stage.redis.scan_iter(f"bridge:session:*{digest}:*")]
    return [json.loads(text) for text in texts]


def sids(stage: Stage, subject: str) -> list[str]:
    return sorted(one[4] for one in held(stage, subject))


def logout_token(stage: Stage, *, typ: str = "logout+jwt", **changes: Any) -> str:
    now = int(time.time())
    claims = {
        "iss": stage.acme.url,
        "aud": stage.acme.client.client_id,
        "iat": now,
        "exp": now + 120,
        "jti": secrets.token_urlsafe(16),
        "events": {EVENT: {}},
    }
    return stage.acme.memory.keys.current.sign({**claims, **changes}, typ=typ)


def tell(stage: Stage, token: str, connection: str = "acme") -> Answer:
    url = f"{stage.bridge_url}/backchannel-logout/{connection}"
    return Browser().fetch(url, form={"logout_token": token}, headers={})


def frame(stage: Stage, connection: str = "acme", **query: str) -> Answer:
    url = f"{stage.bridge_url}/frontchannel-logout/{connection}?{urlencode(query)}"
    return Browser().fetch(url, headers=FRAME)


def test_by_its_session_id_one_session_ends_and_the_person_s_others_stay(stage: Stage) -> None:
    for _ in range(2):
        stage.sign_in(Browser())
    stage.sign_in(Browser(), "Grace Hopper")
    first, second = sids(stage, ADA)

    assert tell(stage, logout_token(stage, sub=ADA, sid=first)).status == 200
    assert sids(stage, ADA) == [second]
    assert tell(stage, logout_token(stage, sid=second)).status == 200
    assert sids(stage, ADA) == []
    assert len(sids(stage, GRACE)) == 1


def test_by_the_person_all_sessions_end_at_all_stores_of_this_connection(stage: Stage) -> None:
    browser = Browser()
    stage.sign_in(browser)
    browser.walk(stage.login_url("both", connection="acme"), until=stage.store_url)
    browser.walk(stage.login_url("list", connection="acme-any"), until=stage.store_url)
    assert sorted(one[0] for one in held(stage, ADA)) == ["both", "list", "us"]

    assert tell(stage, logout_token(stage, sub=ADA)).status == 200
    assert [one[1] for one in held(stage, ADA)] == ["acme-any"], (
        "another connection's, with a token of its own"
    )
    assert tell(stage, logout_token(stage, sub=ADA), "acme-any").status == 200
    assert held(stage, ADA) == []


def test_a_token_counts_once(stage: Stage) -> None:
    token = logout_token(stage, sub=ADA)
    assert tell(stage, token).status == 200
    stage.sign_in(Browser())
    again = tell(stage, token)
    assert (again.status, again.refusal) == (400, "logout_token_invalid")
    assert json.loads(again.body)["error"] == "invalid_request"
    assert "no-store" in again.headers["Cache-Control"]
    assert len(held(stage, ADA)) == 1
    tell(stage, logout_token(stage, sub=ADA))


def test_an_unknown_session_is_no_mistake_of_the_provider(stage: Stage) -> None:
    assert tell(stage, logout_token(stage, sub="nobody", sid="none")).status == 200


def body_of(pairs: list[tuple[str, str]]) -> bytes:
    return urlencode(pairs).encode()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "application/x-www-form-urlencoded"),
        (b'{"logout_token": "a.b.c"}', "application/json"),
        (
            body_of([("logout_token", "a.b.c"), ("logout_token", "a.b.c")]),
            "application/x-www-form-urlencoded",
        ),
        (body_of([("logout_token", "not a token")]), "application/x-www-form-urlencoded"),
        (body_of([("logout_token", "a" * 60_000)]), "application/x-www-form-urlencoded"),
        (b"logout_token=%ff%fe", "application/x-www-form-urlencoded"),
        (b"\x00" * 100, "application/octet-stream"),
    ],
    ids=["empty", "json", "twice", "no token", "large", "no UTF-8", "bytes"],
)
def test_what_is_no_logout_token_is_400_in_the_specification_s_words(
    stage: Stage, body: bytes, kind: str
) -> None:
    answer = Browser().post(f"{stage.bridge_url}/backchannel-logout/acme", body, {"Content-Type": kind})
    assert answer.status == 400
    assert json.loads(answer.body)["error"] == "invalid_request"


def test_an_id_token_is_none(stage: Stage) -> None:
    stage.sign_in(Browser())
    id_token = json.loads(stage.acme.requests("/token")[-1].answer)["id_token"]
    assert tell(stage, id_token).status == 400
    assert len(held(stage, ADA)) == 1
    tell(stage, logout_token(stage, sub=ADA))


def test_of_another_provider_s_keys_it_is_refused(stage: Stage) -> None:
    stage.sign_in(Browser())
    forged = stage.globex.memory.keys.current.sign(
        {
            "iss": stage.acme.url,
            "aud": stage.acme.client.client_id,
            "sub": ADA,
            "iat": int(time.time()),
            "exp": int(time.time()) + 60,
            "jti": "j",
            "events": {EVENT: {}},
        },
        typ="logout+jwt",
    )
    assert tell(stage, forged).status == 400
    assert len(held(stage, ADA)) == 1
    tell(stage, logout_token(stage, sub=ADA))


def test_without_redis_the_provider_is_asked_to_come_again_and_then_it_counts(own_stage: Stage) -> None:
    own_stage.serve()
    own_stage.sign_in(Browser())
    token = logout_token(own_stage, sub=ADA)
    own_stage.redis_server.kill()
    answer = tell(own_stage, token)
    assert (answer.status, json.loads(answer.body)["error"]) == (503, "temporarily_unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    own_stage.redis_server.restart()
    assert len(held(own_stage, ADA)) == 1
    assert tell(own_stage, token).status == 200
    assert held(own_stage, ADA) == []


def test_a_frame_of_the_provider_s_page_ends_the_session_it_names(stage: Stage) -> None:
    stage.sign_in(Browser())
    (sid,) = sids(stage, ADA)
    answer = frame(stage, iss=stage.acme.url, sid=sid)
    assert answer.status == 200
    assert held(stage, ADA) == []
    assert f"frame-ancestors {stage.acme.url};" in answer.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer.headers
    assert "no-store" in answer.headers["Cache-Control"]
    assert frame(stage, iss=stage.acme.url, sid=sid).status == 200, "nobody learns whether there was one"


def test_who_was_signed_out_is_not_let_in_again_by_the_back_button(stage: Stage) -> None:
    """Within a minute the same callback repeats its end: a login token for the store, whose session is none."""
    browser = Browser()
    callback = stage.callback_url(browser)
    assert browser.fetch(callback).location.startswith(f"{stage.store_url}/login/token/")
    assert tell(stage, logout_token(stage, sub=ADA)).status == 200
    again = browser.fetch(callback)
    assert again.location.startswith(stage.acme.url), "the provider is asked, who knows that they left"
    assert held(stage, ADA) == []


def test_a_frame_that_proves_nothing_ends_nothing(stage: Stage) -> None:
    stage.sign_in(Browser())
    (sid,) = sids(stage, ADA)
    for query in (
        {},
        {"iss": stage.acme.url},
        {"sid": sid},
        {"iss": stage.globex.url, "sid": sid},
        {"iss": stage.acme.url + "/", "sid": sid},
        {"iss": stage.acme.url, "sid": sid * 100},
    ):
        answer = frame(stage, **query)
        assert answer.status == 400, query
        assert answer.headers["X-Frame-Options"] == "DENY"
    assert frame(stage, "globex", iss=stage.globex.url, sid=sid).status == 200
    image = {**FRAME, "Sec-Fetch-Dest": "image", "Sec-Fetch-Mode": "no-cors"}
    url = f"{stage.bridge_url}/frontchannel-logout/acme?{urlencode({'iss': stage.acme.url, 'sid': sid})}"
    assert Browser().fetch(url, headers=image).status == 400
    assert Browser().fetch(url, headers={**FRAME, "Sec-Purpose": "prefetch"}).status == 204
    assert sids(stage, ADA) == [sid]


def test_no_other_route_may_be_framed(stage: Stage) -> None:
    for path in ("login/us", "healthz", "callback/acme", "nothing"):
        answer = Browser().fetch(f"{stage.bridge_url}/{path}")
        assert answer.headers["X-Frame-Options"] == "DENY", path
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"], path
