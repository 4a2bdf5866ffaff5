"""The chart as Kubernetes would be given it: by Helm where it is, by our own reader anywhere."""

import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.packaging.go_templates import Templates

ROOT = Path(__file__).parents[2]
CHART = ROOT / "deploy" / "helm" / "bridge"
RELEASE = "shop"
Manifest = dict[str, Any]
Manifests = dict[str, Manifest]


@cache
def parsed(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((CHART / name).read_text(encoding="utf-8"))
    return found


def helm() -> str | None:
    """On the PATH, or where scripts/chart.sh puts it."""
    built = ROOT / "build" / "helm" / "helm"
    return shutil.which("helm") or (str(built) if built.exists() else None)


def merged(below: Any, above: Any) -> Any:
    """As Helm lays values over the chart's own: tables are merged, all else is replaced."""
    if isinstance(below, dict) and isinstance(above, dict):
        return {**below, **{key: merged(below.get(key), value) for key, value in above.items()}}
    return above


def manifests(text: str) -> Manifests:
    found = [each for each in yaml.safe_load_all(text) if each]
    by_kind = {each["kind"]: each for each in found}
    assert len(by_kind) == len(found), "one of each kind"
    return by_kind


def read(values: dict[str, Any]) -> Manifests:
    """By our own reader."""
    templates = Templates(merged(parsed("values.yaml"), values), parsed("Chart.yaml"), RELEASE)
    files = sorted((CHART / "templates").iterdir(), key=lambda file: (file.suffix != ".tpl", file.name))
    texts = {file.name: templates.render(file.read_text(encoding="utf-8")) for file in files}
    return manifests("\n---\n".join(text for name, text in texts.items() if name.endswith(".yaml")))


def rendered(command: str, values: dict[str, Any], folder: Path) -> Manifests:
    """By Helm."""
    file = folder / "values.yaml"
    file.write_text(yaml.safe_dump(values))
    done = subprocess.run(
        [command, "template", RELEASE, str(CHART), "--kube-version", "1.29.0", "-f", str(file)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return manifests(done.stdout)
