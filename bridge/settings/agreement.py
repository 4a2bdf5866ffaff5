"""What must hold between keys: each rule is one small function in the table RULES.

The rules read the tree as it stands in the file as well as the finished models, so that an operator sees
these faults beside the others, not after mending them. What a rule cannot read, its own check reports.
"""

import difflib
from collections.abc import Callable, Iterator, Mapping

from pydantic import BaseModel

from bridge.settings.faults import KeyPath, Problem, WrongValueError, shown_path
from bridge.settings.presets import preset_of
from bridge.settings.urls import parse_web_url

Tree = Mapping[str, object]

_LISTED = 10  # how many names a message lists at most
_HTTPS_WANTED = (
    "must start with https://; on your own machine, set server.development = true to allow plain http there"
)


def problems_between_keys(tree: object) -> Iterator[Problem]:
    """Yield each rule's problems in `tree`: a Settings, or tables as nested dicts."""
    settings = _table(tree)
    for rule in RULES:
        yield from rule(settings)


def http_needs_development(settings: Tree) -> Iterator[Problem]:
    """Plain http, which the values allow for loopback only, is for development only."""
    server = _table(settings.get("server"))
    if server.get("development") is True:
        return
    addresses: list[tuple[KeyPath, object]] = [(("server", "public_url"), server.get("public_url"))]
    for name, connection in _tables(settings, "connections"):
        addresses.append((("connections", name, "issuer"), connection.get("issuer")))
    for name, store in _tables(settings, "stores"):
        addresses.append((("stores", name, "url"), store.get("url")))
        api_url = _table(store.get("bigcommerce")).get("api_url")
        addresses.append((("stores", name, "bigcommerce", "api_url"), api_url))
    for path, address in addresses:
        if _is_plain_loopback(address):
            yield path, _HTTPS_WANTED


def secret_fits_client_auth(settings: Tree) -> Iterator[Problem]:
    """A client that proves itself with a secret has one, and no other has any."""
    for name, connection in _tables(settings, "connections"):
        auth = connection.get("client_auth", "client_secret_basic")
        has_secret = connection.get("client_secret", ()) not in ([], ())
        path = ("connections", name, "client_secret")
        if auth in ("client_secret_basic", "client_secret_post") and not has_secret:
            yield path, f'is needed with client_auth = "{auth}"; for a public client set client_auth = "none"'
        if auth in ("none", "private_key_jwt") and has_secret:
            yield (
                path,
                f'is not used with client_auth = "{auth}"; remove it, or set client_auth to how it is sent',
            )


def keys_fit_client_auth(settings: Tree) -> Iterator[Problem]:
    """A client that proves itself with a key has one, and no other has any."""
    for name, connection in _tables(settings, "connections"):
        auth = connection.get("client_auth", "client_secret_basic")
        has_key = connection.get("client_keys", ()) not in ([], ())
        path = ("connections", name, "client_keys")
        if auth == "private_key_jwt" and not has_key:
            yield (
                path,
                'is needed with client_auth = "private_key_jwt"; list a PEM private key: ["file:PATH"]',
            )
        if auth in ("client_secret_basic", "client_secret_post", "none") and has_key:
            yield path, f'is not used with client_auth = "{auth}"; remove it, or set "private_key_jwt" there'


def issuer_fits_provider(settings: Tree) -> Iterator[Problem]:
    """An issuer is none that the provider of that make surely does not have."""
    for name, connection in _tables(settings, "connections"):
        issuer, preset = connection.get("issuer"), preset_of(connection)
        if preset is None or not isinstance(issuer, str) or not _is_web_url(issuer):
            continue
        if fault := preset.issuer_fault(issuer):
            yield ("connections", name, "issuer"), fault


def stores_name_known_connections(settings: Tree) -> Iterator[Problem]:
    """A store names connections that exist."""
    known = list(_table(settings.get("connections")))
    if not known:
        return
    for name, store in _tables(settings, "stores"):
        wanted = store.get("connections")
        for position, connection in enumerate(wanted if isinstance(wanted, list | tuple) else ()):
            if isinstance(connection, str) and connection not in known:
                near = difflib.get_close_matches(connection, known, n=1)
                names = ", ".join(shown_path((each,)) for each in known[:_LISTED])
                hint = f"did you mean `{near[0]}`?" if near else f"there are: {names}"
                yield ("stores", name, "connections", position), f"names no connection of this file; {hint}"


def platform_has_its_table(settings: Tree) -> Iterator[Problem]:
    """A store has the table of its platform."""
    for name, store in _tables(settings, "stores"):
        if store.get("platform") == "bigcommerce" and store.get("bigcommerce") is None:
            path = ("stores", name, "bigcommerce")
            yield path, f'the table [{shown_path(path)}] is missing; platform = "bigcommerce" needs it'


RULES: tuple[Callable[[Tree], Iterator[Problem]], ...] = (
    http_needs_development,
    secret_fits_client_auth,
    keys_fit_client_auth,
    issuer_fits_provider,
    stores_name_known_connections,
    platform_has_its_table,
)


def _table(value: object) -> Tree:
    if isinstance(value, BaseModel):
        return dict(value)
    return value if isinstance(value, Mapping) else {}


def _tables(settings: Tree, key: str) -> Iterator[tuple[str, Tree]]:
    for name, value in _table(settings.get(key)).items():
        yield name, _table(value)


def _is_plain_loopback(address: object) -> bool:
    try:
        return isinstance(address, str) and parse_web_url(address).is_plain_loopback
    except WrongValueError:
        return False


def _is_web_url(text: str) -> bool:
    try:
        parse_web_url(text)
    except WrongValueError:
        return False
    return True
