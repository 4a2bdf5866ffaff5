"""What the benchmark says of memory is what the system says, and a leak is no verdict of luck."""

import os

import pytest

from bench.memory import checkpoints, main, verdicts
from bench.processes import memory_of


def test_memory_is_looked_at_on_the_way_at_half_and_at_the_end() -> None:
    assert checkpoints(100_000) == [1_000, 10_000, 25_000, 50_000, 75_000, 100_000]
    assert checkpoints(5_000) == [1_000, 2_500, 5_000]


def test_a_worker_that_is_small_and_stands_still_holds() -> None:
    told = [(0, 60.0), (10_000, 70.0), (50_000, 71.0), (75_000, 71.2), (100_000, 71.4)]
    assert [line.split(":")[0] for line in verdicts(told)] == ["holds", "holds"]


@pytest.mark.parametrize(
    ("last", "said"),
    [(81.0, ["MISSED", "MISSED"]), (75.0, ["holds", "MISSED"]), (72.0, ["holds", "holds"])],
)
def test_growth_counts_from_half_of_the_sign_ins(last: float, said: list[str]) -> None:
    told = [(0, 40.0), (1_000, 60.0), (50_000, 71.0), (100_000, last)]
    assert [line.split(":")[0] for line in verdicts(told)] == said


def test_memory_of_this_process() -> None:
    here = memory_of(os.getpid())
    assert 0 < here.private <= here.proportional <= here.resident
    assert here.threads >= 1


@pytest.mark.slow
def test_each_process_is_told_at_each_look(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["bench", "--memory", "--sign-ins", "40", "--shoppers", "4"])
    main()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if "worker" in line] == ["0", "20", "40"]
    assert len([line for line in lines if "  server  " in line]) == 3
    assert lines[-1].startswith(("holds:", "MISSED:"))
