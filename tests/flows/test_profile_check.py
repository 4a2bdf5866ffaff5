"""`bridge check` tells of groups and attributes that a map names and the store has not."""

from collections.abc import Sequence

from bridge.domain.deadline import Deadline
from bridge.domain.profile import ProfileMap
from bridge.flows.profile_check import ProfileCheck
from tests.contracts.world import FakeClock


class Store:
    """It has the groups 3 and 7, and the attribute Cost centre."""

    def unknown_groups(self, ids: Sequence[str], deadline: Deadline) -> Sequence[str]:
        return [one for one in ids if one not in ("3", "7")]

    def unknown_attributes(self, names: Sequence[str], deadline: Deadline) -> Sequence[str]:
        return [one for one in names if one != "Cost centre"]


def told(platform: object, mapped: ProfileMap, clock: FakeClock) -> list[tuple[str, str]]:
    check = ProfileCheck("stores.us", platform, mapped)
    return [(one.level, one.subject + ": " + one.message) for one in check.check(clock.deadline())]


def test_what_the_store_has_is_well(clock: FakeClock) -> None:
    mapped = ProfileMap(group="g", groups={"a": "3"}, other_group="7", attributes={"Cost centre": "c"})
    assert [level for level, _ in told(Store(), mapped, clock)] == ["ok", "ok"]


def test_what_it_has_not_is_named(clock: FakeClock) -> None:
    mapped = ProfileMap(group="g", groups={"a": "3", "b": "99"}, attributes={"Shoe size": "c"})
    groups, attributes = told(Store(), mapped, clock)
    assert groups[0] == attributes[0] == "failed"
    assert "stores.us.customers.map" in groups[1]
    assert "99" in groups[1]
    assert "Shoe size" in attributes[1]


def test_a_platform_that_cannot_tell_is_not_asked(clock: FakeClock) -> None:
    mapped = ProfileMap(group="g", groups={"a": "3"}, attributes={"x": "y"})
    assert told(object(), mapped, clock) == []
