"""The numbers of all workers as one text (Prometheus text format 0.0.4)."""

from collections.abc import Iterable, Iterator, Mapping
from math import isnan

from bridge.web.metrics.declared import METRICS, Metric
from bridge.web.metrics.memory import Key, Memory

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
#: Seconds after which a worker that says nothing is taken to be gone: what it held, it holds no more.
SILENCE = 16.0

_Series = dict[Key, list[float]]


def together(memory: Memory, now: float) -> _Series:
    """Every series, of all slots; `now` is by the monotonic clock."""
    found: _Series = {}
    for slot in memory:
        alive = now - slot.alive_at < SILENCE
        for key, cell in slot.series():
            metric = METRICS[key[0]]
            numbers = [*map(float, slot.cells[cell : cell + metric.cells])]
            passing = metric.kind == "gauge" and metric.across != "newest"
            if isnan(numbers[0]) or (passing and not alive):
                continue
            known = found.get(key)
            found[key] = numbers if known is None else _joined(metric, known, numbers)
    return found


def _joined(metric: Metric, one: list[float], other: list[float]) -> list[float]:
    if metric.across == "newest":
        return one if one[1] >= other[1] else other
    if metric.across == "most":
        return max(one, other)
    return [a + b for a, b in zip(one, other, strict=True)]


def exposition(series: Mapping[Key, list[float]]) -> str:
    """The text; every metric is in it, also those that have no series yet."""
    by_name: dict[str, list[tuple[Key, list[float]]]] = {name: [] for name in METRICS}
    for key, numbers in series.items():
        by_name[key[0]].append((key, numbers))
    return "".join(line for name, found in by_name.items() for line in _metric(METRICS[name], sorted(found)))


def _metric(metric: Metric, found: Iterable[tuple[Key, list[float]]]) -> Iterator[str]:
    text = metric.help.replace("\\", "\\\\").replace("\n", " ")
    yield f"# HELP {metric.name} {text}\n# TYPE {metric.name} {metric.kind}\n"
    for (_, *values), numbers in found:
        labels = ",".join(
            f'{label}="{_escaped(value)}"' for label, value in zip(metric.labels, values, strict=True)
        )
        if metric.kind == "histogram":
            yield from _histogram(metric, labels, numbers)
        else:
            yield f"{metric.name}{_braced(labels)} {_number(numbers[0])}\n"


def _histogram(metric: Metric, labels: str, numbers: list[float]) -> Iterator[str]:
    *counts, total = numbers
    head, count = f"{labels}," if labels else "", 0.0
    for bound, here in zip((*(f"{bound:g}" for bound in metric.bounds), "+Inf"), counts, strict=True):
        count += here
        yield f'{metric.name}_bucket{{{head}le="{bound}"}} {_number(count)}\n'
    yield f"{metric.name}_sum{_braced(labels)} {_number(total)}\n"
    yield f"{metric.name}_count{_braced(labels)} {_number(count)}\n"


def _braced(labels: str) -> str:
    return f"{{{labels}}}" if labels else ""


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(round(value, 9))
