"""How the bridge proves to a token endpoint that it is the client it says."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote_plus, urlencode

from bridge.domain.connection import Connection
from bridge.domain.http import HttpRequest
from bridge.domain.secret import Secret
from bridge.idp.client_keys import assertion, client_key

_NONE = Secret("")


@dataclass(frozen=True, slots=True)
class Proof:
    """One proof to be made: who we are, by which credential, for whom, when."""

    client_id: str
    credential: Secret
    audience: str  # whom an assertion is made for
    now: float  # seconds since the epoch
    jti: str  # fresh


#: Adds a proof to the headers or the form of a request.
Authenticate = Callable[[Proof, dict[str, str], dict[str, str]], None]


def client_secret_basic(proof: Proof, headers: dict[str, str], _form: dict[str, str]) -> None:
    """RFC 6749 2.3.1: id and secret are form-encoded before they are joined and encoded."""
    pair = f"{quote_plus(proof.client_id)}:{quote_plus(proof.credential.reveal())}"
    headers["Authorization"] = "Basic " + b64encode(pair.encode()).decode()


def client_secret_post(proof: Proof, _headers: dict[str, str], form: dict[str, str]) -> None:
    """RFC 6749 2.3.1: id and secret in the body."""
    form["client_id"] = proof.client_id
    form["client_secret"] = proof.credential.reveal()


def private_key_jwt(proof: Proof, _headers: dict[str, str], form: dict[str, str]) -> None:
    """RFC 7523 2.2, Core 9: a statement signed by our key, which never leaves us."""
    # Optional beside the assertion (RFC 7521 4.2); Entra finds the client by it.
    form["client_id"] = proof.client_id
    form["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    form["client_assertion"] = assertion(
        client_key(proof.credential), proof.client_id, proof.audience, proof.now, proof.jti
    )


def none(proof: Proof, _headers: dict[str, str], form: dict[str, str]) -> None:
    """A public client (RFC 6749 2.1): PKCE alone binds the code to us."""
    form["client_id"] = proof.client_id


METHODS: dict[str, Authenticate] = {
    "client_secret_basic": client_secret_basic,
    "client_secret_post": client_secret_post,
    "private_key_jwt": private_key_jwt,
    "none": none,
}


def authenticated(
    connection: Connection, endpoint: str, form: Mapping[str, str], proof: Proof
) -> HttpRequest:
    """`form`, to be sent to `endpoint` with the proof made the connection's way."""
    headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
    proven = dict(form)
    METHODS[connection.client_auth](proof, headers, proven)
    return HttpRequest("POST", endpoint, headers, urlencode(proven).encode())


def credentials(connection: Connection) -> tuple[Secret, ...]:
    """What a proof may be made by, newest first; an empty text alone where nothing is needed."""
    by_key = connection.client_auth == "private_key_jwt"
    return (connection.client_keys if by_key else connection.client_secrets) or (_NONE,)
