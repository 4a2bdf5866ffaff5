"""From a person's claims to what a store is to know of its customer: one small declared mapping.

A claim is a stranger's word. It becomes a short printable line or nothing, and a group only through the
operator's own table: no claim can name a group, a field or a customer id of the store by itself.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from bridge.domain.base64url import encoded

Key = TypeVar("Key", str, tuple[str, str])
PlainField = Literal["first_name", "last_name", "company", "phone"]
#: The fields that most stores have under some name, and the characters that fit in each.
PLAIN_FIELDS: Mapping[PlainField, int] = {"first_name": 100, "last_name": 100, "company": 255, "phone": 50}
VALUE_LENGTH = 255  # characters of an attribute, a metafield or a member of metadata
#: How the words begin by which a platform says that it did not take a new address.
EMAIL_STAYS = "the e-mail stays"
_READ = 2000  # characters, and members of a list, that are looked at
_LARGEST = 10**15


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileMap:
    """What of a customer comes from which claim: a claim's name, or a dotted path into an object."""

    plain: Mapping[PlainField, str] = field(default_factory=dict)
    group: str = ""  # the claim that names the person's groups; empty for none
    groups: Mapping[str, str] = field(
        default_factory=dict
    )  # its values, the first that fits wins -> group id
    other_group: str = ""  # for whom the claim names none of them; empty: the group stays as it is
    attributes: Mapping[str, str] = field(default_factory=dict)
    metafields: Mapping[tuple[str, str], str] = field(default_factory=dict)  # by namespace and key
    metadata: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.plain or self.group or self.attributes or self.metafields or self.metadata)

    @property
    def claims(self) -> tuple[str, ...]:
        """Every claim, or path to one, that is asked for."""
        paths = (*self.plain.values(), self.group, *self.attributes.values(), *self.metafields.values())
        return tuple(dict.fromkeys(path for path in (*paths, *self.metadata.values()) if path))

    @property
    def group_ids(self) -> tuple[str, ...]:
        """Every group that somebody may be put into."""
        named = (*self.groups.values(), self.other_group)
        return tuple(dict.fromkeys(group for group in named if group))


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What a customer is to look like. What is empty or missing here stays in the store as it is."""

    email: str = ""  # a normal address, where the store's policy lets it follow the provider's
    plain: Mapping[PlainField, str] = field(default_factory=dict)
    group: str = ""  # id
    group_unknown: bool = False  # the claim names groups, and the store's table none of them
    attributes: Mapping[str, str] = field(default_factory=dict)
    metafields: Mapping[tuple[str, str], str] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether there is anything to write."""
        others = self.attributes or self.metafields or self.metadata
        return bool(self.email or self.plain or self.group or others)

    @property
    def digest(self) -> str:
        """22 characters that stand for all of it (128 bits of SHA-256).

        With fewer bits a person who can change a name of theirs could look beforehand for two profiles of one
        digest, one in a group and one without: taken out of the group, nothing would seem new, and its prices
        would stay.
        """
        facts = [self.email, sorted(self.plain.items()), self.group, self.group_unknown]
        facts += [sorted(self.attributes.items()), sorted(self.metafields.items())]
        text = json.dumps([*facts, sorted(self.metadata.items())])
        return encoded(hashlib.sha256(text.encode()).digest()[:16])


NO_MAP = ProfileMap()
NO_DETAILS = Details()


def details(mapped: ProfileMap, claims: Mapping[str, Any], email: str = "") -> Details:
    """The profile that verified claims ask for. Pure, and never raises, whatever they hold."""
    group, unknown = _group(mapped, claims)
    plain = {name: line(value_at(claims, path), PLAIN_FIELDS[name]) for name, path in mapped.plain.items()}
    return Details(
        email=email,
        plain={name: value for name, value in plain.items() if value},
        group=group,
        group_unknown=unknown,
        attributes=_lines(mapped.attributes, claims),
        metafields=_lines(mapped.metafields, claims),
        metadata=_lines(mapped.metadata, claims),
    )


def line(value: object, length: int) -> str:
    """A claim as one printable line of at most `length` characters; empty for what cannot be one."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) < _LARGEST:
        return str(value)
    if not isinstance(value, str):
        return ""
    # Marks that turn the direction of writing round, or cannot be seen, are not printable either.
    printable = "".join(character if character.isprintable() else " " for character in value[:_READ])
    return " ".join(printable.split())[:length].rstrip()


def _group(mapped: ProfileMap, claims: Mapping[str, Any]) -> tuple[str, bool]:
    """The group's id, and whether the claim says something that the table does not know.

    No claim at all says nothing: Entra ID leaves it out for members of more than 200 groups.
    """
    if not mapped.group:
        return "", False
    said = value_at(claims, mapped.group)
    if said is None:
        return "", False
    names = set(_words(said))
    for name, group in mapped.groups.items():
        if name in names:
            return group, False
    return mapped.other_group, bool(names)


def _words(said: object) -> Iterator[str]:
    """The whole values: a text with a comma in it is one name, not two."""
    for word in said[:_READ] if isinstance(said, list) else [said]:
        if isinstance(word, str):
            yield word
        elif isinstance(word, int) and not isinstance(word, bool) and abs(word) < _LARGEST:
            yield str(word)


def _lines(paths: Mapping[Key, str], claims: Mapping[str, Any]) -> dict[Key, str]:
    found = {key: line(value_at(claims, path), VALUE_LENGTH) for key, path in paths.items()}
    return {key: value for key, value in found.items() if value}


def value_at(claims: object, path: str) -> object:
    """The value at a path, or None. A name with dots of its own (`https://acme.com/tier`) goes first."""
    if not isinstance(claims, Mapping):
        return None
    if path in claims:
        return claims[path]
    for place, character in enumerate(path):
        if character == "." and isinstance(claims.get(path[:place]), Mapping):
            found = value_at(claims[path[:place]], path[place + 1 :])
            if found is not None:
                return found
    return None
