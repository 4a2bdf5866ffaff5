"""The benchmark as it is run, for a second: at a bridge, by http and by TLS, and at a URL."""

import json
from pathlib import Path

import pytest

from bench.__main__ import contenders, ground, main
from bench.arguments import loads, parser
from bench.contenders import start_bridge
from bench.rounds import shop

pytestmark = pytest.mark.slow
SHORT = ["--shoppers", "2", "--latency", "0,20", "--rounds", "1", "--seconds", "0.5"]


@pytest.mark.parametrize("tls", [[], ["--tls"]])
def test_a_run_tells_what_sign_ins_cost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], tls: list[str]
) -> None:
    output = tmp_path / "report.json"
    main([*SHORT, *tls, "--output", str(output)])
    report = json.loads(output.read_text())
    quick, slow = report["cells"]
    assert (quick["latency_ms"], slow["latency_ms"]) == (0, 20)
    for cell in report["cells"]:
        assert cell["contender"] == "bridge"
        assert 0.05 < cell["cpu_ms"] < 50
        assert cell["sign_ins"] >= 2
        assert 20 < cell["memory_mb"] < 500
    assert slow["callback_p50_ms"] >= 20  # the provider is waited for
    assert slow["login_p50_ms"] < slow["callback_p50_ms"]
    assert 1 <= report["redis"]["round_trips"] <= 6
    assert report["redis"]["round_trips"] == pytest.approx(report["redis"]["commands"], abs=1)
    assert "calibration" in capsys.readouterr().out


def test_a_url_is_driven_like_any_peer() -> None:
    given = parser().parse_args(["--shoppers", "2"])
    loads(given)
    with ground(given, 2) as made:
        bridge = start_bridge(made)
        given.peer, given.pid, given.arrives = bridge.plan.start, bridge.pid, "/login/token/"
        (peer,) = contenders(made, given)
        assert peer.pid == bridge.pid
        times, seconds = shop(peer, 2, 0.3)
    assert len(times) >= 2
    assert all(login > 0 and callback > 0 for login, callback in times)
    assert seconds >= 0.3


def test_an_unknown_peer_is_told_with_those_that_are_known() -> None:
    given = parser().parse_args(["--against", "nobody"])
    loads(given)
    with ground(given, 1) as made, pytest.raises(SystemExit, match="mod_auth_openidc"):
        contenders(made, given)
