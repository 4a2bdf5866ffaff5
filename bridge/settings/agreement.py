"""What must hold between keys: each rule is one small function in the table RULES.

The rules read the tree as it stands in the file as well as the finished models, so that an operator sees
these faults beside the others, not after mending them. What a rule cannot read, its own check reports.
"""

import difflib
from collections.abc import Callable, Iterator

from bridge.settings.agreement_delivery import DELIVERY_RULES
from bridge.settings.agreement_makes import MAKE_RULES
from bridge.settings.agreement_platforms import PLATFORM_RULES, strings_in
from bridge.settings.agreement_profile import PROFILE_RULES
from bridge.settings.agreement_redis import REDIS_RULES
from bridge.settings.agreement_tokens import BY_CERTIFICATE, TOKEN_RULES
from bridge.settings.faults import KeyPath, Problem, WrongValueError, shown_path
from bridge.settings.presets import preset_of
from bridge.settings.tree import Tree
from bridge.settings.tree import table as _table
from bridge.settings.tree import tables as _tables
from bridge.settings.urls import parse_web_url

_BY_KEY = ("private_key_jwt", "apple_client_secret")
_LISTED = 10  # how many names a message lists at most
_KEY_FOR_REQUESTS = 'is needed with request_objects = true; list a PEM private key: ["file:PATH"]'
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
        addresses.append((("stores", name, "return_url"), store.get("return_url")))
        addresses.append((("stores", name, "webhook", "url"), _table(store.get("webhook")).get("url")))
        origins = store.get("browser_origins")
        for position, origin in enumerate(origins if isinstance(origins, list | tuple) else ()):
            addresses.append((("stores", name, "browser_origins", position), origin))
        addresses += strings_in(name, store)  # of the platform, which are addresses only it knows
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
        if auth in ("none", *_BY_KEY, *BY_CERTIFICATE) and has_secret:
            yield (
                path,
                f'is not used with client_auth = "{auth}"; remove it, or set client_auth to how it is sent',
            )


def keys_fit_client_auth(settings: Tree) -> Iterator[Problem]:
    """Who signs, a proof or a request, has a key to sign with, and no other has any."""
    for name, connection in _tables(settings, "connections"):
        if connection.get("request_objects") is True:
            if connection.get("client_keys", ()) in ([], ()):
                yield ("connections", name, "client_keys"), _KEY_FOR_REQUESTS
            continue
        auth = connection.get("client_auth", "client_secret_basic")
        has_key = connection.get("client_keys", ()) not in ([], ())
        path = ("connections", name, "client_keys")
        if auth in _BY_KEY and not has_key:
            yield path, f'is needed with client_auth = "{auth}"; list a PEM private key: ["file:PATH"]'
        if auth in ("client_secret_basic", "client_secret_post", "none", *BY_CERTIFICATE) and has_key:
            yield path, f'is not used with client_auth = "{auth}"; remove it, or set "private_key_jwt" there'


def acr_is_asked_for_once(settings: Tree) -> Iterator[Problem]:
    """Core 5.5.1.1: what a provider makes of both forms at once is not specified."""
    for name, connection in _tables(settings, "connections"):
        asked = _table(_table(connection.get("claims")).get("id_token"))
        if "acr" in asked and connection.get("acr_values", ()) not in ([], ()):
            path = ("connections", name, "acr_values")
            yield (
                path,
                "asks for acr as `claims` does; what providers make of both is not specified: keep one",
            )


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


RULES: tuple[Callable[[Tree], Iterator[Problem]], ...] = (
    http_needs_development,
    secret_fits_client_auth,
    keys_fit_client_auth,
    *TOKEN_RULES,
    acr_is_asked_for_once,
    issuer_fits_provider,
    *MAKE_RULES,
    stores_name_known_connections,
    *PLATFORM_RULES,
    *DELIVERY_RULES,
    *PROFILE_RULES,
    *REDIS_RULES,
)


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
