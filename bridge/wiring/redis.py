"""The door to Redis, as the configuration describes it."""

from bridge.settings.declaration import RedisSettings
from bridge.state.cluster import RedisCluster
from bridge.state.server import RedisServer
from bridge.state.whereabouts import Access


def redis_server(settings: RedisSettings) -> RedisServer:
    """To one server, to what Sentinels watch, or to a Cluster. Opens no connection yet."""
    url = settings.url.reveal()
    access = Access(
        tls=settings.tls,
        ca_file=settings.ca_file,
        client_cert=settings.client_cert,
        client_key=settings.client_key,
        sentinel_user=settings.sentinel_user,
        sentinel_password=settings.sentinel_password,
        wait_replicas=settings.wait_replicas,
    )
    kind = RedisCluster if url.startswith("redis+cluster://") else RedisServer
    return kind(url, access=access)
