"""One case under way."""

from dataclasses import dataclass, field
from pathlib import Path

from bridge.demo.bigcommerce.shop import Shop
from tests.attacks.browser import Browser, Page
from tests.attacks.case import Case
from tests.attacks.hostile.provider import Room, Rooms

STORE = "us"


@dataclass
class Visit:
    """A case with the addresses it is played at, and everything that happened."""

    case: Case
    bridge_url: str
    store_url: str
    shop: Shop
    rooms: Rooms
    log_path: Path
    hops: list[Page] = field(default_factory=list)

    @property
    def room(self) -> Room:
        return self.rooms.by_name[self.case.name]

    @property
    def login_url(self) -> str:
        return self.login_at(self.case.name)

    def login_at(self, connection: str) -> str:
        return f"{self.bridge_url}/login/{STORE}?connection={connection}&return_to=/cart"

    def callback_at(self, connection: str) -> str:
        return f"{self.bridge_url}/callback/{connection}"

    def browser(self) -> Browser:
        """A new one, without cookies."""
        return Browser(self.hops)

    @property
    def bridge_hops(self) -> list[Page]:
        return [hop for hop in self.hops if hop.url.startswith(self.bridge_url)]

    def logged(self) -> list[str]:
        """The lines of the bridge's log that name this case's connection."""
        lines = self.log_path.read_text(encoding="utf-8", errors="replace").splitlines()
        return [line for line in lines if f'"connection":"{self.case.name}"' in line]
