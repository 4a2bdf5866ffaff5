"""What can be known beforehand of whether a provider will take our proof of who we are."""

import re
from collections.abc import Iterator

from bridge.domain.connection import Connection
from bridge.domain.finding import Finding
from bridge.domain.metadata import ProviderMetadata

#: RFC 3986 2.3: these are the same before and after form-encoding. Of others some providers take the
#: encoded form (RFC 6749 2.3.1), some the plain one, and none says which.
_SAME_EITHER_WAY = re.compile(r"[A-Za-z0-9._~-]*")


def client_auth_findings(
    connection: Connection, metadata: ProviderMetadata, subject: str, *, guess: bool = True
) -> Iterator[Finding]:
    """Warnings only: what a provider really takes shows when it is tried. `guess`: that told nothing."""
    offered = metadata.client_auth_methods
    if offered is None:
        offered = ("client_secret_basic",)  # Discovery section 3: what silence means
    method = _ON_THE_WIRE.get(connection.client_auth, connection.client_auth)
    if method not in offered:
        usable = [one for one in offered if one in _OURS]
        yield Finding(
            "warning",
            subject,
            f"client_auth is {method}, which the provider's metadata does not offer",
            f"Set client_auth to one that it does: {', '.join(usable)}."
            if usable
            else "See in the provider's console how this client proves itself.",
            "Providers mostly take the one method that was chosen for the client.",
        )
    same = all(_SAME_EITHER_WAY.fullmatch(secret.reveal()) for secret in connection.client_secrets)
    if guess and connection.client_auth == "client_secret_basic" and not same:
        yield Finding(
            "warning",
            subject,
            "client_secret has characters that client_secret_basic sends encoded; whether the provider"
            " decodes them cannot be known without a sign-in",
            'Set client_auth = "client_secret_post", which the provider offers too.'
            if "client_secret_post" in offered
            else "If sign-ins end in client_rejected, have a secret made of letters and digits.",
            "Okta and others take the plain form of the credentials, against RFC 6749 section 2.3.1.",
        )


#: What a name of ours is to the provider.
_ON_THE_WIRE = {"apple_client_secret": "client_secret_post"}
#: What `client_auth` may be.
_OURS = (
    "client_secret_basic", "client_secret_post", "private_key_jwt",
    "tls_client_auth", "self_signed_tls_client_auth", "none",
)  # fmt: skip
