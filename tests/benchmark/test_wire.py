"""What a shopper makes of an answer's bytes."""

import pytest

from bench.wire import Reply, read_reply

REDIRECT = (
    b"HTTP/1.1 303 See Other\r\nlocation: /next?a=b\r\nSet-Cookie: one=1; Path=/\r\nSET-COOKIE: two=2\r\n"
    b"Content-Length: 5\r\n\r\nthere"
)


def test_a_redirect_is_read_from_its_last_byte_on() -> None:
    assert read_reply(REDIRECT) == Reply(303, "/next?a=b", ("one=1; Path=/", "two=2"), closes=False)
    assert all(read_reply(REDIRECT[:cut]) is None for cut in range(len(REDIRECT)))


def test_chunks_are_complete_with_the_last() -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nthere\r\n0\r\n\r\n"
    assert read_reply(chunked) == Reply(200, "", (), closes=False)
    assert all(read_reply(chunked[:cut]) is None for cut in range(len(chunked)))


def test_without_a_length_the_end_is_the_end() -> None:
    endless = b"HTTP/1.1 200 OK\r\n\r\nwords"
    assert read_reply(endless) is None
    assert read_reply(endless, ended=True) == Reply(200, "", (), closes=True)


@pytest.mark.parametrize(
    ("head", "closes"),
    [
        (b"HTTP/1.1 302 Found\r\nConnection: close\r\n", True),
        (b"HTTP/1.0 302 Found\r\n", True),
        (b"HTTP/1.1 302 Found\r\nConnection: keep-alive\r\n", False),
    ],
)
def test_who_closes_says_so(head: bytes, closes: bool) -> None:
    reply = read_reply(head + b"Content-Length: 0\r\n\r\n")
    assert reply
    assert reply.closes is closes


def test_an_answer_without_body_needs_no_length() -> None:
    assert read_reply(b"HTTP/1.1 204 No Content\r\n\r\n") == Reply(204, "", (), closes=False)


def test_a_second_answer_is_a_fault_of_the_measurement() -> None:
    with pytest.raises(ValueError, match="more than one"):
        read_reply(REDIRECT + REDIRECT)
