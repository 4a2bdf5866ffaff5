"""What a provider's portal asks for on top when it begins a sign-in: Auth0's organizations.

Auth0 calls the initiate address without `iss`, with `organization` (an id), `organization_name` and, for an
invitation, its ticket. Anybody may write such a link: it can only narrow whom the provider lets through, and
the answer must then name that organization (`domain/asked.py`).
"""

import re

from bridge.domain.refusal import Reason, Refused

_ORGANIZATION = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_INVITATION = re.compile(r"[A-Za-z0-9_-]{1,128}")


def portal_parameters(
    organization: str | None, organization_name: str | None, invitation: str | None
) -> dict[str, str]:
    """The authorize parameters that a portal's link stands for; the name only where there is no id.

    Raises `Refused(BAD_REQUEST)` for what no portal writes.
    """
    asked = {"organization": organization or organization_name, "invitation": invitation}
    given = {name: value for name, value in asked.items() if value}
    for name, form in (("organization", _ORGANIZATION), ("invitation", _INVITATION)):
        if name in given and not form.fullmatch(given[name]):
            raise Refused(Reason.BAD_REQUEST, f"{name} is none")
    return given
