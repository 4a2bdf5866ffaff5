"""The dashboard and the alert rules: every metric and label in them is one that the bridge tells."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml

from bridge.domain.refusal import Reason
from bridge.web.metrics.declared import METRICS

DEPLOY = Path(__file__).parents[2] / "deploy"
DASHBOARD: dict[str, Any] = json.loads((DEPLOY / "grafana" / "bridge.json").read_text(encoding="utf-8"))
ALERTS: dict[str, Any] = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yaml").read_text(encoding="utf-8"))
#: What Prometheus adds, and what a histogram has.
ADDED = {"job", "instance", "le"}


def expressions() -> Iterator[str]:
    for panel in DASHBOARD["panels"]:
        yield from (target["expr"] for target in panel.get("targets", ()))
    for variable in DASHBOARD["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["query"]["query"].removeprefix("label_values(").removesuffix(")").split(",")[0]
    for group in ALERTS["groups"]:
        yield from (rule["expr"] for rule in group["rules"])


def metric_of(name: str) -> str:
    """A histogram is told by three names."""
    found = re.sub(r"_(bucket|count|sum)$", "", name)
    return found if METRICS.get(found) and METRICS[found].kind == "histogram" else name


@pytest.mark.parametrize("expression", sorted(set(expressions())))
def test_every_name_in_an_expression_is_one_of_ours(expression: str) -> None:
    plain = re.sub(r'"[^"]*"', '""', expression)
    promql_parser.parse(expression)  # raises ValueError
    used = re.findall(r"\b(bridge_\w+)(?:\{([^}]*)\})?", plain)
    assert used
    labels: set[str] = set()
    for name, selectors in used:
        metric = METRICS[metric_of(name)]
        assert (metric.kind == "histogram") == (metric_of(name) != name), f"{name}: of which sample?"
        labels |= {*metric.labels, *ADDED}
        chosen = set(re.findall(r"(\w+)\s*[=!]", selectors))
        assert chosen <= {*metric.labels, *ADDED}, f"{name} has no {chosen - set(metric.labels)}"
    for kept in re.findall(r"\b(?:by|on)\s*\(([^)]*)\)", plain):
        assert {one.strip() for one in kept.split(",")} <= labels | {"version"}
    counting = re.findall(r"(?<!rate\()(?<!increase\()\bbridge_\w+_total\b", plain)
    assert not counting or "(" not in plain, "a counter means nothing without its rate"


@pytest.mark.parametrize(
    "code", sorted({code for one in expressions() for code in re.findall(r'code(?:=~?|!~)"([^"$]+)"', one)})
)
def test_codes_of_refusals_are_real(code: str) -> None:
    assert set(code.split("|")) <= {reason.value for reason in Reason}


@pytest.mark.parametrize(
    "step", sorted({s for one in expressions() for s in re.findall(r'step="(\w+)"', one)})
)
def test_steps_of_the_funnel_are_real(step: str) -> None:
    assert re.search(rf"\b{step} \(", METRICS["bridge_sign_ins_total"].help)


def test_the_dashboard_can_be_imported() -> None:
    assert {"title", "uid", "schemaVersion", "panels", "templating", "time"} <= DASHBOARD.keys()
    assert DASHBOARD["id"] is None, "an id would be another installation's"
    panels = DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    places = [tuple(panel["gridPos"][k] for k in "xywh") for panel in panels]
    taken: set[tuple[int, int]] = set()
    for x, y, w, h in places:
        cells = {(a, b) for a in range(x, x + w) for b in range(y, y + h)}
        assert x + w <= 24
        assert not cells & taken, "panels overlap"
        taken |= cells
    for panel in panels:
        if panel["type"] != "row":
            assert panel["targets"]
            assert panel["description"].endswith(".")
            assert panel["datasource"]["uid"] == "${datasource}", (
                "every Grafana names its data sources itself"
            )


def test_the_dashboard_shows_every_metric_that_matters() -> None:
    shown = " ".join(expressions())
    assert [name for name in METRICS if name not in shown] == ["bridge_series_lost_total"]


def test_every_alert_says_what_and_what_to_do() -> None:
    names = [rule["alert"] for group in ALERTS["groups"] for rule in group["rules"]]
    assert len(set(names)) == len(names)
    for group in ALERTS["groups"]:
        assert set(group) == {"name", "rules"}
        for rule in group["rules"]:
            assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}, rule["alert"]
            assert rule["labels"]["severity"] in ("warning", "critical")
            assert set(rule["annotations"]) == {"summary", "description"}
            assert re.fullmatch(r"\d+[mh]", rule.get("for", "1m"))
            shown = set(re.findall(r"\$labels\.(\w+)", json.dumps(rule["annotations"])))
            kept = {
                one.strip() for by in re.findall(r"by \(([^)]*)\)", rule["expr"]) for one in by.split(",")
            }
            assert shown <= kept, f"{rule['alert']}: {shown - kept} is not in what the expression gives"
