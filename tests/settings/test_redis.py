"""What [redis] says beside the address: nothing for nothing, and files that hold what they should."""

from pathlib import Path

import pytest

from bridge.state.whereabouts import Access, Whereabouts, whereabouts
from tests.net.servers import Authority

from .samples import changed, faults_of, read

_URL = 'url = "redis://127.0.0.1:6379/0"'


def with_redis(*lines: str, url: str = "redis://127.0.0.1:6379/0") -> str:
    return changed(_URL, "\n".join((f'url = "{url}"', *lines)))


@pytest.fixture
def files(tmp_path: Path) -> Path:
    authority = Authority.make(tmp_path)
    certificate, key = authority.client()
    (tmp_path / "own.pem").write_text(certificate)
    (tmp_path / "own-key.pem").write_text(key)
    return tmp_path


_CERTIFICATE = ('client_cert = "own.pem"', 'client_key = "own-key.pem"')


@pytest.mark.parametrize(
    ("url", "lines"),
    [
        ("rediss://h", ('ca_file = "ca.pem"', *_CERTIFICATE)),
        ("rediss://h", ("tls = true",)),
        ("redis+cluster://h", ("tls = true", 'ca_file = "ca.pem"', *_CERTIFICATE)),
        ("redis+sentinel://h/main", ("tls = true", 'sentinel_password = "x"', 'sentinel_user = "u"')),
        ("redis+sentinel://h/main", ("wait_replicas = 2",)),
    ],
)
def test_what_fits(files: Path, url: str, lines: tuple[str, ...]) -> None:
    redis = read(files, with_redis(*lines, url=url)).redis
    if redis.ca_file:
        assert Path(redis.ca_file) == files / "ca.pem"


@pytest.mark.parametrize(
    ("url", "lines", "fault"),
    [
        ("redis://h", ("tls = true",), "redis.tls: is for redis+sentinel:// and redis+cluster://; write rediss://"),
        ("unix:///s", ("tls = true",), "a socket needs none"),
        ("redis://h", ('ca_file = "ca.pem"',), "redis.ca_file: is used with TLS alone: write rediss://"),
        ("redis+cluster://h", ('ca_file = "ca.pem"',), "redis.ca_file: is used with TLS alone: set redis.tls"),
        ("rediss://h", _CERTIFICATE[:1], "redis.client_key: is needed with redis.client_cert"),
        ("rediss://h", _CERTIFICATE[1:], "redis.client_cert: is needed with redis.client_key"),
        ("rediss://h", ('ca_file = "own-key.pem"',), "redis.ca_file: must be the path of a file that holds certificates"),
        ("rediss://h", ('client_cert = "own.pem"', 'client_key = "own.pem"'), "redis.client_key: must be the path of a file"),
        ("rediss://h", ('ca_file = "nowhere.pem"',), "redis.ca_file: cannot be read as a file"),
        ("redis://h", ('sentinel_password = "x"',), "redis.sentinel_password: is used with redis+sentinel:// alone"),
        ("redis+sentinel://h/main", ('sentinel_user = "x"',), "redis.sentinel_user: needs redis.sentinel_password"),
        ("redis://h", ("wait_replicas = -1",), "redis.wait_replicas"),
    ],
)  # fmt: skip
def test_what_does_not_is_told_with_its_key(
    files: Path, url: str, lines: tuple[str, ...], fault: str
) -> None:
    (shown,) = faults_of(files, with_redis(*lines, url=url))
    assert fault in shown


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://h", Whereabouts("server", (("h", 6379),))),
        ("redis://:p%2Cw@h:1/3?protocol=3", Whereabouts("server", (("h", 1),), password="p,w", database=3, protocol=3)),
        ("redis://u:p@w@[::1]:7/0", Whereabouts("server", (("::1", 7),), user="u", password="p@w")),
        ("unix:///run/redis.sock?db=2", Whereabouts("server", socket="/run/redis.sock", database=2)),
        ("unix://u:p@/run/r", Whereabouts("server", socket="/run/r", user="u", password="p")),
        ("rediss://h?ssl_ca_certs=/ca", Whereabouts("server", (("h", 6379),), access=Access(tls=True, ca_file="/ca"))),
        ("redis+sentinel://a,b:1/main", Whereabouts("sentinel", (("a", 26379), ("b", 1)), master="main")),
        ("redis+sentinel://:p@a/main/4", Whereabouts("sentinel", (("a", 26379),), password="p", master="main", database=4)),
        ("redis+cluster://u:p@a,[::1]:2/", Whereabouts("cluster", (("a", 6379), ("::1", 2)), user="u", password="p")),
    ],
)  # fmt: skip
def test_an_address_leads_where_it_says(url: str, expected: Whereabouts) -> None:
    assert whereabouts(url) == expected


def test_a_password_is_not_shown() -> None:
    assert "hunter2" not in repr(whereabouts("redis://u:hunter2@h"))
