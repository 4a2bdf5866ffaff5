"""The keys of [stores.NAME.customers.map]: which claim tells which field of the store's customer."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from bridge.domain.profile import PLAIN_FIELDS, ProfileMap
from bridge.settings.faults import WrongValueError
from bridge.settings.table import Table

_LONGEST_PATH, _LONGEST_NAME = 200, 64  # characters
_GROUP = re.compile(r"[\x21-\x7e]{1,64}")
_MOST = 50  # members of one table


def _path(value: str) -> str:
    if not value.isprintable() or value != value.strip() or len(value) > _LONGEST_PATH:
        raise WrongValueError(f"must be a claim's name of at most {_LONGEST_PATH} characters")
    if value.count(".") > 8 or ".." in value or value.startswith(".") or value.endswith("."):
        raise WrongValueError("must be a claim's name, or names with a dot between them: organization.name")
    return value


def _given(value: str) -> str:
    if not value:
        raise WrongValueError("must name a claim; leave the line out for none")
    return value


def _group_id(value: object) -> object:
    """Platforms that number their groups are written with numbers."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value


def _group(value: str) -> str:
    if value and not _GROUP.fullmatch(value):
        raise WrongValueError("must be the id of a customer group, not its name")
    return value


def _names(members: dict[str, Any]) -> dict[str, Any]:
    if len(members) > _MOST:
        raise WrongValueError(f"must hold at most {_MOST} entries")
    if any(not name or not name.isprintable() or len(name) > _LONGEST_NAME for name in members):
        raise WrongValueError(f"must hold names of 1 to {_LONGEST_NAME} printable characters")
    return members


def _not_ours(members: dict[str, str]) -> dict[str, str]:
    if "bridge" in members:
        raise WrongValueError("must not hold `bridge`: the bridge keeps a proof of its own there")
    return members


def _groups(members: dict[str, str]) -> dict[str, str]:
    if len(members) > 500 or any(not name or not group for name, group in members.items()):
        raise WrongValueError("must hold 1 to 500 values of the claim, each with the id of a group")
    return members


_OptionalPath = Annotated[str, AfterValidator(_path)]
_Path = Annotated[_OptionalPath, AfterValidator(_given)]
_GroupId = Annotated[
    str,
    BeforeValidator(_group_id),
    AfterValidator(_group),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "integer"}]}),
]
_Paths = Annotated[dict[str, _Path], AfterValidator(_names)]


class MapSettings(Table):
    """What a store's customer is told from which claim: a claim's name, or a path such as organization.name.

    It is written when the customer is created, and at a sign-in at which it has changed. What no claim
    says stays as it is in the store.
    """

    first_name: _OptionalPath = Field(
        default="", description="Claim with the given name.", examples=["given_name"]
    )
    last_name: _OptionalPath = Field(
        default="", description="Claim with the family name.", examples=["family_name"]
    )
    company: _OptionalPath = Field(
        default="", description="Claim with the company's name.", examples=["organization.name"]
    )
    phone: _OptionalPath = Field(
        default="", description="Claim with the telephone number.", examples=["phone_number"]
    )
    group: _OptionalPath = Field(
        default="",
        description="Claim that names the person's groups: a text or a list. Its values count only by"
        " `groups`.",
        examples=["groups"],
    )
    groups: Annotated[dict[str, _GroupId], AfterValidator(_groups)] = Field(
        default={},
        description="Value of the claim = id of the store's customer group. Of several the first line wins."
        " Who has none of them keeps the group that the store has.",
        examples=[{"buyers-gold": 7, "buyers": 3}],
    )
    other_group: _GroupId = Field(
        default="",
        description="Id of the group for those whose claim is there and names none of `groups`; empty: they"
        " keep the one they have. Set it where leaving a group at the provider must take its prices away.",
        examples=["1"],
    )
    attributes: _Paths = Field(
        default={},
        description="Name of a customer attribute = claim (BigCommerce). The store must have the attribute.",
        examples=[{"Cost centre": "cost_center"}],
    )
    metafields: Annotated[dict[str, _Paths], AfterValidator(_names)] = Field(
        default={},
        description="Namespace = table of key = claim (BigCommerce): metafields that only apps can read.",
        examples=[{"crm": {"tier": "https://acme.com/tier"}}],
    )
    metadata: Annotated[_Paths, AfterValidator(_not_ours)] = Field(
        default={},
        description="Key of the customer's metadata = claim (Commerce Layer).",
        examples=[{"employee": "employee_number"}],
    )


def profile_map(given: MapSettings) -> ProfileMap:
    """The domain's view of it."""
    return ProfileMap(
        plain={name: path for name in PLAIN_FIELDS if (path := getattr(given, name))},
        group=given.group,
        groups=dict(given.groups),
        other_group=given.other_group,
        attributes=dict(given.attributes),
        metafields={
            (namespace, key): path
            for namespace, keys in given.metafields.items()
            for key, path in keys.items()
        },
        metadata=dict(given.metadata),
    )
