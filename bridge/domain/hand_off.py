"""How a signed-in customer reaches the storefront."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Redirect:
    """A one-time address: whoever opens it is signed in. Never logged, cached or stored."""

    url: str

    def __repr__(self) -> str:
        return "Redirect(…)"


#: Further kinds (tokens from a back-channel grant, a token the platform verifies) join here.
HandOff = Redirect
