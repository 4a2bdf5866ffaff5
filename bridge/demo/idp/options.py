"""What a demo identity provider is made from."""

from dataclasses import dataclass

from bridge.demo.idp.people import SAMPLE_PEOPLE, Person


@dataclass(frozen=True)
class Client:
    """A registered application. Every address is matched exactly, character by character."""

    client_id: str
    client_secret: str
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...] = ()
    backchannel_logout_uri: str = ""
    name: str = "Bridge"


@dataclass(frozen=True)
class Tile:
    """An application in the portal of people who are signed in; `url` begins a sign-in there."""

    name: str
    line: str
    url: str


@dataclass(frozen=True)
class IdpOptions:
    """The provider's settings. `issuer` is its own address without a path, on loopback."""

    issuer: str
    clients: tuple[Client, ...]
    people: tuple[Person, ...] = SAMPLE_PEOPLE
    name: str = "Acme Identity"
    tiles: tuple[Tile, ...] = ()
    silent: bool = False  # True: a signed-in person is sent back at once, without the "Continue" page
    code_lifetime: float = 60.0  # seconds, as the next ones
    request_lifetime: float = 600.0
    id_token_lifetime: int = 300
    access_token_lifetime: float = 600.0
    slow_seconds: float = 20.0  # how long the faults named "slow" take

    def client(self, client_id: str) -> Client | None:
        """The client of that id."""
        return next((client for client in self.clients if client.client_id == client_id), None)

    def person(self, subject: str) -> Person | None:
        """The person of that subject."""
        return next((person for person in self.people if person.subject == subject), None)
