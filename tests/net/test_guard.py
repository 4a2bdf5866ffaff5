"""Which addresses the bridge connects to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.net.guard import may_connect

PUBLIC = [
    "93.184.216.34",
    "8.8.8.8",
    "2606:4700::6810:84e5",
    "2a00:1450:4001:81b::200e",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
]
PRIVATE = [
    "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "198.18.0.1", "192.0.2.1", "203.0.113.9",
    "240.0.0.1", "fc00::1", "fd12:3456::1", "2001:db8::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::a00:1",
    "2002:a00:1::1", "2002:c0a8:101::", "fec0::1", "100::1",
]  # fmt: skip
LOOPBACK = ["127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::1"]
NEVER = [
    "169.254.169.254", "169.254.0.1", "fe80::1", "fe80::1%eth0", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::", "0.0.0.0", "::", "224.0.0.1", "239.255.255.250", "ff02::1", "", "localhost", "127.1", "x", "1.2.3.4.5",
]  # fmt: skip


@pytest.mark.parametrize("private", [True, False])
@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_open_to_all(address: str, private: bool) -> None:
    assert may_connect(address, private=private, loopback=False)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_open_to_connections_inside_the_network_only(address: str) -> None:
    assert not may_connect(address, private=False, loopback=False)
    assert not may_connect(address, private=False, loopback=True)
    assert may_connect(address, private=True, loopback=False)


@pytest.mark.parametrize("address", LOOPBACK)
def test_this_machine_is_open_in_development_or_inside_the_network(address: str) -> None:
    assert not may_connect(address, private=False, loopback=False)
    assert may_connect(address, private=False, loopback=True)
    assert may_connect(address, private=True, loopback=False)


@pytest.mark.parametrize("address", NEVER)
def test_the_clouds_metadata_service_and_what_is_no_host_are_never_open(address: str) -> None:
    assert not may_connect(address, private=True, loopback=True)


def test_an_ipv4_address_written_as_ipv6_is_not_public() -> None:
    assert not may_connect("::127.0.0.1", private=False, loopback=False)
    assert not may_connect("::a00:1", private=False, loopback=False)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_alike_however_it_is_wrapped(address: object) -> None:
    plain = may_connect(str(address), private=False, loopback=False)
    assert may_connect(f"::ffff:{address}", private=False, loopback=False) == plain
    number = f"{int(address):08x}"  # type: ignore[call-overload]
    assert may_connect(f"64:ff9b::{number[:4]}:{number[4:]}", private=False, loopback=False) == plain
    assert may_connect(f"2002:{number[:4]}:{number[4:]}::", private=False, loopback=False) == plain
