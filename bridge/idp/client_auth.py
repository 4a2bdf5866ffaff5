"""How the bridge proves to a token endpoint that it is the client it says."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote_plus

from bridge.domain.connection import Connection, RsaAlg
from bridge.domain.http import HttpRequest
from bridge.domain.metadata import ProviderMetadata
from bridge.domain.secret import Secret
from bridge.idp.client_keys import assertion, client_key, signed
from bridge.idp.form import encoded_form

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


@dataclass(frozen=True, slots=True)
class Shown:
    """A proof, as a request brings it: in its headers or in its form."""

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: Mapping[str, str] = field(default_factory=dict, repr=False)


Method = Callable[[Proof], Shown]


def client_secret_basic(proof: Proof) -> Shown:
    """RFC 6749 2.3.1: id and secret are form-encoded before they are joined and encoded."""
    pair = f"{quote_plus(proof.client_id)}:{quote_plus(proof.credential.reveal())}"
    return _basic(pair)


def plain_basic(proof: Proof) -> Shown:
    """What those want who do not decode: id and secret as they are. For `credential_probe` only."""
    return _basic(f"{proof.client_id}:{proof.credential.reveal()}")


def _basic(pair: str) -> Shown:
    return Shown(headers={"Authorization": "Basic " + b64encode(pair.encode()).decode()})


def client_secret_post(proof: Proof) -> Shown:
    """RFC 6749 2.3.1: id and secret in the body."""
    return Shown(form={"client_id": proof.client_id, "client_secret": proof.credential.reveal()})


def private_key_jwt(proof: Proof) -> Shown:
    """RFC 7523 2.2, Core 9: a statement signed by our key, which never leaves us."""
    key = client_key(proof.credential, proof.rsa_alg)
    form = {
        # Optional beside the assertion (RFC 7521 4.2); Entra finds the client by it.
        "client_id": proof.client_id,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": assertion(key, proof.client_id, proof.audience, proof.now, proof.jti),
    }
    return Shown(form=form)


def apple_client_secret(proof: Proof) -> Shown:
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
    secret = signed(client_key(proof.credential), {"kid": proof.apple_key_id}, claims)
    return Shown(form={"client_id": proof.client_id, "client_secret": secret})


def tls_client_auth(proof: Proof) -> Shown:
    """RFC 8705 section 2: the certificate of the connection proves it; the form says whose it should be."""
    return Shown(form={"client_id": proof.client_id})


def none(proof: Proof) -> Shown:
    """A public client (RFC 6749 2.1): PKCE alone binds the code to us."""
    return Shown(form={"client_id": proof.client_id})


METHODS: dict[str, Method] = {
    "client_secret_basic": client_secret_basic,
    "client_secret_post": client_secret_post,
    "private_key_jwt": private_key_jwt,
    "apple_client_secret": apple_client_secret,
    "tls_client_auth": tls_client_auth,
    "self_signed_tls_client_auth": tls_client_auth,
    "none": none,
}


class Credential:
    """One secret or key of a connection, ready to be shown."""

    def __init__(
        self,
        connection: Connection,
        secret: Secret,
        now: Callable[[], float],
        token: Callable[[], str],
        method: Method | None = None,
    ) -> None:
        """`method`: in place of the connection's."""
        self._connection = connection
        self._secret = secret
        self._now = now
        self._token = token
        self._method = method or METHODS[connection.client_auth]
        # A proof by a key is for one use; any other is the same each time.
        self._same = None if connection.client_auth in _BY_KEY else self._method(self._proof("", 0, ""))

    def shown(self, audience: str) -> Shown:
        """`audience`: whom an assertion is made for."""
        return self._same or self._method(self._proof(audience, self._now(), self._token()))

    def _proof(self, audience: str, now: float, jti: str) -> Proof:
        connection = self._connection
        return Proof(
            connection.client_id,
            self._secret,
            audience,
            now,
            jti,
            connection.client_rsa_alg,
            connection.apple_team_id,
            connection.apple_key_id,
        )


def authenticated(endpoint: str, form: Mapping[str, str], shown: Shown, kind: str) -> HttpRequest:
    """`form`, to be sent to `endpoint` with a proof of who sends it."""
    headers = {
        "Accept": "application/json",
        "Content-Type": "application/x-www-form-urlencoded",
        **shown.headers,
    }
    return HttpRequest("POST", endpoint, headers, encoded_form({**form, **shown.form}).encode(), kind=kind)


def credentials(connection: Connection) -> tuple[Secret, ...]:
    """What a proof may be made by, newest first; an empty text alone where nothing is needed."""
    by_key = connection.client_auth in _BY_KEY
    return (connection.client_keys if by_key else connection.client_secrets) or (_NONE,)


def assertion_audience(connection: Connection, metadata: ProviderMetadata) -> str:
    """Whom an assertion for the token endpoint is made for, as the connection has it."""
    return metadata.issuer if connection.assertion_audience == "issuer" else metadata.token_endpoint
