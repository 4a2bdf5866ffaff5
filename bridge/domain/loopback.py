"""Which hosts can only mean this machine."""

from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    """Whether `host` is in 127.0.0.0/8, ::1, localhost or a name below it (RFC 6761 6.3)."""
    name = host.lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    # Not an IPv4 loopback address in IPv6 clothes: settings and metadata have no use for one.
    return address.is_loopback and (address.version == 4 or str(address) == "::1")
