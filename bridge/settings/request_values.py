"""The kinds of values of the keys that say what is asked of a provider: each a type with its check.

See values.py. A check raises WrongValueError and never repeats a value; names of claims and parameters stand
in the key's path.
"""

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, PlainValidator, WithJsonSchema

from bridge.idp.authorize_parameters import PARAMETERS, PROTOCOL
from bridge.settings.faults import WrongValueError, shown_path
from bridge.settings.values import tuple_of_list

_LONGEST = 512  # characters of one value: they all go into one address
_MOST = 64  # members of one table
_ACR = re.compile(r"[\x21-\x7e]+")
# RFC 5646 section 2.1, the shape alone: an unknown language is the provider's to ignore.
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_WISHES = {"essential", "value", "values"}


def _prompt(value: object) -> object:
    if value == "none":
        raise WrongValueError('must not hold "none": nobody could sign in who is not signed in already')
    return value


def _without_repeats(values: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(values)) < len(values):
        raise WrongValueError("must not hold the same word twice")
    return values


def _acr(value: str) -> str:
    if not _ACR.fullmatch(value):
        raise WrongValueError("must hold one class each, without spaces: as the provider's metadata names it")
    return value


def _language(value: str) -> str:
    if not _LANGUAGE.fullmatch(value):
        raise WrongValueError("must hold one language each, such as en or de-CH (BCP 47)")
    return value


def _parameter_name(name: str) -> str:
    if name in PARAMETERS:
        return name
    if name in PROTOCOL:
        key = PROTOCOL[name]
        raise WrongValueError(
            f"belongs to the protocol; set the key `{key}`" if key else "is the bridge's own to send"
        )
    near = difflib.get_close_matches(name, PARAMETERS, n=1)
    hint = f"did you mean `{near[0]}`?" if near else f"there are: {', '.join(PARAMETERS)}"
    raise WrongValueError(f"is no parameter that the bridge sends; {hint}")


def _parameter(value: str) -> str:
    if not value or not value.isprintable() or value != value.strip() or len(value) > _LONGEST:
        raise WrongValueError(f"must be one line of 1 to {_LONGEST} characters, without spaces around it")
    return value


def _claims(value: object) -> dict[str, dict[str, dict[str, Any]]]:
    """Core 5.5: { id_token = { NAME = { essential, value, values } }, userinfo = { … } }."""
    asked = {part: dict(_members(wishes, (part,))) for part, wishes in _members(value, ())}
    for part, wishes in asked.items():
        if part not in ("id_token", "userinfo"):
            raise WrongValueError("must hold the tables `id_token` and `userinfo` alone")
        for name, wish in wishes.items():
            wishes[name] = _wish(wish, (part, name))
    return asked


def _wish(wish: object, path: tuple[str, ...]) -> dict[str, Any]:
    members = dict(_members(wish, path))
    if not members.keys() <= _WISHES:
        raise WrongValueError(f"{shown_path(path)} may hold `essential`, `value` and `values` alone")
    if not isinstance(members.get("essential", False), bool):
        raise WrongValueError(f"{shown_path((*path, 'essential'))} must be true or false, without quotes")
    if "value" in members and "values" in members:
        raise WrongValueError(f"{shown_path(path)} must hold `value` or `values`, not both")
    if "value" in members:
        _plain(members["value"], (*path, "value"))
    if "values" in members:
        members["values"] = list(_list_of_plain(members["values"], (*path, "values")))
    return members


def _required_claims(value: object) -> dict[str, tuple[str | int | bool, ...]]:
    return {
        name: _list_of_plain(wanted if isinstance(wanted, list | tuple) else [wanted], (name,))
        for name, wanted in _members(value, ())
    }


def _members(value: object, path: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    where = f"{shown_path(path)} " if path else ""
    if not isinstance(value, Mapping):
        raise WrongValueError(f"{where}must be a table")
    if len(value) > _MOST:
        raise WrongValueError(f"{where}must hold at most {_MOST} names")
    yield from value.items()


def _list_of_plain(value: object, path: tuple[str, ...]) -> tuple[str | int | bool, ...]:
    if not isinstance(value, list | tuple) or not 0 < len(value) <= _MOST:
        raise WrongValueError(f"{shown_path(path)} must be a list of 1 to {_MOST} values")
    return tuple(_plain(each, path) for each in value)


def _plain(value: object, path: tuple[str, ...]) -> str | int | bool:
    if not isinstance(value, str | int) or (isinstance(value, str) and not 0 < len(value) <= _LONGEST):
        raise WrongValueError(f"{shown_path(path)} must be a text, a whole number, true or false")
    return value


def _table_of(members: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {"type": "object", "properties": members, "additionalProperties": False}


_PLAIN: list[dict[str, Any]] = [{"type": kind} for kind in ("string", "integer", "boolean")]
_PLAINS = {"type": "array", "minItems": 1, "items": {"anyOf": _PLAIN}}
_WISH = _table_of({"essential": {"type": "boolean"}, "value": {"anyOf": _PLAIN}, "values": _PLAINS})
_WISHED = {"type": "object", "additionalProperties": _WISH}

Prompts = Annotated[
    tuple[Annotated[Literal["login", "consent", "select_account"], BeforeValidator(_prompt)], ...],
    BeforeValidator(tuple_of_list),
    AfterValidator(_without_repeats),
]
AcrValues = Annotated[
    tuple[Annotated[str, AfterValidator(_acr)], ...],
    BeforeValidator(tuple_of_list),
    AfterValidator(_without_repeats),
]
UiLocales = Annotated[
    tuple[Annotated[str, AfterValidator(_language)], ...],
    BeforeValidator(tuple_of_list),
    AfterValidator(_without_repeats),
]
AuthorizeParameters = Annotated[
    dict[Annotated[str, AfterValidator(_parameter_name)], Annotated[str, AfterValidator(_parameter)]],
    WithJsonSchema(
        _table_of(
            {
                name: {"type": "string", "description": f"{row.maker}: {row.meaning}."}
                for name, row in PARAMETERS.items()
            }
        )
    ),
]
ClaimsAsked = Annotated[
    Mapping[str, Mapping[str, Mapping[str, Any]]],
    PlainValidator(_claims),
    WithJsonSchema(_table_of({"id_token": _WISHED, "userinfo": _WISHED})),
]
RequiredClaims = Annotated[
    Mapping[str, tuple[str | int | bool, ...]],
    PlainValidator(_required_claims),
    WithJsonSchema({"type": "object", "additionalProperties": {"anyOf": [*_PLAIN, _PLAINS]}}),
]
