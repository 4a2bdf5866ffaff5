"""What a story says of a verified person: which claims were there, never what they say."""

from bridge.domain.connection import Connection
from bridge.domain.email import domain_of
from bridge.domain.identity import Identity
from bridge.domain.story import Story

#: Claims whose names anybody may know. Others are told where the configuration names them: a provider may
#: write whatever it likes into a name as well.
KNOWN_CLAIMS = frozenset({
    "sub", "email", "email_verified", "xms_edov", "name", "given_name", "family_name", "preferred_username",
    "upn", "oid", "tid", "hd", "org_id", "sid", "acr", "amr", "auth_time", "groups", "roles", "hasgroups",
    "_claim_names", "phone_number", "locale", "address", "is_private_email",
})  # fmt: skip
#: Every token has them: of no use to who reads a story.
_ALWAYS = frozenset({
    "iss", "aud", "exp", "iat", "nbf", "nonce", "at_hash", "c_hash", "azp", "jti", "typ", "ver", "sub",
})  # fmt: skip
_SAID = {True: "yes", False: "no", None: "unsaid"}


def tell_identity(story: Story, identity: Identity, connection: Connection) -> None:
    """Tells the step `identity`."""
    known = KNOWN_CLAIMS.union(connection.mapped_claims, connection.asking.required_claims)
    names = identity.claims.keys() - _ALWAYS
    told = sorted(names & known)
    facts = {"email_domain": domain_of(identity.email)} if connection.tells_domain and identity.email else {}
    story.tell(
        "identity",
        identity=identity.key.digest,
        claims=",".join(told),
        others=len(names) - len(told),
        email_verified=_SAID[identity.email_verified],
        domain=_domain(identity, connection),
        **facts,
    )


def _domain(identity: Identity, connection: Connection) -> str:
    if identity.is_outside(connection):
        return "outside"
    if not identity.email:
        return "none"
    return "inside" if connection.has_own_domains else "anyone"
