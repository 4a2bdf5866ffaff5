"""`bridge check`: 0 when all is well, 1 when something does not answer, 2 when the file cannot be used."""

import json
from pathlib import Path

import pytest

from bridge.demo.idp import Fault
from tests.cli.command import bridge
from tests.journeys.stage import Stage

#: A file of many faults, and where each stands.
FAULTY = """\
[server]
public_url = "http://sso.example.com"
cookie_keys = ["short"]
colour = "teal"

[redis]
url = "redis://127.0.0.1:6379/0"

[connections.acme]
isuer = "https://idp.example.com"
client_id = "bridge"
client_secret = "env:NOT_THERE_AT_ALL"
signing_algs = ["none"]

[stores.us]
platform = "bigcommerce"
url = "https://store.example.com"
connections = ["acne"]
[stores.us.bigcommerce]
store_hash = "abc"
client_id = "x"
client_secret = "planted-secret-in-the-file"
"""
FAULTS = [
    "server.public_url: ",
    "server.cookie_keys[0]: ",
    "server.colour: ",
    "connections.acme.isuer: ",
    "connections.acme.issuer: ",
    "connections.acme.client_secret: ",
    "connections.acme.signing_algs[0]: ",
    "stores.us.connections[0]: ",
]


def test_all_is_well(stage: Stage, config: Path) -> None:
    ended = bridge("check", "--config", config)

    assert (ended.status, ended.err) == (0, ""), ended.said
    lines = ended.out.splitlines()
    assert lines[:2] == ["configuration", "  ok       4 connections, 5 stores"]
    said = " ".join(ended.out.split())
    for words in (
        "warning server.development is true",
        "redis ok answers (",
        f"ok the redirect URI is registered: {stage.public_url}/callback/acme",
        "ok the secret is accepted",
        "ok the Customers API answers",
        "the store's clock is",
        "ok the storefront answers",
        "clock ok agrees with 9 others",
    ):
        assert words in said
    assert lines[-1].endswith("Nothing failed; read the warnings.")


def test_the_file_may_be_named_by_the_environment(config: Path) -> None:
    ended = bridge("check", "--offline", environ={"BRIDGE_CONFIG": str(config)})
    assert ended.status == 0, ended.said


def test_offline_asks_nobody(own_stage: Stage) -> None:
    config = own_stage.write_configuration()
    own_stage.acme.go_away()
    own_stage.redis_server.stop()
    before = len(own_stage.shop.calls)

    assert bridge("check", "--offline", "--config", config).status == 0
    assert len(own_stage.shop.calls) == before


def test_as_json_it_is_for_programs(config: Path) -> None:
    ended = bridge("check", "--json", "--config", config)
    assert (ended.status, ended.err) == (0, "")
    document = json.loads(ended.out)
    assert set(document) == {"version", "status", "summary", "findings"}
    assert (document["version"], document["status"]) == (1, "good")
    findings = document["findings"]
    keys = {"level", "subject", "message", "remedy", "why", "line"}
    assert all(set(finding) == keys for finding in findings)
    assert sum(document["summary"].values()) == len(findings)
    subjects = {finding["subject"] for finding in findings}
    assert {"configuration", "redis", "connections.acme", "connections.globex", "stores.us"} <= subjects


def test_each_dependency_that_fails_is_named_with_a_remedy_and_stops_no_other_check(own_stage: Stage) -> None:
    own_stage.acme.go_away()
    own_stage.globex.memory.fault = Fault.DISCOVERY_OTHER_ISSUER
    own_stage.shop.fault = "401"
    own_stage.redis_server.stop()

    ended = bridge("check", "--config", own_stage.write_configuration())

    assert ended.status == 1
    for subject in ("redis", "connections.acme", "connections.globex", "stores.us"):
        section = ended.out.partition(f"\n{subject}\n")[2].partition("\n\n")[0]
        assert "  FAILED   " in section
        assert "           fix  " in section, "no remedy"
    assert "https://other-issuer.example" in ended.out, "which issuer the metadata is of"
    assert "Traceback" not in ended.said


def test_as_json_a_failure_is_still_json_and_exits_1(own_stage: Stage) -> None:
    own_stage.acme.memory.fault = Fault.JWKS_500
    ended = bridge("check", "--json", "--config", own_stage.write_configuration())
    assert ended.status == 1
    document = json.loads(ended.out)
    assert document["status"] == "failed"
    failed = [one["subject"] for one in document["findings"] if one["level"] == "failed"]
    assert failed == ["connections.acme", "connections.acme-any"], "both ask the same provider"


@pytest.mark.parametrize("command", ["check", "serve"])
def test_a_file_of_many_faults_is_reported_whole_with_the_line_of_each(tmp_path: Path, command: str) -> None:
    path = tmp_path / "bridge.toml"
    path.write_text(FAULTY, encoding="utf-8")

    ended = bridge(command, "--config", path)

    assert (ended.status, ended.out) == (2, "")
    assert f"{path}: {len(FAULTS)} faults" in ended.err
    lines = ended.err.splitlines()
    for fault in FAULTS:
        (line,) = (one for one in lines if one.startswith(fault))
        assert "(line " in line
    assert "did you mean `acme`?" in ended.err
    assert "planted-secret" not in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("command", "given"),
    [
        ("check", "missing"),
        ("check", "folder"),
        ("check", "not TOML"),
        ("check", "not UTF-8"),
        ("check", "empty"),
        ("check", "none"),
        ("serve", "missing"),
        ("serve", "none"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_and_exits_2(tmp_path: Path, command: str, given: str) -> None:
    path = tmp_path / "bridge.toml"
    match given:
        case "folder":
            path.mkdir()
        case "not TOML":
            path.write_text("[server\nkey = planted-secret", encoding="utf-8")
        case "not UTF-8":
            path.write_bytes(b"\xff\xfe\x00")
        case "empty":
            path.touch()
    ended = bridge(command, *(() if given == "none" else ("--config", path)))

    assert (ended.status, ended.out) == (2, "")
    assert ("--config FILE" if given == "none" else str(path)) in ended.err
    assert "Traceback" not in ended.err
    assert "planted-secret" not in ended.err


@pytest.mark.slow
def test_no_command_shows_a_secret(own_stage: Stage) -> None:
    store, acme = own_stage.store_options, own_stage.acme.client
    keys = own_stage.tables["server"]["cookie_keys"]
    own_stage.tables["connections.globex"]["client_secret"] = "env:PLANTED"
    own_stage.tables["redis"]["url"] = "redis://somebody:planted-in-url@127.0.0.1:1/0"
    config = own_stage.write_configuration()
    environ = {"PLANTED": "planted-in-environment"}
    secrets = [store.client_secret, store.access_token, acme.client_secret, *keys]
    secrets += ["planted-in-url", "planted-in-environment"]

    for words in (["check"], ["check", "--json"], ["check", "--offline"]):
        ended = bridge(*words, "--config", config, environ=environ)
        assert ended.status in (0, 1)
        assert [secret for secret in secrets if secret in ended.said] == []
