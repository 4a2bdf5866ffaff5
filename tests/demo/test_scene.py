"""The whole scene, with the plainest bridge between its parts."""

import socket
import stat
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bridge.demo.redis_wire import free_port
from bridge.demo.scene import Scene
from bridge.demo.serving import Served
from bridge.demo.shopper import Shopper

from .plainbridge import plain_bridge


@contextmanager
def scene_with_bridge(work_dir: Path, *, careless: bool = False) -> Iterator[Scene]:
    with Scene(free_port(), work_dir=work_dir) as scene:
        app = plain_bridge(
            lambda: (scene.idp_url, scene.store_url),
            scene.client,
            scene.store_options,
            scene.europe,
            careless=careless,
        )
        with Served(app, port=int(scene.bridge_url.rpartition(":")[2])):
            yield scene


def test_the_check_passes_with_a_careful_bridge(tmp_path: Path) -> None:
    lines: list[str] = []
    with scene_with_bridge(tmp_path) as scene:
        assert scene.check(lines.append), "\n".join(lines)
    assert len(lines) == 16


def test_the_check_fails_with_a_bridge_that_trusts_unverified_addresses(tmp_path: Path) -> None:
    lines: list[str] = []
    with scene_with_bridge(tmp_path, careless=True) as scene:
        assert not scene.check(lines.append)
    failed = [line for line in lines if line.startswith(("✗", "FAILED"))]
    assert len(failed) == 1
    assert "Charles" in failed[0]
    assert "code=" not in "".join(lines)


def test_the_check_fails_with_no_bridge_and_says_so(tmp_path: Path) -> None:
    lines: list[str] = []
    with Scene(free_port(), work_dir=tmp_path) as scene:
        assert not scene.check(lines.append)
    assert "refused" in lines[0]


def test_the_configuration_is_toml_for_this_scene_and_nobody_elses_to_read(tmp_path: Path) -> None:
    with Scene(free_port(), work_dir=tmp_path) as scene:
        written = tomllib.loads(scene.config_path.read_text(encoding="utf-8"))
        assert stat.S_IMODE(scene.config_path.stat().st_mode) == 0o600
        assert written["server"]["public_url"] == scene.bridge_url
        assert written["server"]["development"] is True
        assert len(written["server"]["cookie_keys"][0]) >= 32
        assert written["redis"]["url"] == scene.redis.url
        assert written["connections"]["acme"]["issuer"] == scene.idp_url
        assert written["connections"]["acme"]["client_secret"] == scene.client.client_secret
        assert written["stores"]["us"]["bigcommerce"]["api_url"] == scene.store_url
        europe = written["stores"]["eu"]
        assert europe["return_url"] == f"{scene.europe.url}/auth/return"
        assert europe["handoff_secret"] == scene.europe.handoff_secret
        assert europe["connections"] == written["stores"]["us"]["connections"]
        assert europe["commercelayer"]["mode"] == "jwt_bearer"
        assert "legacy_sso" not in europe["commercelayer"]


def test_the_store_in_legacy_mode_shares_a_secret_and_nothing_of_the_sales_channel(tmp_path: Path) -> None:
    with Scene(free_port(), work_dir=tmp_path, legacy_sso=True) as scene:
        written = tomllib.loads(scene.config_path.read_text(encoding="utf-8"))
    europe = written["stores"]["eu"]["commercelayer"]
    assert europe["mode"] == "legacy_sso"
    assert len(europe["legacy_sso"]["shared_secret"]) == 64
    assert "client_secret" not in europe


def test_each_store_tells_of_the_other_and_the_portal_of_both(tmp_path: Path) -> None:
    with Scene(free_port(), work_dir=tmp_path) as scene:
        shopper = Shopper()
        assert shopper.open(scene.store_url).press("Morgenrot").url == f"{scene.europe.url}/"
        assert shopper.open(scene.europe.url).press("Ledgerleaf").url == f"{scene.store_url}/"
        links = {link.href.partition("?")[0] for link in shopper.open(scene.idp_url).markup.links}
        assert {f"{scene.bridge_url}/initiate/us", f"{scene.europe.url}/sign-in"} <= links


def test_a_temporary_folder_is_gone_after_the_scene() -> None:
    with Scene(free_port()) as scene:
        folder = scene.config_path.parent
        assert folder.is_dir()
    assert not folder.exists()


def test_a_scene_that_cannot_start_leaves_nothing_running(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        Scene(free_port(), work_dir=tmp_path, idp_port=taken.getsockname()[1])
    assert not (tmp_path / "redis" / "redis.pid").exists()
