"""The commands on a customer map of their own: real Redis, a prefix for each test."""

import itertools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from bridge.cli import main
from bridge.domain.secret import Secret
from bridge.state.keys import Keys
from bridge.state.links import RedisLinks
from bridge.state.pending import RedisPending
from bridge.state.sealing import Seal
from bridge.state.server import RedisServer
from bridge.state.sign_ins import RedisSignIns
from tests.cli.command import Ended

ACME = "https://acme.okta.com/oauth2/default"
GLOBEX = "https://globex.auth0.com/"
_CONFIG = """
[server]
public_url = "https://sso.example.com"
cookie_keys = ["0123456789abcdef0123456789abcdef"]
[redis]
url = "{url}"
prefix = "{prefix}"
[connections.acme]
issuer = "https://acme.okta.com/oauth2/default"
client_id = "0oa1"
client_secret = "secret-of-acme-0123456789"
domains = ["acme.example"]
[connections.globex]
issuer = "https://globex.auth0.com/"
client_id = "0oa2"
client_secret = "secret-of-globex-0123456789"
domains = ["globex.example"]
"""
_STORE = """
[stores.{name}]
platform = "bigcommerce"
url = "https://{name}.example.com"
connections = {connections}
[stores.{name}.bigcommerce]
store_hash = "{name}123"
client_id = "client"
client_secret = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
"""
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Desk:
    """Stores `us` (acme) and `both` (acme and globex), and an operator's terminal."""

    folder: Path
    config: Path
    server: RedisServer
    keys: Keys
    links: RedisLinks
    pending: RedisPending
    sign_ins: RedisSignIns

    @classmethod
    def at(cls, url: str, folder: Path) -> "Desk":
        prefix = f"desk{next(_numbers)}"
        config = folder / f"{prefix}.toml"
        config.write_text(
            _CONFIG.format(url=url, prefix=prefix)
            + _STORE.format(name="us", connections='["acme"]')
            + _STORE.format(name="both", connections='["acme", "globex"]')
        )
        server, keys = RedisServer(url), Keys(prefix)
        links = RedisLinks(server, keys)
        seal = Seal([Secret("k" * 32)], "session")
        return cls(
            folder,
            config,
            server,
            keys,
            links,
            RedisPending(server, keys),
            RedisSignIns(server, keys, seal, lambda _: None, links),
        )

    def run(self, *words: str | Path, given: str | bytes | None = None) -> Ended:
        """`bridge customers WORDS --config …`, in this process."""
        name, *rest = map(str, words)
        command = ["customers", name, "--config", str(self.config), *rest]
        done = CliRunner().invoke(main, command, input=given)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        assert "secret-of" not in done.output
        return Ended(done.exit_code, done.stdout, done.stderr)

    def told(self, *words: str | Path) -> Any:
        """What it says with --json."""
        ended = self.run(words[0], "--json", *words[1:])
        assert ended.status in (0, 1), ended.said
        return json.loads(ended.out)

    def file(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def everything(self) -> dict[str, Any]:
        """All keys of this map with what they hold."""
        read = {"hash": "HGETALL", "string": "GET", "stream": "XLEN", "zset": "ZCARD", "set": "SMEMBERS"}
        names = sorted(self.server.command("KEYS", f"{self.keys.prefix}:*"))
        return {name: self.server.command(read[self.server.command("TYPE", name)], name) for name in names}
