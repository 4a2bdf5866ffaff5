"""What must hold between keys because of the make of the provider: tenants, Apple's names, form_post."""

from collections.abc import Callable, Iterator

from bridge.settings.faults import Problem
from bridge.settings.presets import preset_of
from bridge.settings.private_keys import signs_as_es256
from bridge.settings.tree import Tree, tables

_APPLE = "apple_client_secret"
_NOT_ASSERTED = (
    'must not be "asserted" with several tenants: each could name an address of another one; set "verified",'
    " or make one connection for each tenant"
)


def tenants_fit_issuer(settings: Tree) -> Iterator[Problem]:
    """Where an address stands for many tenants, those that are meant are named; elsewhere none is."""
    for name, connection in tables(settings, "connections"):
        issuer, preset = connection.get("issuer"), preset_of(connection)
        if preset is None or not isinstance(issuer, str):
            continue
        named = connection.get("tenants", ()) not in ([], ())
        path = ("connections", name, "tenants")
        if preset.template_for(issuer) and not named:
            yield path, "is needed with this issuer, where people of any tenant can sign in; list IDs"
        if not preset.template_for(issuer) and named:
            yield path, "is not used with this issuer, which is one tenant's or no tenant's; remove it"


def no_tenant_speaks_for_another(settings: Tree) -> Iterator[Problem]:
    """Several tenants share one list of domains: what one asserts could be an address of another's."""
    for name, connection in tables(settings, "connections"):
        tenants = connection.get("tenants", ())
        several = isinstance(tenants, list | tuple) and len(tenants) > 1
        if several and connection.get("email_trust") == "asserted":
            yield ("connections", name, "email_trust"), _NOT_ASSERTED


def apple_ids_fit_client_auth(settings: Tree) -> Iterator[Problem]:
    """A secret of Apple's kind is signed by one key, in the name of one team."""
    for name, connection in tables(settings, "connections"):
        is_apples = connection.get("client_auth") == _APPLE
        for key, what in (("apple_team_id", "Team ID"), ("apple_key_id", "ID of the key in client_keys")):
            given = bool(connection.get(key))
            if is_apples and not given:
                yield ("connections", name, key), f'is needed with client_auth = "{_APPLE}"; write the {what}'
            if given and not is_apples:
                yield ("connections", name, key), f'is used with client_auth = "{_APPLE}" only; remove it'
        keys = connection.get("client_keys", ())
        if is_apples and isinstance(keys, list | tuple) and keys:
            path = ("connections", name, "client_keys")
            if len(keys) > 1:
                yield path, "must hold one key alone: apple_key_id names one"
            elif not signs_as_es256(keys[0]):
                yield (*path, 0), "must be the key from Apple's .p8 file, on the curve P-256"


def scopes_fit_response_mode(settings: Tree) -> Iterator[Problem]:
    """Some scopes are granted in a form only."""
    for name, connection in tables(settings, "connections"):
        preset, scopes = preset_of(connection), connection.get("scopes")
        if preset is None or not isinstance(scopes, list | tuple):
            continue
        asked = [scope for scope in preset.form_post_scopes if scope in scopes]
        if asked and connection.get("response_mode") == "query":
            yield (
                ("connections", name, "response_mode"),
                f'must be "form_post": {preset.title} grants the scope {asked[0]} in no other way',
            )


MAKE_RULES: tuple[Callable[[Tree], Iterator[Problem]], ...] = (
    tenants_fit_issuer,
    no_tenant_speaks_for_another,
    apple_ids_fit_client_auth,
    scopes_fit_response_mode,
)
