"""The person as the provider vouches for them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from bridge.domain.base64url import encoded
from bridge.domain.connection import Connection
from bridge.domain.consent import UnsignedName
from bridge.domain.email import domain_of, normal_domain, normal_email
from bridge.domain.id_token import VerifiedClaims
from bridge.domain.issuers import normal_tenant, tenants_issuer

_NAME_LENGTH = 100
_SID_LENGTH = 255  # as of logout tokens
_NAMES = ("name", "given_name", "family_name")
_NO_NAME = UnsignedName()


def identity_digest(issuer: str, subject: str) -> str:
    """`IdentityKey.digest` for who has millions of them to compute."""
    data = f"{len(issuer)}:{issuer}{subject}".encode()
    return encoded(hashlib.sha256(data).digest()[:16])


@dataclass(frozen=True)
class IdentityKey:
    """Issuer and subject, byte for byte: the only thing that identifies a person."""

    issuer: str
    subject: str

    @cached_property
    def digest(self) -> str:
        """22 characters that stand for this key in Redis and in logs (128 bits of SHA-256)."""
        return identity_digest(self.issuer, self.subject)


def digest_of(identity: IdentityKey | str) -> str:
    """Of an identity, or of one that is known by its digest alone: then as it is."""
    return identity if isinstance(identity, str) else identity.digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A verified person. `email_verified` is None where the provider said nothing."""

    key: IdentityKey
    connection: str
    email: str = ""
    email_verified: bool | None = None
    given_name: str = ""
    family_name: str = ""
    name: str = ""
    sid: str = ""
    claims: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def of(
        cls,
        id_token: VerifiedClaims,
        userinfo: Mapping[str, Any],
        connection: Connection,
        unsigned: UnsignedName = _NO_NAME,
    ) -> "Identity":
        """The identity in verified claims, completed from userinfo, whose subject was compared.

        What the signed token says always wins. An address and its verification are taken
        from one source: userinfo's `email_verified` says nothing of the token's address
        unless both name the same one. `unsigned` counts where the provider names nobody.
        """
        merged = {**userinfo, **id_token}
        if not merged.keys().isdisjoint(_NAMES):
            unsigned = _NO_NAME
        email = normal_email(merged.get("email"))
        return cls(
            key=IdentityKey(_issuer(id_token, connection), id_token["sub"]),
            connection=connection.name,
            email=email,
            email_verified=_email_verified(email, id_token, userinfo, connection.verified_claim),
            given_name=_text(merged.get("given_name", unsigned.given)),
            family_name=_text(merged.get("family_name", unsigned.family)),
            name=_text(merged.get("name")),
            sid=_session_id(id_token.get("sid")),
            claims=merged,
        )

    def is_outside(self, connection: Connection) -> bool:
        """Whether it has an e-mail, and not one of the connection's own domains.

        Also one that cannot be read: odd spelling must not get anybody in. Without any e-mail, False.
        """
        if not connection.has_own_domains:
            return False
        if self.email:
            return domain_of(self.email) not in connection.domains
        said = self.claims.get("email")
        if not isinstance(said, str) or not said.strip():
            return False
        return normal_domain(said.rpartition("@")[2].strip()) not in connection.domains

    def trusted_email(self, connection: Connection) -> str:
        """The address if this connection may link or create a customer by it, else an empty text.

        Contract section 5.1: an address of the connection's domains only, and never one that
        the provider says is not verified.
        """
        if not self.email or not connection.speaks_for(domain_of(self.email)):
            return ""
        trusted = {
            "verified": self.email_verified is True,
            "asserted": self.email_verified is not False,
            "never": False,
        }[connection.email_trust]
        return self.email if trusted else ""


def _issuer(id_token: VerifiedClaims, connection: Connection) -> str:
    """The one spelling of the issuer that was verified: nobody becomes somebody else by a spelling."""
    if not connection.issuer_template:
        return connection.issuer  # the token's, or one of its aliases
    return tenants_issuer(connection.issuer_template, normal_tenant(id_token["tid"]))


def _email_verified(
    address: str, id_token: Mapping[str, Any], userinfo: Mapping[str, Any], verified_claim: str
) -> bool | None:
    """What was said of `address`, the one we use. Of two statements a plain no wins.

    A yes counts only from the source that names this very address; a no also from one that
    names none: it must mean the only address there is. With `verified_claim` a yes comes from that
    claim alone, and it speaks of the ID token's own address.
    """
    said: list[bool | None] = []
    for source in (id_token, userinfo):
        named, verified = source.get("email"), _tri_state(source.get("email_verified"))
        if verified is None:
            continue  # it says nothing
        if normal_email(named) == address or (named is None and not verified):
            said.append(verified)
    if verified_claim and False not in said:
        said = [_affirmed(id_token.get(verified_claim)) if "email" in id_token else None]
    return False if False in said else True if True in said else None


def _tri_state(value: object) -> bool | None:
    """Some providers (Apple) send the words; anything unknown counts as a plain no."""
    if value is None:
        return None
    return value is True or (isinstance(value, str) and value.lower() == "true")


def _affirmed(value: object) -> bool | None:
    """Entra writes `xms_edov` as true, 1, "1" or "true"; anything else counts as a plain no."""
    return _tri_state(True if value in ("1", 1) else value)


def _session_id(value: object) -> str:
    """As it stands, or none: cut or cleaned it would be another one, and no logout token would name it."""
    return value if isinstance(value, str) and len(value) <= _SID_LENGTH and value.isprintable() else ""


def _text(value: object) -> str:
    """A claim as one clean line, cut to what stores accept."""
    if not isinstance(value, str):
        return ""
    line = value[:1000]
    if not line.isprintable():
        line = "".join(character if character.isprintable() else " " for character in line)
    return " ".join(line.split())[:_NAME_LENGTH]
