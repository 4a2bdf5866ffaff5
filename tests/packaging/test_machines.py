"""What a machine without containers is given: the systemd unit, and the proxies' configurations."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bridge.web import bounds
from bridge.web.worker import _GRACE, FILES

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNIT = (DEPLOY / "systemd" / "bridge.service").read_text(encoding="utf-8")
NGINX = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
CADDY = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")


def said(key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", UNIT, re.MULTILINE)


def systemd() -> str:
    command = shutil.which("systemd-analyze")
    if not command:
        pytest.skip("there is no systemd-analyze here")
    return command


def test_the_unit_stops_in_good_time_and_reloads_by_a_signal() -> None:
    assert int(said("TimeoutStopSec")[0]) > _GRACE
    assert said("KillMode") == ["mixed"], "the server itself ends its workers"
    assert said("ExecReload") == ["/bin/kill -HUP $MAINPID"]
    assert int(said("LimitNOFILE")[0]) >= FILES


def test_the_unit_finds_systemds_own_faults_none(tmp_path: Path) -> None:
    unit = tmp_path / "bridge.service"
    unit.write_text(UNIT.replace("/opt/bridge/bin/bridge", "/bin/true"))
    done = subprocess.run(
        [systemd(), "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False, timeout=30
    )
    assert "bridge.service" not in done.stderr, done.stderr


def test_systemd_thinks_the_unit_well_closed(tmp_path: Path) -> None:
    unit = tmp_path / "bridge.service"
    unit.write_text(UNIT)
    done = subprocess.run(
        [systemd(), "security", "--offline=true", "--threshold=15", str(unit)],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    if "unrecognized option" in done.stderr:
        pytest.skip("this systemd-analyze cannot judge a file")
    assert done.returncode == 0, done.stdout[-300:]


def test_secrets_reach_the_unit_as_credentials_and_never_by_the_environment() -> None:
    assert len(said("LoadCredential")) >= 1
    assert said("DynamicUser") == ["yes"]
    assert "SECRET" not in "".join(said("Environment"))


def nginx(name: str) -> str:
    found = re.search(rf"^\s*{name} ([^;]+);", NGINX, re.MULTILINE)
    assert found, name
    return found[1]


def size(text: str) -> int:
    return int(text.removesuffix("k")) * 1024


def test_a_proxy_lets_through_all_that_the_bridge_takes() -> None:
    count, each = nginx("large_client_header_buffers").split()
    assert size(each) >= max(bounds.MAX_QUERY, bounds.MAX_COOKIES)
    assert int(count) * size(each) > bounds.MAX_QUERY + bounds.MAX_COOKIES
    assert size(nginx("client_max_body_size")) >= bounds.MAX_BODY
    limit = re.search(r"max_header_size (\d+)KB", CADDY)
    assert limit
    assert int(limit[1]) * 1024 > bounds.MAX_QUERY + bounds.MAX_COOKIES
    assert f"max_size {bounds.MAX_BODY // 1024}KB" in CADDY


def test_a_proxy_waits_longer_than_the_bridge_takes() -> None:
    assert int(nginx("proxy_read_timeout").removesuffix("s")) > _GRACE
    assert "response_header_timeout 15s" in CADDY


def test_a_proxy_writes_no_code_down_and_believes_no_address_that_a_client_sent() -> None:
    form = NGINX.partition("log_format")[2].partition(";")[0]
    assert not re.search(r"\$(request|request_uri|args|query_string|http_referer|http_cookie)\b", form)
    assert re.search(r"error_log +\S+ crit;", NGINX)
    assert "X-Forwarded-For $remote_addr;" in NGINX
    for name in ("code", "state"):
        assert f"delete {name}\n" in CADDY


def test_nginx_itself_takes_the_file(tmp_path: Path) -> None:
    command = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    openssl = shutil.which("openssl")
    if not command or not openssl:
        pytest.skip("there is no nginx here")
    key, certificate = tmp_path / "sso.example.com.key", tmp_path / "sso.example.com.pem"
    make = [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-subj",
        "/CN=x",
    ]
    subprocess.run([openssl, *make, "-keyout", key, "-out", certificate], capture_output=True, check=True)
    included = NGINX.replace("/etc/nginx/tls", str(tmp_path)).replace("/var/log/nginx", str(tmp_path))
    (tmp_path / "bridge.conf").write_text(included)
    whole = tmp_path / "nginx.conf"
    whole.write_text(f"pid {tmp_path}/pid; events {{}} http {{ include {tmp_path}/bridge.conf; }}")
    done = subprocess.run(
        [command, "-t", "-c", whole, "-p", tmp_path, "-e", "stderr"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
