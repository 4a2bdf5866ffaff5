"""`bridge demo`: the whole product with one command, and nothing left of it afterwards."""

import re
import signal
import socket
import sys
import urllib.request
from pathlib import Path

import pytest

from bridge.demo.scene import Scene
from tests.cli.command import alive, bridge, end, family, said, start
from tests.journeys.process import BridgeProcess, quiet_port, quiet_ports

pytestmark = pytest.mark.slow
linux = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc")


def test_the_check_walks_through_every_step_and_exits_0() -> None:
    ended = bridge("demo", "--check", within=60)
    assert ended.status == 0, ended.said
    lines = ended.out.splitlines()
    assert len(lines) >= 13
    assert all(line.startswith(("✓", "ok")) for line in lines)
    assert "/login/token/eyJ" not in ended.said


def test_the_check_passes_with_a_second_store_whose_tokens_the_bridge_signs(tmp_path: Path) -> None:
    port, lines = quiet_port(), list[str]()
    with Scene(port, work_dir=tmp_path, legacy_sso=True) as scene:
        bridge = BridgeProcess(scene.config_path, port)
        try:
            assert scene.check(lines.append), "\n".join(lines)
        finally:
            bridge.kill()
        granted = {one.grant_type for one in scene.europe.platform.requests}
    assert granted == {"client_credentials", "revocation"}, "no customer's token came from the platform"


@linux
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_prints_one_address_to_open_and_stops_with_nothing_left_running(
    tmp_path: Path, how: signal.Signals
) -> None:
    output = tmp_path / "said"
    process = start("demo", "--port", str(quiet_ports(5)), output=output)
    try:
        text = said(output, "Ctrl-C", process)
        (address,) = re.findall(r"^ *Open +(http://127\.0\.0\.1:\d+/)$", text, re.MULTILINE)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(address, timeout=10) as page:
            assert page.status == 200
        (config,) = re.findall(r"^ *configuration +(\S+)$", text, re.MULTILINE)
        members = family(process.pid)
        commands = " ".join(members.values())
        assert "serve" in commands
        assert re.search(r"(redis|valkey)-server", commands)

        process.send_signal(how)

        assert process.wait(20) == 0
        assert [command for pid, command in members.items() if alive(pid)] == []
        assert not Path(config).exists(), "the folder with the made-up secrets"
        assert "Traceback" not in output.read_text(encoding="utf-8")
    finally:
        end(process)


@linux
@pytest.mark.parametrize("which", range(5))
def test_a_taken_port_is_named_and_nothing_is_left_running(tmp_path: Path, which: int) -> None:
    port = quiet_ports(5)
    with socket.create_server(("127.0.0.1", port + which)):
        ended = bridge("demo", "--port", str(port), environ={"TMPDIR": str(tmp_path)})
    assert ended.status == 1, ended.said
    assert "--port" in ended.err
    assert "Traceback" not in ended.said
    assert list(tmp_path.iterdir()) == []
    assert not any(str(tmp_path) in command for command in family(0).values())
