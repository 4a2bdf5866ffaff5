"""A thousand malformed requests of every kind to a real bridge: no 500, no look inside, no secret in any line."""

import re
import secrets
import socket
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import quote

import pytest

from bridge.settings import read_settings
from bridge.web.app import create_app
from bridge.wiring.bridge import wire
from tests.attacks.malformed import Wire, wires
from tests.journeys.browser import Browser
from tests.journeys.process import BridgeProcess
from tests.journeys.stage import Stage, query_of

_INSIDE = re.compile(
    rb"Traceback|File \"|\.py\b|0x[0-9a-f]{7,}|site-packages|werkzeug|granian/", re.IGNORECASE
)
_SECURITY = (
    b"content-security-policy: ",
    b"x-content-type-options: nosniff",
    b"referrer-policy: no-referrer",
)
EMAIL = "planted.person@acme.example"


@dataclass(frozen=True)
class Got:
    """What came back on one connection."""

    wire: Wire
    answer: bytes

    @property
    def statuses(self) -> list[int]:
        return [int(code) for code in re.findall(rb"HTTP/1\.[01] (\d{3}) [A-Z]", self.answer)]


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, BridgeProcess, list[str]]]:
    """A bridge with a storefront that takes codes and webhooks, and every secret that it knows or gave."""
    with Stage(tmp_path_factory.mktemp("malformed")) as stage:
        stage.tables["server"]["log_level"] = "debug"
        handoff, webhook = (secrets.token_urlsafe(32) for _ in range(2))
        stage.tables["stores.post"] |= {
            "delivery": "code", "return_url": f"{stage.store_url}/return", "handoff_secret": [handoff],
        }  # fmt: skip
        stage.tables["stores.post.webhook"] = {
            "url": f"{stage.store_url}/hook", "secret": ["whsec_" + webhook.replace("-", "A").replace("_", "B") + "="],
        }  # fmt: skip
        bridge = stage.serve()
        browser = Browser()
        callback = stage.callback_url(browser)
        known = [query_of(callback)["code"], *browser.cookies().values()]
        assert browser.fetch(callback).status == 303
        known += browser.cookies().values()
        known += [
            stage.tables["server"]["cookie_keys"][0],
            handoff,
            webhook[:30],
            EMAIL,
            secrets.token_urlsafe(32),
        ]
        known += [stage.tables[f"connections.{name}"]["client_secret"] for name in ("acme", "globex")]
        known += [stage.store_options.client_secret, stage.store_options.access_token]
        known += [f"eyJhbGciOiJSUzI1NiJ9.{secrets.token_urlsafe(90)}.{secrets.token_urlsafe(40)}"]
        yield stage, bridge, [one for one in dict.fromkeys(known) if len(one) >= 12]


def paths_of(stage: Stage) -> list[str]:
    """Every route, with names that exist."""
    made = wire(
        read_settings(stage.write_configuration("paths.toml"), {}), now=lambda: 0.0, monotonic=lambda: 0.0,
        pause=lambda _: None,
    )  # fmt: skip
    names = {"store": "us", "connection": "acme", "filename": "bridge.css", "path:filename": "bridge.css"}
    rules = {rule.rule for rule in create_app(made).url_map.iter_rules()}
    found = {re.sub(r"<([^>]+)>", lambda match: names.get(match[1], "x"), rule) for rule in rules}
    return sorted(found | {"/token/post", "/session/post"})


def ask(port: int, one: Wire) -> Got:
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=15) as line:
        try:
            line.sendall(one.sent)
            if one.cut_off:
                line.shutdown(socket.SHUT_WR)
            while part := line.recv(65_536):
                answer += part
        except (ConnectionResetError, BrokenPipeError):
            pass  # it did not read to the end: nothing of ours needs to
    return Got(one, answer)


@pytest.mark.slow
def test_a_thousand_malformed_requests_of_every_kind(planted: tuple[Stage, BridgeProcess, list[str]]) -> None:
    stage, bridge, known = planted
    all_wires = list(wires(paths_of(stage), known))
    assert len(all_wires) > 1500
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda one: ask(stage.port, one), all_wires))

    statuses = Counter(status for got in answers for status in got.statuses)
    assert max(statuses) < 500, [
        (got.wire.kind, got.wire.sent[:90]) for got in answers if max(got.statuses or [0]) >= 500
    ][:5]
    # Nobody waited in vain: what is no HTTP, and what ended halfway, ends without words.
    unanswered = Counter(got.wire.kind for got in answers if not got.answer)
    assert set(unanswered) <= {
        "half a head",
        "half a body",
        "HTTP/2 by prior knowledge",
        "header too large",
    }, unanswered
    for got in answers:
        check_answer(got, known)
    assert bridge.process.poll() is None
    log = bridge.output()
    lines = bridge.lines()
    assert len(lines) > 1000
    assert not [line for line in lines if line.get("reason") == "internal_error" or line["level"] == "error"]
    leaked = [one[:10] for one in known if one in log or quote(one, safe="") in log]
    assert leaked == [], [line for line in log.splitlines() if any(one in line for one in known)][:3]
    assert stage.sign_in(Browser()).status == 303


def check_answer(got: Got, known: list[str]) -> None:
    kind, answer = got.wire.kind, got.answer
    assert b"/smuggled" not in answer
    inside = _INSIDE.search(answer)
    assert inside is None, (kind, inside)
    sent = got.wire.sent.decode("latin-1")
    for secret in known:
        if secret not in sent and quote(secret, safe="") not in sent:
            assert secret.encode() not in answer, kind
    for part in re.split(rb"(?=HTTP/1\.[01] \d{3} )", answer)[1:]:
        top, _, body = part.partition(b"\r\n\r\n")
        lowered = top.lower()
        if b"server: " not in lowered:  # hyper's own: what it cannot read never reaches anything of ours
            assert not body, kind
            assert int(top.split(b" ")[1]) in (100, 400, 414, 431), (kind, top)
            continue
        for line in _SECURITY:
            assert lowered.count(line) == 1, (kind, line, top)
        assert re.search(rb"\r\nserver: granian(\r\n|$)", lowered), "its version is nobody's business"
        assert b"strict-transport-security" not in lowered, "this is http"
        assert b"cache-control: " in lowered
        if re.match(rb"HTTP/1\.[01] 4", top):
            assert b"bridge-refusal: " in lowered or b"allow: " in lowered, (kind, top)
