"""Whose network an address belongs to, for what is counted by sender."""

from ipaddress import ip_address, ip_network


def network_of(address: str) -> str:
    """The address itself; of IPv6 its network, since everybody has 2^64 addresses to choose from.

    What is no address is returned as it is.
    """
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    if ip.version == 4 or ip.ipv4_mapped:  # of the latter all of IPv4 would be one network
        return str(ip if ip.version == 4 else ip.ipv4_mapped)
    return str(ip_network(f"{ip}/64", strict=False))
