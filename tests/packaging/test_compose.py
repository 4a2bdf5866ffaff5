"""deploy/compose.yaml: what runs on one machine is closed, keeps its state, and stops in good time."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bridge.web.worker import _GRACE

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
#: Of the Compose specification, those used here: a misspelt one is refused by Compose, and so it is here.
KEYS = {
    "cap_drop", "command", "depends_on", "healthcheck", "image", "init", "logging", "mem_limit", "networks",
    "pids_limit", "ports", "read_only", "restart", "secrets", "security_opt", "stop_grace_period", "tmpfs",
    "ulimits", "user", "volumes",
}  # fmt: skip


def seconds(text: str) -> int:
    assert text.endswith("s"), text
    return int(text[:-1])


def test_only_keys_that_compose_knows_and_names_that_are_declared() -> None:
    assert COMPOSE.keys() <= {"name", "services", "networks", "volumes", "secrets"}
    for service in SERVICES.values():
        assert service.keys() <= KEYS
        assert set(service["networks"]) <= COMPOSE["networks"].keys()
        assert set(service.get("secrets", [])) <= COMPOSE["secrets"].keys()
        assert service.get("depends_on", {}).keys() <= SERVICES.keys()
    assert set(SERVICES["bridge"]["secrets"]) == COMPOSE["secrets"].keys()


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_closed(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service["user"].startswith("0")
    assert service["healthcheck"]["test"]
    assert service["restart"] == "unless-stopped"
    assert "environment" not in service, "secrets are files"


def test_nothing_but_the_proxy_on_this_machine_reaches_the_bridge_and_nothing_but_the_bridge_redis() -> None:
    assert SERVICES["bridge"]["ports"] == ["127.0.0.1:8000:8000"]
    assert "ports" not in SERVICES["redis"]
    assert SERVICES["redis"]["networks"] == ["state"]
    assert COMPOSE["networks"]["state"] == {"internal": True}


def test_redis_keeps_what_it_was_told_and_evicts_nothing() -> None:
    command = SERVICES["redis"]["command"]
    options = dict(zip(command[1::2], command[2::2], strict=True))
    assert options["--appendonly"] == "yes"
    assert options["--maxmemory-policy"] == "noeviction"
    assert SERVICES["redis"]["volumes"] == ["redis-data:/data"]
    assert SERVICES["bridge"]["depends_on"] == {"redis": {"condition": "service_healthy"}}


def test_it_runs_as_the_dockerfile_has_it_and_ends_no_sign_in() -> None:
    text = (ROOT / "Dockerfile").read_text()
    bridge = SERVICES["bridge"]
    user = re.search(r"^USER (\S+)$", text, re.MULTILINE)
    assert user
    assert bridge["user"] == user[1]
    assert ", ".join(f'"{word}"' for word in bridge["healthcheck"]["test"][1:]) in text
    assert seconds(bridge["stop_grace_period"]) > _GRACE
    assert bridge["command"][:3] == ["serve", "--config", "/etc/bridge/bridge.toml"]
    assert all(isinstance(word, str) for word in bridge["command"])


def test_the_proxys_address_that_the_head_names_is_the_one_it_will_have() -> None:
    gateway = COMPOSE["networks"]["front"]["ipam"]["config"][0]["gateway"]
    assert f'trusted_proxies = ["{gateway}/32"]' in (ROOT / "deploy" / "compose.yaml").read_text()
