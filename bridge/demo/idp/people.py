"""The sample people: each shows one thing that happens to real directories."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Person:
    """Somebody in the directory. A `None` is a claim that this directory does not send."""

    subject: str
    name: str
    shows: str  # one line for the sign-in page
    given_name: str | None = None
    family_name: str | None = None
    email: str | None = None
    email_verified: bool | None = True
    locale: str = "en"
    groups: tuple[str, ...] = ()

    def claims(self, scopes: AbstractSet[str]) -> dict[str, Any]:
        """What the granted scopes let a client see, `sub` left out (OpenID Connect Core 5.4)."""
        claims: dict[str, Any] = {}
        if "profile" in scopes:
            claims |= {"name": self.name, "given_name": self.given_name, "family_name": self.family_name}
            claims |= {"preferred_username": self.subject, "locale": self.locale}
            claims |= {"groups": list(self.groups)} if self.groups else {}
        if "email" in scopes and self.email is not None:
            claims |= {"email": self.email, "email_verified": self.email_verified}
        return {name: value for name, value in claims.items() if value is not None}

    @property
    def initials(self) -> str:
        """For the round picture on the page."""
        words = self.name.split()
        return "".join(word[0] for word in (words if len(words) == 1 else (words[0], words[-1])))


SAMPLE_PEOPLE = (
    Person(
        subject="acme-1001",
        name="Ada Lovelace",
        given_name="Ada",
        family_name="Lovelace",
        email="ada.lovelace@acme.example",
        shows="Verified e-mail. The store knows her already: the two are linked.",
    ),
    Person(
        subject="acme-1002",
        name="Grace Hopper",
        given_name="Grace",
        family_name="Hopper",
        email="grace.hopper@acme.example",
        shows="Verified e-mail, first visit: the store gets a new customer.",
    ),
    Person(
        subject="acme-1003",
        name="Charles Babbage",
        given_name="Charles",
        family_name="Babbage",
        email="charles.babbage@acme.example",
        email_verified=False,
        shows="E-mail not verified: must not be linked by it.",
    ),
    Person(
        subject="acme-1004",
        name="Alan Turing",
        given_name="Alan",
        family_name="Turing",
        shows="No e-mail address at all.",
    ),
    Person(
        subject="acme-1005",
        name="Augusta King",
        given_name="Augusta",
        family_name="King",
        email="ada.lovelace@acme.example",
        shows="Same e-mail as Ada: once Ada has signed in, the store must never take one for the other.",
    ),
    Person(
        subject="acme-1006",
        name="山田 花子",
        given_name="花子",
        family_name="山田",
        email="hanako.yamada@acme.example",
        locale="ja",
        shows="A name outside ASCII, family name first.",
    ),
    Person(
        subject="acme-1007",
        name="Zoë Müller-Ångström",
        given_name="Zoë",
        family_name="Müller-Ångström",
        email="Zoe.Mueller@ACME.example",
        locale="de",
        shows="Accents in the name, capitals in the e-mail.",
    ),
    Person(
        subject="acme-1008",
        name="Sujata",
        email="sujata@acme.example",
        locale="id",
        shows="One name only: no given name, no family name.",
    ),
    Person(
        subject="acme-1009",
        name="Eve Outsider",
        given_name="Eve",
        family_name="Outsider",
        email="eve@elsewhere.example",
        shows="Verified e-mail of a domain that Acme may not speak for.",
    ),
)
