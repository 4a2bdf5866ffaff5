"""What a story needs: two connections, a store, and whoever comes; on memory and on real Redis."""

from collections.abc import Callable
from typing import Any

from bridge.domain.connection import Connection
from bridge.domain.id_token import VerifiedClaims
from bridge.domain.identity import Identity
from bridge.domain.link_ports import Blocks, Links
from bridge.domain.refusal import Refused
from bridge.domain.store import CustomerPolicy
from bridge.state.blocks import RedisBlocks
from bridge.state.memory_blocks import MemoryBlocks
from tests.contracts.world import FakeClock
from tests.flows.scene import ACME, OTHER, Scene, callback, customer_of, signed_in
from tests.state.conftest import Adapters

ADA = {"sub": "ada", "email": "ada@acme.com", "email_verified": True}
BY_CLAIM = CustomerPolicy(claim="customer_no")
DAY = 86400


class Story:
    """Two connections, a store whose customer 7 is Ada, and whoever comes."""

    def __init__(
        self, clock: FakeClock, adapters: Adapters | None, policy: CustomerPolicy, **scene: Any
    ) -> None:
        if adapters is None:
            self.scene = Scene(clock, policy=policy, **scene)
            self.links: Links = self.scene.state.links
            self.blocks: Blocks = MemoryBlocks(self.scene.state)
        else:
            self.scene = Scene(
                clock, policy=policy, attempts=adapters.attempts, sign_ins=adapters.sign_ins,
                links=adapters.links, **scene,
            )  # fmt: skip
            self.links = adapters.links
            self.blocks = RedisBlocks(adapters.server, adapters.keys, adapters.links)
        self.connections: dict[str, Connection] = {
            "acme": scene.get("acme", ACME), "other": scene.get("other", OTHER)
        }  # fmt: skip
        self.scene.shop.book["7"] = "ada@acme.com"

    def comes(
        self, claims: dict[str, Any], connection: str = "acme", userinfo: dict[str, Any] | None = None
    ) -> str:
        """The customer who is signed in, or the code of the refusal."""
        through = self.connections[connection]
        who = Identity.of(VerifiedClaims({"iss": through.issuer, **claims}), userinfo or {}, through)
        scene = self.scene
        left = scene.flow.start("eu", connection, "/cart", "", scene.clock.deadline())
        ticket = left.ticket  # type: ignore[union-attr]
        provider = scene.provider if connection == "acme" else scene.other
        code = f"code-{len(provider.people)}"
        provider.people[code] = who
        try:
            return customer_of(
                signed_in(scene.finish(callback(ticket.state, code, connection=connection), ticket))
            )
        except Refused as refused:
            return refused.reason.value


Tell = Callable[..., Story]
