"""The values that become a Secret, so that nothing can print them."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema

from bridge.domain.secret import Secret
from bridge.domain.webhook import secret_bytes
from bridge.settings.faults import WrongValueError
from bridge.settings.private_keys import checked_decryption_key, checked_private_key
from bridge.settings.redis_urls import checked_redis_url
from bridge.settings.values import tuple_of_list

_LONG = 32
_SHORTEST_KEY, _LONGEST_KEY = 24, 64  # bytes, by Standard Webhooks


def _one_or_many(value: object) -> object:
    return (value,) if isinstance(value, str | Secret) else tuple_of_list(value)


def _secret(value: object) -> Secret:
    text = value.reveal() if isinstance(value, Secret) else value
    if not isinstance(text, str):
        raise WrongValueError('must be a string in quotes, best a reference: "env:NAME" or "file:PATH"')
    if not text:
        raise WrongValueError("must not be empty")
    if text != text.strip():
        raise WrongValueError("must not begin or end with white space: was a line end copied along?")
    return Secret(text)


def _long_secret(value: object) -> Secret:
    secret = _secret(value)
    if len(secret.reveal()) < _LONG:
        raise WrongValueError(
            f"must have at least {_LONG} characters; make one with:"
            ' python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
        )
    return secret


def _webhook_secret(value: object) -> Secret:
    secret = _secret(value)
    try:
        length = len(secret_bytes(secret))
    except ValueError:
        length = 0
    if not _SHORTEST_KEY <= length <= _LONGEST_KEY:
        raise WrongValueError(
            f"must be whsec_ and then {_SHORTEST_KEY} to {_LONGEST_KEY} bytes in base64; make one with:"
            ' python3 -c "import base64, secrets;'
            " print('whsec_' + base64.b64encode(secrets.token_bytes(32)).decode())\""
        )
    return secret


def _private_key(value: object) -> Secret:
    # White space around a PEM text means nothing.
    secret = _secret(value.strip() if isinstance(value, str) else value)
    checked_private_key(secret.reveal())
    return secret


def _decryption_key(value: object) -> Secret:
    secret = _secret(value.strip() if isinstance(value, str) else value)
    checked_decryption_key(secret.reveal())
    return secret


def _redis_url(value: object) -> Secret:
    secret = _secret(value)
    checked_redis_url(secret.reveal())
    return secret


# No length or form beyond this: what stands in the file may be a reference such as env:NAME.
_SECRET_SCHEMA: dict[str, Any] = {"type": "string", "minLength": 1, "writeOnly": True}

SecretText = Annotated[Secret, PlainValidator(_secret), WithJsonSchema(_SECRET_SCHEMA)]
#: One that need not be there: an empty text is none.
OptionalSecretText = Annotated[
    Secret | None,
    PlainValidator(lambda value: None if value in ("", None) else _secret(value)),
    WithJsonSchema({"type": "string", "writeOnly": True}),
]
SecretTexts = Annotated[
    tuple[SecretText, ...],
    BeforeValidator(_one_or_many),
    WithJsonSchema({"anyOf": [_SECRET_SCHEMA, {"type": "array", "items": _SECRET_SCHEMA}]}),
]
PrivateKeys = Annotated[
    tuple[Annotated[Secret, PlainValidator(_private_key), WithJsonSchema(_SECRET_SCHEMA)], ...],
    BeforeValidator(tuple_of_list),
]
#: At most one, written without brackets.
PrivateKeyText = Annotated[
    tuple[Annotated[Secret, PlainValidator(_private_key), WithJsonSchema(_SECRET_SCHEMA)], ...],
    BeforeValidator(_one_or_many),
    Field(max_length=1),
    WithJsonSchema(_SECRET_SCHEMA),
]
DecryptionKeys = Annotated[
    tuple[Annotated[Secret, PlainValidator(_decryption_key), WithJsonSchema(_SECRET_SCHEMA)], ...],
    BeforeValidator(tuple_of_list),
]
RedisUrl = Annotated[Secret, PlainValidator(_redis_url), WithJsonSchema(_SECRET_SCHEMA)]
HandoffSecrets = Annotated[
    tuple[Annotated[Secret, PlainValidator(_long_secret), WithJsonSchema(_SECRET_SCHEMA)], ...],
    BeforeValidator(_one_or_many),
    WithJsonSchema({"anyOf": [_SECRET_SCHEMA, {"type": "array", "items": _SECRET_SCHEMA}]}),
]
WebhookSecrets = Annotated[
    tuple[Annotated[Secret, PlainValidator(_webhook_secret), WithJsonSchema(_SECRET_SCHEMA)], ...],
    BeforeValidator(_one_or_many),
    WithJsonSchema({"anyOf": [_SECRET_SCHEMA, {"type": "array", "items": _SECRET_SCHEMA}]}),
]
CookieKeys = Annotated[
    tuple[Annotated[Secret, PlainValidator(_long_secret), WithJsonSchema(_SECRET_SCHEMA)], ...],
    BeforeValidator(tuple_of_list),
    Field(min_length=1),
]
