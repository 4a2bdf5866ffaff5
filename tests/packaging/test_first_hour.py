"""What docs/deploying.md lets a newcomer copy is whole: the bridge takes it as it stands."""

import re
import secrets
from pathlib import Path

from bridge.settings import read_settings

ROOT = Path(__file__).parents[2]


def test_the_configuration_that_the_guide_shows_is_taken(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "deploying.md").read_text(encoding="utf-8")
    shown = re.search(r"```toml\n(.*?)```", guide, re.DOTALL)
    assert shown
    file = tmp_path / "bridge.toml"
    file.write_text(shown[1])
    (tmp_path / "secrets").mkdir()
    for name in re.findall(r'"file:secrets/(\w+)"', shown[1]):
        (tmp_path / "secrets" / name).write_text(secrets.token_hex(32))
    settings = read_settings(file, {})
    assert list(settings.connections) == ["acme"]
    assert list(settings.stores) == ["us"]


def test_the_secrets_that_the_guide_and_the_files_name_are_the_same() -> None:
    guide = (ROOT / "docs" / "deploying.md").read_text(encoding="utf-8")
    named = set(re.findall(r'"file:secrets/(\w+)"', guide))
    unit = (ROOT / "deploy" / "systemd" / "bridge.service").read_text(encoding="utf-8")
    assert set(re.findall(r"^LoadCredential=(\w+):", unit, re.MULTILINE)) == named
    compose = (ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8")
    assert set(re.findall(r"file: \./secrets/(\w+)", compose)) == named
