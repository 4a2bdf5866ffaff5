"""What must hold between the keys of one Commerce Layer store."""

from collections.abc import Iterator

from bridge.platform_api import KeyPath, Problem, Tree, shown_path, table

_BEARER_KEYS = ("client_id", "client_secret", "scope")
_INTEGRATION_KEYS = ("integration_client_id", "integration_client_secret")


def bearer_mode_has_its_keys(at: KeyPath, store: Tree) -> Iterator[Problem]:
    """The JWT bearer grant needs a client, its secret and a scope."""
    path, organization = (*at, "commercelayer"), table(store.get("commercelayer"))
    if organization.get("mode", "jwt_bearer") != "jwt_bearer":
        return
    for key in _BEARER_KEYS:
        if organization.get(key) in (None, ""):
            why = "; without it tokens would be good for all markets" if key == "scope" else ""
            yield (*path, key), f'is needed with mode = "jwt_bearer"{why}'


def legacy_table_comes_with_its_mode(at: KeyPath, store: Tree) -> Iterator[Problem]:
    """The retired signer's secret stands nowhere where it is not used."""
    path, organization = (*at, "commercelayer"), table(store.get("commercelayer"))
    mode, legacy = organization.get("mode", "jwt_bearer"), organization.get("legacy_sso")
    here = (*path, "legacy_sso")
    if mode == "legacy_sso" and legacy is None:
        yield here, f'the table [{shown_path(here)}] is missing; mode = "legacy_sso" needs it'
    if mode == "jwt_bearer" and legacy is not None:
        yield here, 'is not used with mode = "jwt_bearer"; remove it, or set mode = "legacy_sso"'


def legacy_slugs_are_one(at: KeyPath, store: Tree) -> Iterator[Problem]:
    """A token of one organization is of no use to another one."""
    path, organization = (*at, "commercelayer"), table(store.get("commercelayer"))
    slug = organization.get("slug")
    inner = table(table(organization.get("legacy_sso")).get("organization")).get("slug")
    if isinstance(slug, str) and isinstance(inner, str) and slug != inner:
        yield (*path, "legacy_sso", "organization", "slug"), "must be the same as the store's `slug`"


def sku_readers_have_stock_locations(at: KeyPath, store: Tree) -> Iterator[Problem]:
    """A sales channel sees no SKU without a stock location."""
    path, organization = (*at, "commercelayer"), table(store.get("commercelayer"))
    legacy = table(organization.get("legacy_sso"))
    kind = table(legacy.get("application")).get("kind")
    if kind != "sales_channel" or legacy.get("reads_skus", True) is not True:
        return
    market = legacy.get("market")
    hint = "for a sales channel that reads SKUs; set reads_skus = false if it reads none"
    here = (*path, "legacy_sso", "market")
    if market is None:
        yield here, f"the table [{shown_path(here)}] is missing; it is needed {hint}"
    elif table(market).get("stock_location_ids", ()) in ([], ()):
        yield (*here, "stock_location_ids"), f"is needed {hint}"


def integration_is_whole(at: KeyPath, store: Tree) -> Iterator[Problem]:
    """An id without its secret, or the other way round, is of no use."""
    path, organization = (*at, "commercelayer"), table(store.get("commercelayer"))
    given = [key for key in _INTEGRATION_KEYS if organization.get(key) not in (None, "")]
    if len(given) == 1:
        (missing,) = set(_INTEGRATION_KEYS) - set(given)
        yield (*path, missing), f"is needed with {given[0]}"


COMMERCELAYER_RULES = (
    bearer_mode_has_its_keys,
    legacy_table_comes_with_its_mode,
    legacy_slugs_are_one,
    sku_readers_have_stock_locations,
    integration_is_whole,
)
