"""The forms of redis.url; its password stays out of every message."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.settings.faults import WrongValueError
from bridge.settings.redis_urls import checked_redis_url

from .samples import changed, faults_of, read, unhurried


@pytest.mark.parametrize(
    "url",
    [
        "redis://127.0.0.1:6379/0",
        "redis://localhost",
        "redis://:pass%2Cword@redis.internal:6380/15",
        "redis://user:p@ss@redis.internal/",
        "redis://[::1]:6379/0?protocol=2",
        "rediss://redis.example.com:6380/1?ssl_ca_certs=/etc/redis/ca.pem",
        "unix:///run/redis/redis.sock",
        "unix://user:pw@/run/redis.sock?db=3",
        "redis+sentinel://h1:26379,h2:26379/main/0",
        "redis+sentinel://:pw@h1/main",
        "redis+cluster://h1:6379,h2:6379",
        "redis+cluster://user:pass%2Cword@h1,[::1]:7000",
    ],
)
def test_the_forms_of_this_version(tmp_path: Path, url: str) -> None:
    assert read(tmp_path, changed("redis://127.0.0.1:6379/0", url)).redis.url.reveal() == url


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("localhost:6379", "must be one of redis://"),
        ("http://localhost", "must be one of redis://"),
        ("redis:/localhost", "must be one of redis://"),
        ("redis://", "valid host"),
        ("redis://[::1", "valid host"),
        ("redis://h:0", "port from 1 to 65535"),
        ("redis://h:x", "port from 1 to 65535"),
        ("redis://h:", "port from 1 to 65535"),
        ("redis://h/zero", "database number"),
        ("redis://h/0/1", "database number"),
        ("redis://h1,h2/0", "several servers"),
        ("redis://h h/0", "no spaces"),
        ("redis://:a#b@h/0", "no spaces and no #"),
        ("rediss://h/0?ssl_cert_reqs=none", "takes protocol, ssl_ca_certs"),
        ("redis://h/0?protocol=4", "protocol=2"),
        ("unix:///s?db=x", "db=0"),
        ("unix://run/redis.sock", "three slashes"),
        ("unix://", "absolute path"),
        ("redis+sentinel://h:26379", "name of the watched master"),
        ("redis+sentinel://h:26379/main/x", "database number"),
        ("redis+cluster://h:6379/1", "no database"),
        ("redis+cluster://h:6379?x=1", "takes no options"),
    ],
)
def test_other_forms_are_refused_with_what_is_expected(url: str, expected: str) -> None:
    with pytest.raises(WrongValueError) as caught:
        checked_redis_url(url)

    assert expected in str(caught.value)


def test_the_fault_holds_no_password(tmp_path: Path) -> None:
    shown = faults_of(tmp_path, changed("redis://127.0.0.1:6379/0", "redis://:hunter2secret@h:x/0"))

    assert shown == ["redis.url: needs a port from 1 to 65535 after the host (line 6)"]


@unhurried
@given(st.text(), st.sampled_from(["", "redis://", "unix://", "redis+sentinel://", "redis+cluster://"]))
def test_any_text_is_an_address_or_refused(text: str, scheme: str) -> None:
    with contextlib.suppress(WrongValueError):
        assert checked_redis_url(scheme + text) == scheme + text
