"""What all clocks together say of this machine's."""

from collections.abc import Callable, Mapping
from statistics import median

from bridge.domain.finding import Finding

#: Seconds. Others answer in whole ones, and a reply takes its time.
_FAIR = 3.0
_NTP = "Synchronise it: timedatectl set-ntp true, or chrony; in a virtual machine see its host too."
#: This version is not older than that: 22 November 2026.
_BORN = 1795305600.0


def clock_finding(now: float, readings: Mapping[str, float]) -> Finding:
    """`readings`: by how many seconds the clocks of others are ahead of ours, by their names.

    One other clock that disagrees may be wrong itself; where most do, ours is.
    """
    if now < _BORN:
        return Finding("failed", "clock", "this machine's clock is years in the past", _NTP)
    if not readings:
        return Finding(
            "note", "clock", "no other server told the time", "Nothing: it shows with the first that answers."
        )
    middle = median(readings.values())
    off = [name for name, ahead in readings.items() if abs(ahead) > _FAIR]
    if abs(middle) <= _FAIR:
        if not off:
            return Finding("ok", "clock", f"agrees with {len(readings)} other{'s' * (len(readings) != 1)}")
        return Finding(
            "note",
            "clock",
            f"this machine's agrees with most; off are: {_told(readings, off)}",
            "Nothing here; theirs are wrong.",
        )
    if len(readings) == 1:
        return Finding(
            "warning",
            "clock",
            f"this machine's clock or the other's is wrong: {_told(readings, off)}",
            _NTP,
            "ID tokens count as expired, or as not yet valid.",
        )
    return Finding(
        "failed",
        "clock",
        f"this machine's clock is wrong: others are {middle:+.0f} s from it ({len(off)} of {len(readings)})",
        _NTP,
        "ID tokens count as expired or not yet valid, and stores drop login tokens without a word.",
    )


def _told(readings: Mapping[str, float], names: list[str]) -> str:
    return ", ".join(f"{name} {readings[name]:+.0f} s" for name in names[:5])


def readings_of(clocks: Mapping[str, Callable[[], float | None]]) -> dict[str, float]:
    """What those clocks said that said anything."""
    told = {name: clock() for name, clock in clocks.items()}
    return {name: ahead for name, ahead in told.items() if ahead is not None}
