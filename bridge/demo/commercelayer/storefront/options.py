"""What a demo storefront is made from."""

from dataclasses import dataclass


@dataclass(frozen=True)
class StorefrontOptions:
    """The storefront's settings. Addresses are without a slash at their end."""

    bridge_url: str
    store: str  # its name in the bridge's configuration
    handoff_secret: str
    api_url: str  # of the platform's Core API
    auth_url: str  # of the platform's authentication server
    client_id: str  # of the sales channel; public, needed to revoke a token
    bridge_logout_url: str = ""  # "" signs out of the store alone
    webhook_secret: str = ""  # by which the bridge is known when it tells of sessions that ended; "" for none
    sister_name: str = ""
    sister_url: str = ""
    name: str = "Morgenrot"
