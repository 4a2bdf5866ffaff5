"""The tests themselves stay on this machine."""

import socket

import pytest


@pytest.mark.parametrize("address", ["192.0.2.1", "10.0.0.1", "store.example.com", "169.254.169.254"])
def test_no_test_reaches_another_machine(address: str) -> None:
    with pytest.raises(RuntimeError, match="this machine only"):
        socket.create_connection((address, 80), 1)


def test_no_datagram_leaves_it() -> None:
    with (
        socket.socket(type=socket.SOCK_DGRAM) as line,
        pytest.raises(RuntimeError, match="this machine only"),
    ):
        line.sendto(b"x", ("192.0.2.1", 53))


def test_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        socket.create_connection(("localhost", listener.getsockname()[1]), 1).close()
