"""A customer handed to a store as at the end of a sign-in, because an operator asks for it."""

from collections.abc import Iterable, Iterator
from typing import Protocol, runtime_checkable

from bridge.domain.customer import Customer
from bridge.domain.deadline import Deadline
from bridge.domain.finding import Finding


@runtime_checkable
class CustomerTried(Protocol):
    """A platform that can try it, and keeps nothing of what it is given."""

    def try_customer(self, customer: Customer, deadline: Deadline) -> Iterable[Finding]:
        """What became of it. Raises `Refused`."""
        ...


class CustomerCheck:
    """See `Checked` in `bridge.flows.check_up`."""

    def __init__(self, subject: str, platform: object, customer: Customer) -> None:
        """`subject`: what the store is called in the configuration."""
        self.subject = subject
        self._platform = platform
        self._customer = customer

    def check(self, deadline: Deadline) -> Iterator[Finding]:
        """Raises `Refused`."""
        if isinstance(self._platform, CustomerTried):
            yield from self._platform.try_customer(self._customer, deadline)
        else:
            yield Finding(
                "note",
                self.subject,
                "this platform cannot try a customer without a browser",
                "Sign in once, through the storefront.",
            )
