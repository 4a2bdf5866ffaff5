"""A report of rounds: as JSON, as a table, and beside the one that was kept."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

Figures = dict[str, Any]
KEPT = Path(__file__).parent / "last.json"
_COLUMNS = {
    "CPU-ms": "cpu_ms",
    "weighed": "weighed",
    "/s": "sign_ins_per_second",
    "/s/core": "sign_ins_per_core_second",
    "login p50": "login_p50_ms",
    "p99": "login_p99_ms",
    "callback p50": "callback_p50_ms",
    "p99 ": "callback_p99_ms",
    "both p99": "p99_ms",
    "RSS MB": "memory_mb",
    "PSS MB": "own_memory_mb",
}
#: What is told as ratios: beside a peer in one run, and beside the kept run.
_BESIDE = {"CPU": "cpu_ms", "p99": "p99_ms", "/s": "sign_ins_per_second"}
_THEN = {"CPU": "weighed", "login p99": "login_p99_ms", "callback p99": "callback_p99_ms", "RSS": "memory_mb"}


def weigh(cell: Figures, calibration_ms: float) -> None:
    """Adds CPU in hundredths of the calibration's work, comparable between hours of one machine."""
    if "cpu_ms" in cell:
        cell["weighed"] = cell["cpu_ms"] / calibration_ms * 100


def table(cells: Iterable[Figures]) -> Iterator[str]:
    head = f"{'contender':26} {'shoppers':>8} {'latency':>7}"
    yield head + "".join(f" {name.strip():>{len(name) + 1}}" for name in _COLUMNS)
    for cell in cells:
        line = f"{cell['contender']:26} {cell['shoppers']:8d} {cell['latency_ms']:7g}"
        for name, figure in _COLUMNS.items():
            value = f"{cell[figure]:.{2 if figure == 'cpu_ms' else 1}f}" if figure in cell else "-"
            line += f" {value:>{len(name) + 1}}"
        yield line


def side_by_side(cells: list[Figures], own: str) -> Iterator[str]:
    """`own` divided by each peer, at each load."""
    ours = {_load(cell): cell for cell in cells if cell["contender"] == own}
    for cell in cells:
        mine = ours.get(_load(cell))
        if mine and mine is not cell:
            told = ratios(mine, cell, _BESIDE)
            yield f"{own} / {_name(cell)}: {told}"


def compare(now: Figures, kept: Figures) -> Iterator[str]:
    """Today's figures divided by the kept ones, CPU as weighed; only what both measured in the same way."""
    if now["machine"] != kept["machine"]:
        yield f"the kept run was made elsewhere ({kept['machine']}): ratios tell little"
    if now["tls"] != kept["tls"]:
        yield "the kept run spoke to its provider in another way"
        return
    before = {(cell["contender"], *_load(cell)): cell for cell in kept["cells"]}
    for cell in now["cells"]:
        old = before.get((cell["contender"], *_load(cell)))
        if old:
            yield f"{_name(cell)}: {ratios(cell, old, _THEN)}"
    for name, value in now.get("redis", {}).items():
        if name in kept.get("redis", {}) and abs(value - kept["redis"][name]) >= 0.75:
            yield f"redis {name}: {kept['redis'][name]:.1f} before, {value:.1f} now"


def ratios(mine: Figures, other: Figures, figures: dict[str, str]) -> str:
    return ", ".join(
        f"{name} {mine[figure] / other[figure]:.2f}"
        for name, figure in figures.items()
        if figure in mine and other.get(figure)
    )


def _name(cell: Figures) -> str:
    return f"{cell['contender']}, {cell['shoppers']} shoppers, {cell['latency_ms']:g} ms"


def _load(cell: Figures) -> tuple[int, float]:
    return cell["shoppers"], cell["latency_ms"]


def write(report: Figures, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(_rounded(report), indent=1) + "\n")


def read(path: Path) -> Figures | None:
    if not path.exists():
        return None
    report: Figures = json.loads(path.read_text())
    return report


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 3)
    if isinstance(value, dict):
        return {name: _rounded(one) for name, one in value.items()}
    return [_rounded(one) for one in value] if isinstance(value, list) else value
