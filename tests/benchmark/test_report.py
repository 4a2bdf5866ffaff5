"""What is said of two runs, and of two contenders in one."""

from pathlib import Path

from bench import report


def cell(contender: str = "bridge", **figures: float) -> report.Figures:
    return {"contender": contender, "shoppers": 32, "latency_ms": 0.0, **figures}


def run(*cells: report.Figures, calibration_ms: float = 30, **more: object) -> report.Figures:
    for one in cells:
        report.weigh(one, calibration_ms)
    return {"machine": {"cpu": "a"}, "tls": False, "cells": list(cells), **more}


def test_a_slower_hour_is_not_taken_for_a_dearer_sign_in() -> None:
    then = run(cell(cpu_ms=2.0), calibration_ms=30)
    now = run(cell(cpu_ms=4.0), calibration_ms=60)
    assert list(report.compare(now, then)) == ["bridge, 32 shoppers, 0 ms: CPU 1.00"]


def test_only_what_both_measured_is_compared() -> None:
    then = run(cell(cpu_ms=2.0, memory_mb=80.0), cell("gone", cpu_ms=1.0))
    now = run(cell(cpu_ms=1.0, callback_p99_ms=5.0), cell("new", cpu_ms=1.0))
    assert list(report.compare(now, then)) == ["bridge, 32 shoppers, 0 ms: CPU 0.50"]


def test_a_run_by_tls_is_not_compared_with_one_without() -> None:
    lines = list(report.compare(run(cell(cpu_ms=1.0), tls=True), run(cell(cpu_ms=1.0))))
    assert lines == ["the kept run spoke to its provider in another way"]


def test_another_machine_is_told_first() -> None:
    first, *_ = report.compare(run(cell(cpu_ms=1.0), machine={"cpu": "b"}), run(cell(cpu_ms=1.0)))
    assert "made elsewhere" in first


def test_a_round_trip_more_is_told() -> None:
    lines = report.compare(run(redis={"round_trips": 4.02}), run(redis={"round_trips": 2.98}))
    assert list(lines) == ["redis round_trips: 3.0 before, 4.0 now"]


def test_side_by_side_divides_the_bridge_by_each_peer() -> None:
    cells = [
        cell(cpu_ms=1.0, p99_ms=50.0),
        cell("peer", cpu_ms=4.0, p99_ms=100.0),
        cell("unknown", p99_ms=25.0),
    ]
    assert list(report.side_by_side(cells, "bridge")) == [
        "bridge / peer, 32 shoppers, 0 ms: CPU 0.25, p99 0.50",
        "bridge / unknown, 32 shoppers, 0 ms: p99 2.00",
    ]


def test_a_table_has_a_line_for_each_and_a_dash_for_what_is_not_known() -> None:
    head, known, unknown = report.table([cell(cpu_ms=1.234, p99_ms=5.0), cell("http://peer", p99_ms=6.0)])
    assert head.split()[:4] == ["contender", "shoppers", "latency", "CPU-ms"]
    assert known.split()[3] == "1.23"
    assert unknown.split()[3] == "-"
    assert len(head) == len(known) == len(unknown)


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    report.write(run(cell(cpu_ms=1.23456)), tmp_path / "new" / "report.json")
    kept = report.read(tmp_path / "new" / "report.json")
    assert kept
    assert kept["cells"][0]["cpu_ms"] == 1.235
    assert report.read(tmp_path / "none.json") is None
