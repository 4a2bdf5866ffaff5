"""The example and the schema are true: they come from the declaration and the reader accepts them."""

import re
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bridge.settings import declared_keys, example_toml, json_schema
from bridge.settings.keys import NAME, Key
from bridge.settings.toml import toml_value

from .samples import COOKIE_KEY, changed, faults_of, pem, read
from .test_tokens import KEY, certificate

SHIPPED = Path(__file__).parents[2] / "config" / "bridge.example.toml"
ENVIRON = {
    "BRIDGE_COOKIE_KEY": COOKIE_KEY,
    "ACME_SECRET": "acme-secret",
    "BC_SECRET": "bc-secret",
    "BC_TOKEN": "bc-token",
    "EU_HANDOFF": "eu-handoff-" * 5,
    "SHOPIFY_MULTIPASS": "multipass-secret",
    "CL_SECRET": "cl-secret",
    "CL_INTEGRATION": "cl-integration",
}
KEYS = [pytest.param(key, id=".".join(key.path)) for key in declared_keys()]
VALUES = [pytest.param(key, id=".".join(key.path)) for key in declared_keys() if key.table is None]


@pytest.fixture(scope="module")
def example() -> str:
    """Made once for the tests of each key."""
    return example_toml()


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """The same; change nothing in it."""
    return json_schema()


def test_the_shipped_example_is_the_generated_one() -> None:
    assert SHIPPED.read_text(encoding="utf-8") == example_toml(), (
        "write config/bridge.example.toml anew from `bridge config example`"
    )


def test_the_example_is_read_without_faults(tmp_path: Path) -> None:
    settings = read(tmp_path, example_toml(), ENVIRON)

    assert list(settings.connections) == ["acme"]
    assert list(settings.stores) == ["us", "eu", "plus"]


def test_the_example_needs_the_variables_it_names(tmp_path: Path) -> None:
    shown = faults_of(tmp_path, example_toml(), {})

    assert [name for name in ENVIRON if any(f"variable {name} is not set" in line for line in shown)] == list(
        ENVIRON
    )
    assert len(shown) == len(ENVIRON)


def test_the_defaults_it_shows_are_the_defaults(tmp_path: Path) -> None:
    """Taking every commented key in changes nothing."""
    spelled_out = re.sub(r"^#(?=[a-z_]+ = )", "", example_toml(), flags=re.MULTILINE)

    assert spelled_out != example_toml()
    assert read(tmp_path, spelled_out, ENVIRON) == read(tmp_path, example_toml(), ENVIRON)


def test_the_examples_it_gives_are_valid(tmp_path: Path) -> None:
    """Taking every "Example:" in reads well too."""
    text = re.sub(r"^# Example: (.*)\n#.*$", r"\1", example_toml(), flags=re.MULTILINE)
    text = re.sub(r"^(?:tenants|apple_\w+) = .*$", "", text, flags=re.MULTILINE)  # of other makes
    text = re.sub(r"^metadata = .*$", "", text, flags=re.MULTILINE)  # of another platform
    (tmp_path / "theme.css").touch()
    (tmp_path / "store.css").touch()
    (tmp_path / "logo.svg").write_text("<svg/>", encoding="utf-8")
    (tmp_path / "texts").mkdir()
    (tmp_path / "acme-ca.pem").touch()
    (tmp_path / "acme-client.pem").write_text(pem(), encoding="utf-8")
    (tmp_path / "acme-certificate.pem").write_text(certificate(), encoding="utf-8")
    (tmp_path / "acme-certificate-key.pem").write_text(pem(KEY), encoding="utf-8")
    (tmp_path / "acme-decryption.pem").write_text(pem(), encoding="utf-8")
    for name in ("redis-ca.pem", "redis-client.pem"):
        (tmp_path / name).write_text(certificate(), encoding="utf-8")
    (tmp_path / "redis-client-key.pem").write_text(pem(KEY), encoding="utf-8")
    text = changed('"redis://127.0.0.1:6379/0"', '"redis+sentinel://127.0.0.1/main/0"', text)
    text = changed('profile = "fapi2"\n', "", text)  # which wants no secret
    by_secret, by_key = 'client_auth = "client_secret_post"', 'client_auth = "private_key_jwt"'
    keyed = changed('client_secret = "env:ACME_SECRET"\n', "", changed(by_secret, by_key, text))

    environ = {
        **ENVIRON,
        "CL_BACKEND_AUTH": "cl-backend",
        "BC_STOREFRONT_TOKEN": "bc-storefront",
        "SENTINEL_PASSWORD": "x",
        "BRIDGE_METRICS_TOKEN": "metrics-" * 5,
        "EU_WEBHOOK": "whsec_" + "QUFB" * 11,
    }
    settings = read(tmp_path, text, environ)

    assert len(read(tmp_path, keyed, environ).connections["acme"].client_keys) == 1
    assert settings.connections["acme"].signing_algs == ("RS256",)
    assert settings.server.attempt_lifetime == 600


@pytest.mark.parametrize("key", KEYS)
def test_every_key_is_described(key: Key) -> None:
    description = key.field.description or ""

    assert re.search(r"\.$|PATH\.$", description), "a description is one or more sentences"
    assert len(description) > 15


@pytest.mark.parametrize("key", VALUES)
def test_every_value_has_an_example_and_stands_in_the_file(key: Key, example: str) -> None:
    assert key.field.examples
    # What nobody should begin with is shown in comments altogether.
    assert re.search(rf"^(#   )?#?{key.path[-1]} = ", example, flags=re.MULTILINE)


def test_the_order_is_the_contracts() -> None:
    tables = re.findall(r"^\[(.*)\]$", example_toml(), flags=re.MULTILINE)

    assert tables == [
        "server", "server.limits", "redis", "connections.acme", "stores.us", "stores.us.customers",
        "stores.us.customers.map", "stores.us.pages", "stores.us.webhook", "stores.us.bigcommerce",
        "stores.eu", "stores.eu.commercelayer", "stores.plus", "stores.plus.shopify", "pages",
    ]  # fmt: skip


def test_the_schema_accepts_the_example() -> None:
    schema = json_schema()
    document = tomllib.loads(example_toml())

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert list(schema_faults(schema, document, schema)) == []


def test_the_schema_refuses_what_the_reader_refuses() -> None:
    schema = json_schema()
    document = tomllib.loads(example_toml())
    document["server"]["zzz"] = 1
    document["server"]["attempt_lifetime"] = "900"
    document["connections"]["acme"]["provider"] = "otka"
    del document["redis"]["url"]

    assert len(list(schema_faults(schema, document, schema))) == 4


@pytest.mark.parametrize("key", KEYS)
def test_the_schema_describes_every_key(key: Key, schema: dict[str, Any]) -> None:
    node = schema
    for part in key.path:
        node = resolved(node, schema)
        node = next(iter(node["patternProperties"].values())) if part == NAME else node["properties"][part]

    assert node["description"] == key.field.description
    if key.table is None:
        assert node["title"]
        example = tomllib.loads(f"x = {toml_value(key.field.examples[0])}" if key.field.examples else "")["x"]
        example = example.isoformat() if isinstance(example, date) else example  # as editors see it
        assert list(schema_faults(node, example, schema)) == []


def test_the_schema_knows_secrets_as_strings() -> None:
    definitions = json_schema()["$defs"]
    secret = {"type": "string", "minLength": 1, "writeOnly": True}

    acme = definitions["ConnectionSettings"]["properties"]["client_secret"]
    assert acme["anyOf"] == [secret, {"type": "array", "items": secret}]
    assert definitions["BigCommerceSettings"]["properties"]["access_token"].items() >= secret.items()
    assert "null" not in str(json_schema())


def resolved(node: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in node:
        return node
    found: dict[str, Any] = schema["$defs"][node["$ref"].rpartition("/")[2]]
    return found


def schema_faults(node: dict[str, Any], value: object, schema: dict[str, Any]) -> Iterator[str]:
    """Judge `value` by as much of JSON Schema as ours uses; a keyword it does not know is an error."""
    node = resolved(node, schema)
    known = {
        "$schema", "$defs", "$ref", "title", "description", "examples", "default", "writeOnly", "type", "enum",
        "const", "minimum", "maximum", "minLength", "minItems", "minProperties", "items", "properties",
        "patternProperties", "additionalProperties", "required", "anyOf",
    }  # fmt: skip
    assert set(node) <= known, set(node) - known
    kinds: dict[str, type] = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}
    if "anyOf" in node and all(any(schema_faults(each, value, schema)) for each in node["anyOf"]):
        yield f"{value!r} fits none of its forms"
    if "type" in node and type(value) is not kinds[node["type"]]:
        yield f"{value!r} is not of type {node['type']}"
        return
    if value not in node.get("enum", [value]) or value != node.get("const", value):
        yield f"{value!r} is not one of the words"
    if isinstance(value, int) and not node.get("minimum", value) <= value <= node.get("maximum", value):
        yield f"{value!r} is out of bounds"
    least = max(node.get(word, 0) for word in ("minLength", "minItems", "minProperties"))
    if isinstance(value, str | list | dict) and len(value) < least:
        yield f"{value!r} is too short"
    for item in value if isinstance(value, list) else []:
        yield from schema_faults(node.get("items", {}), item, schema)
    if isinstance(value, dict):
        yield from table_faults(node, value, schema)


def table_faults(node: dict[str, Any], table: dict[str, object], schema: dict[str, Any]) -> Iterator[str]:
    yield from (f"{name} is missing" for name in node.get("required", []) if name not in table)
    named, patterns = node.get("properties", {}), node.get("patternProperties", {})
    for name, inner in table.items():
        fitting = [each for pattern, each in patterns.items() if re.search(pattern, name)]
        fitting += [named[name]] if name in named else []
        for each in fitting:
            yield from schema_faults(each, inner, schema)
        others = node.get("additionalProperties")
        if not fitting and isinstance(others, dict):
            fitting = [others]
            yield from schema_faults(others, inner, schema)
        if not fitting:
            yield f"{name} is unknown"
