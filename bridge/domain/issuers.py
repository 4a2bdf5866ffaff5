"""One address for many issuers: where a provider's tokens name their tenant's own issuer.

The rule stays exact comparison. Only a connection that declares a template is compared with the template,
the token's own tenant put in; and then the tenant must be one that was named in the configuration.
"""

import re

_PLACE = "{tenantid}"
# Not \w or \d, which take other alphabets' digits; not uuid.UUID, which takes braces and urn: as well.
_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def normal_tenant(value: object) -> str:
    """A tenant's GUID in small letters; an empty text for anything that is none."""
    return value.lower() if isinstance(value, str) and _GUID.fullmatch(value) else ""


def tenants_issuer(template: str, tenant: str) -> str:
    """The issuer that `template` means for one tenant."""
    return template.replace(_PLACE, tenant)
