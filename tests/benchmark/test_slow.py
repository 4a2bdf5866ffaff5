"""What the benchmark of a provider's trouble says of its rounds."""

import pytest

from bench.driving import Results, begin, ended, shop
from bench.served import served
from bench.slow import bounded, neighbours, percentiles, verdict


def test_percentiles_are_by_rank() -> None:
    crowd = Results([float(ms) for ms in range(1, 101)])
    assert (crowd.percentile(50), crowd.percentile(99)) == (51, 100)
    assert Results([]).percentile(99) == 0


def test_one_bad_round_of_three_decides_nothing() -> None:
    rounds = [Results([10.0, 12.0]), Results([900.0, 990.0]), Results([11.0, 13.0])]
    assert percentiles(rounds) == (13.0, 13.0)


@pytest.mark.parametrize(("busy", "said"), [(20.0, "holds"), (20.1, "MISSED")])
def test_twice_the_quiet_value_is_the_limit(busy: float, said: str) -> None:
    assert verdict(10.0, busy).startswith(said)


def test_memory_is_bounded_where_a_second_crowd_takes_no_more() -> None:
    assert bounded([150.0, 160.0, 155.0]).startswith("holds")
    assert bounded([150.0, 180.0, 210.0]).startswith("MISSED")


def test_a_machine_at_work_is_told_before_its_p99_is() -> None:
    assert neighbours(0.2, cores=2) == ""
    assert "believe no p99" in neighbours(1.5, cores=2)


def test_who_was_refused_is_not_passed_over() -> None:
    with pytest.raises(RuntimeError, match="idp_timeout 3"):
        Results([10.0], {"idp_timeout": 3}).all_signed_in()


@pytest.mark.slow
def test_people_sign_in_at_a_bridge_that_is_measured() -> None:
    with served({"well": 0, "slow": 200}) as bridge:
        assert len(shop(bridge.port, "well", 20, 4).all_signed_in().times) == 20
        slow = ended(begin(bridge.port, "slow", 20, 0)).all_signed_in()
        assert slow.percentile(50) > 200
