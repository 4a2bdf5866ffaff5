"""Whether the bridge's own host leads anywhere."""

from collections.abc import Callable, Iterator, Sequence

from bridge.domain.deadline import Deadline
from bridge.domain.finding import Finding


class PublicAddressCheck:
    """See `Checked` in `bridge.flows.check_up`."""

    subject = "server"

    def __init__(self, host: str, resolve: Callable[[str], Sequence[str]]) -> None:
        """`host`: of public_url; `resolve`: the addresses that a name leads to."""
        self._host = host
        self._resolve = resolve

    def check(self, deadline: Deadline) -> Iterator[Finding]:
        """One line. How long resolving takes is the system's to limit."""
        del deadline
        if self._resolve(self._host):
            yield Finding("ok", self.subject, f"the host of public_url resolves ({self._host})")
            return
        yield Finding(
            "warning",
            self.subject,
            f"the host of server.public_url does not resolve from here: {self._host}",
            "See the spelling of server.public_url, then the DNS record of that name. Nothing, if only names"
            " inside your network are known to this machine.",
            "Browsers come back to it from the provider, and providers fetch the bridge's public keys there.",
        )
