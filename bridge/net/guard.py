"""Which addresses may be connected to."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_NAT64 = ip_network("64:ff9b::/96")
#: The only part of IPv6 that is handed out for the Internet (RFC 4291 2.4, IANA registry).
_GLOBAL_UNICAST = ip_network("2000::/3")


def may_connect(address: str, *, private: bool, loopback: bool) -> bool:
    """Whether `address` (numeric) is public, or allowed by what the operator switched on.

    Decided on the address that is really connected to, after name resolution, so that a name
    that points inside (or is made to, a moment later) does not help: SSRF, DNS rebinding.
    """
    try:
        ip = _unwrapped(ip_address(address.partition("%")[0]))
    except ValueError:
        return False
    if ip.is_loopback:
        return loopback or private
    if ip.is_multicast or ip.is_unspecified or ip.is_link_local:
        return False  # link-local is where clouds keep their metadata service
    public = ip.is_global and (isinstance(ip, IPv4Address) or ip in _GLOBAL_UNICAST)
    return public or private


def _unwrapped(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address hidden in an IPv6 one, if there is one."""
    if isinstance(ip, IPv4Address):
        return ip
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None) or ip
