"""How the bridge proves to a token endpoint that it is the client it says."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote_plus, urlencode

from bridge.domain.connection import Connection, RsaAlg
from bridge.domain.http import HttpRequest
from bridge.domain.metadata import ProviderMetadata
from bridge.domain.secret import Secret
from bridge.idp.client_keys import assertion, client_key, signed

#: Whom a client secret of Apple's kind is made for.
APPLE = "https://appleid.apple.com"
APPLE_LIFETIME = 300  # seconds
_BY_KEY = ("private_key_jwt", "apple_client_secret")
_NONE = Secret("")


@dataclass(frozen=True, slots=True)
class Proof:
    """One proof to be made: who we are, by which credential, for whom, when."""

    client_id: str
    credential: Secret
    audience: str  # whom an assertion is made for
    now: float  # seconds since the epoch
    jti: str  # fresh
    rsa_alg: RsaAlg = "RS256"  # what an RSA key signs with
    apple_team_id: str = ""
    apple_key_id: str = ""


#: Adds a proof to the headers or the form of a request.
Authenticate = Callable[[Proof, dict[str, str], dict[str, str]], None]


def client_secret_basic(proof: Proof, headers: dict[str, str], _form: dict[str, str]) -> None:
    """RFC 6749 2.3.1: id and secret are form-encoded before they are joined and encoded."""
    pair = f"{quote_plus(proof.client_id)}:{quote_plus(proof.credential.reveal())}"
    headers["Authorization"] = "Basic " + b64encode(pair.encode()).decode()


def plain_basic(proof: Proof, headers: dict[str, str], _form: dict[str, str]) -> None:
    """What those want who do not decode: id and secret as they are. For `credential_probe` only."""
    pair = f"{proof.client_id}:{proof.credential.reveal()}"
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
    key = client_key(proof.credential, proof.rsa_alg)
    form["client_assertion"] = assertion(key, proof.client_id, proof.audience, proof.now, proof.jti)


def apple_client_secret(proof: Proof, _headers: dict[str, str], form: dict[str, str]) -> None:
    """A client secret that lives for minutes: Apple has us sign one with the key that it gave us.

    developer.apple.com, "Creating a client secret": it may live for six months. It is made anew each time.
    """
    issued = int(proof.now)
    claims = {
        "iss": proof.apple_team_id,
        "iat": issued,
        "exp": issued + APPLE_LIFETIME,
        "aud": APPLE,
        "sub": proof.client_id,
    }
    form["client_id"] = proof.client_id
    form["client_secret"] = signed(client_key(proof.credential), {"kid": proof.apple_key_id}, claims)


def tls_client_auth(proof: Proof, _headers: dict[str, str], form: dict[str, str]) -> None:
    """RFC 8705 section 2: the certificate of the connection proves it; the form says whose it should be."""
    form["client_id"] = proof.client_id


def none(proof: Proof, _headers: dict[str, str], form: dict[str, str]) -> None:
    """A public client (RFC 6749 2.1): PKCE alone binds the code to us."""
    form["client_id"] = proof.client_id


METHODS: dict[str, Authenticate] = {
    "client_secret_basic": client_secret_basic,
    "client_secret_post": client_secret_post,
    "private_key_jwt": private_key_jwt,
    "apple_client_secret": apple_client_secret,
    "tls_client_auth": tls_client_auth,
    "self_signed_tls_client_auth": tls_client_auth,
    "none": none,
}


def authenticated(
    connection: Connection,
    endpoint: str,
    form: Mapping[str, str],
    proof: Proof,
    prove: Authenticate | None = None,
) -> HttpRequest:
    """`form`, to be sent to `endpoint` with the proof made the connection's way, or by `prove`."""
    headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
    proven = dict(form)
    (prove or METHODS[connection.client_auth])(proof, headers, proven)
    return HttpRequest("POST", endpoint, headers, urlencode(proven).encode())


def credentials(connection: Connection) -> tuple[Secret, ...]:
    """What a proof may be made by, newest first; an empty text alone where nothing is needed."""
    by_key = connection.client_auth in _BY_KEY
    return (connection.client_keys if by_key else connection.client_secrets) or (_NONE,)


def assertion_audience(connection: Connection, metadata: ProviderMetadata) -> str:
    """Whom an assertion for the token endpoint is made for, as the connection has it."""
    return metadata.issuer if connection.assertion_audience == "issuer" else metadata.token_endpoint
