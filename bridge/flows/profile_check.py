"""Whether a store has what its map of profiles names: groups and attributes."""

from collections.abc import Iterator, Sequence
from typing import Protocol, runtime_checkable

from bridge.domain.deadline import Deadline
from bridge.domain.finding import Finding
from bridge.domain.profile import ProfileMap


@runtime_checkable
class KnowsGroups(Protocol):
    """A platform that can tell."""

    def unknown_groups(self, ids: Sequence[str], deadline: Deadline) -> Sequence[str]:
        """Those of `ids` that the store has not. Raises `Refused`."""
        ...


@runtime_checkable
class KnowsAttributes(Protocol):
    """The same of the names of attributes."""

    def unknown_attributes(self, names: Sequence[str], deadline: Deadline) -> Sequence[str]:
        """Those of `names` that the store has not. Raises `Refused`."""
        ...


class ProfileCheck:
    """See `Checked` in `bridge.flows.check_up`."""

    def __init__(self, subject: str, platform: object, mapped: ProfileMap) -> None:
        """`subject`: what the store is called in the configuration."""
        self.subject = f"{subject}.customers.map"
        self._platform = platform
        self._map = mapped

    def check(self, deadline: Deadline) -> Iterator[Finding]:
        """Asks the store once for each kind."""
        groups, attributes = self._map.group_ids, tuple(self._map.attributes)
        if groups and isinstance(self._platform, KnowsGroups):
            unknown = self._platform.unknown_groups(groups, deadline)
            yield self._finding("customer groups", groups, unknown)
        if attributes and isinstance(self._platform, KnowsAttributes):
            unknown = self._platform.unknown_attributes(attributes, deadline)
            yield self._finding("customer attributes", attributes, unknown)

    def _finding(self, what: str, wanted: Sequence[str], unknown: Sequence[str]) -> Finding:
        if not unknown:
            return Finding("ok", self.subject, f"the store has all {len(wanted)} {what} of the map")
        return Finding(
            "failed",
            self.subject,
            f"the store has no {what} {', '.join(unknown)}: nobody is put there",
            "Compare the map with the store; an id is meant, not a group's name.",
            "The rest of a profile is written; who needs that group to shop cannot.",
        )
