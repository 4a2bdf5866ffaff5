"""What must hold between the keys of [redis]: none is given where nothing would come of it."""

from collections.abc import Callable, Iterator

from bridge.domain.secret import Secret
from bridge.settings.faults import Problem
from bridge.settings.tree import Tree, table

_TLS_KEYS = ("ca_file", "client_cert", "client_key")
_SENTINEL_KEYS = ("sentinel_user", "sentinel_password")
_SEVERAL = ("redis+sentinel", "redis+cluster")


def redis_keys_fit_its_address(settings: Tree) -> Iterator[Problem]:
    """What is for TLS or for Sentinel stands beside an address of that kind."""
    redis = table(settings.get("redis"))
    scheme = _scheme(redis)
    if not scheme:
        return
    if redis.get("tls") is True and scheme not in (*_SEVERAL, "rediss"):
        remedy = "remove it: a socket needs none" if scheme == "unix" else "write rediss:// instead"
        yield ("redis", "tls"), f"is for redis+sentinel:// and redis+cluster://; {remedy}"
    if scheme != "rediss" and redis.get("tls") is not True:
        for key in _TLS_KEYS:
            if redis.get(key):
                how = "set redis.tls = true" if scheme in _SEVERAL else "write rediss:// in redis.url"
                yield ("redis", key), f"is used with TLS alone: {how}, or remove it"
    if scheme != "redis+sentinel":
        for key in _SENTINEL_KEYS:
            if redis.get(key):
                yield ("redis", key), "is used with redis+sentinel:// alone; remove it"
    if redis.get("sentinel_user") and not redis.get("sentinel_password"):
        yield ("redis", "sentinel_user"), "needs redis.sentinel_password"


def a_client_certificate_has_its_key(settings: Tree) -> Iterator[Problem]:
    """One of them alone proves nothing."""
    redis = table(settings.get("redis"))
    certificate, key = redis.get("client_cert"), redis.get("client_key")
    if bool(certificate) != bool(key):
        missing, there = ("client_key", "client_cert") if certificate else ("client_cert", "client_key")
        yield ("redis", missing), f"is needed with redis.{there}"


REDIS_RULES: tuple[Callable[[Tree], Iterator[Problem]], ...] = (
    redis_keys_fit_its_address,
    a_client_certificate_has_its_key,
)


def _scheme(redis: Tree) -> str:
    url = redis.get("url")
    text = url.reveal() if isinstance(url, Secret) else url
    return text.partition("://")[0] if isinstance(text, str) and "://" in text else ""
