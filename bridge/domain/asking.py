"""What a connection asks its provider for beyond an ordinary sign-in, as configured."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

#: A claim's value as an operator may demand it; JSON's other kinds have no use here.
Value = str | int | bool
PushedRequests = Literal["when_required", "always"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Empty by default: then nothing is added to a request, and nothing more is judged on return."""

    prompt: tuple[str, ...] = ()
    max_age: int | None = None  # seconds since the person last proved who they are
    acr_values: tuple[str, ...] = ()
    ui_locales: tuple[str, ...] = ()  # BCP 47, best first
    claims: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # Core 5.5, as it is sent
    parameters: Mapping[str, str] = field(default_factory=dict)  # of the provider's own making
    portal_parameters: tuple[str, ...] = ()  # which its portal may add, see `Attempt.portal_parameters`
    required_claims: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    pushed: PushedRequests = "when_required"  # RFC 9126
    request_objects: bool = False  # RFC 9101

    def parameters_with(self, from_portal: Mapping[str, str]) -> Mapping[str, str]:
        """The maker's parameters of one attempt: what the operator set cannot be changed by a link."""
        return {**from_portal, **self.parameters} if from_portal else self.parameters


#: Asks for nothing.
PLAIN = Asking()
