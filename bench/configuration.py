"""The bridge's configuration in every benchmark: stores, each with a provider of its own name."""

from collections.abc import Mapping
from pathlib import Path

_HEAD = """
[server]
public_url = "http://127.0.0.1:{bridge}"
cookie_keys = ["0123456789abcdef0123456789abcdef"]
development = true
[server.limits]
starts_per_connection = 0
[redis]
url = "{redis}"
"""
_PART = """
[connections.{name}]
issuer = "{issuer}"{trust}
client_id = "bench"
client_secret = "secret"
domains = ["bench.example"]
[stores.{name}]
platform = "bigcommerce"
url = "http://127.0.0.1:9"
connections = ["{name}"]
[stores.{name}.bigcommerce]
store_hash = "bench"
client_id = "bench"
client_secret = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
api_url = "http://127.0.0.1:9"
"""


def configuration(port: int, redis: str, issuers: Mapping[str, str], authority: Path | None = None) -> str:
    """TOML. `port`: the bridge's; `issuers`: by store; `authority`: PEM file of who vouches for these."""
    trust = f'\nca_file = "{authority}"' if authority else ""
    parts = (_PART.format(name=name, issuer=issuer, trust=trust) for name, issuer in issuers.items())
    return _HEAD.format(bridge=port, redis=redis) + "".join(parts)
