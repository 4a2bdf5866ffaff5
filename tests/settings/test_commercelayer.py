"""A Commerce Layer store: which keys each mode needs, and what their values may be."""

from pathlib import Path

import pytest

from bridge.domain.secret import Secret

from .samples import ENVIRON, MINIMAL, changed, faults_of, read

HEAD = MINIMAL.partition("[stores.us]")[0]
STORE = """\
[stores.eu]
platform = "commercelayer"
url = "https://shop.example.eu"
connections = ["acme"]
return_url = "https://shop.example.eu/auth/return"
handoff_secret = "a-handoff-secret-of-forty-characters-or-so"

[stores.eu.commercelayer]
"""
BEARER = """\
slug = "my-org"
client_id = "channel"
client_secret = "channel-secret"
scope = "market:code:europe"
"""
LEGACY = """\
mode = "legacy_sso"
slug = "my-org"

[stores.eu.commercelayer.legacy_sso]
shared_secret = "planted-shared-secret"
organization = { id = "org", slug = "my-org", enterprise = true }
application = { id = "app", kind = "sales_channel", public = true }
market = { id = ["m"], price_list_id = "p", stock_location_ids = ["s"], allows_external_prices = false }
"""
BEARER_TEXT, LEGACY_TEXT = HEAD + STORE + BEARER, HEAD + STORE + LEGACY
PATH = "stores.eu.commercelayer"


def with_lines(*lines: str) -> str:
    return BEARER_TEXT + "\n".join([*lines, ""])


def said(folder: Path, text: str) -> list[str]:
    """The faults, without their lines."""
    return [line.rpartition(" (line ")[0] for line in faults_of(folder, text, ENVIRON)]


def test_the_contracts_example_is_read_with_its_defaults(tmp_path: Path) -> None:
    store = read(tmp_path, BEARER_TEXT).stores["eu"].account
    assert store is not None
    assert (store.mode, store.slug, store.scope) == ("jwt_bearer", "my-org", "market:code:europe")
    assert store.client_secret == Secret("channel-secret")
    assert (store.auth_url, store.api_url) == ("https://auth.commercelayer.io", "")
    assert (store.integration_client_id, store.integration_client_secret) == ("", None)
    assert (store.customer_group, store.backend_auth, store.legacy_sso) == ("", None, None)


def test_the_legacy_table_is_read(tmp_path: Path) -> None:
    store = read(tmp_path, LEGACY_TEXT).stores["eu"].account
    assert store is not None
    legacy = store.legacy_sso
    assert legacy is not None
    assert (legacy.test, legacy.lifetime, legacy.reads_skus) == (False, 7200, True)
    assert legacy.market is not None
    assert (legacy.market.id, legacy.market.geocoder_id) == (("m",), "")
    assert "planted" not in repr(store)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('client_id = "channel"\n', 'client_id: is needed with mode = "jwt_bearer"'),
        ('client_secret = "channel-secret"\n', 'client_secret: is needed with mode = "jwt_bearer"'),
        ('scope = "market:code:europe"\n', 'scope: is needed with mode = "jwt_bearer"; without it tokens would be good for all markets'),
    ],
)  # fmt: skip
def test_the_bearer_mode_says_what_it_lacks(tmp_path: Path, line: str, expected: str) -> None:
    assert said(tmp_path, changed(line, "", BEARER_TEXT)) == [f"{PATH}.{expected}"]


@pytest.mark.parametrize("scope", ["", "market", "market:1234", "market:code:", "market:code:a  market:code:b", "market:code:a,market:code:b", " market:code:a", "everything"])  # fmt: skip
def test_a_scope_that_the_platform_would_not_read_is_refused(tmp_path: Path, scope: str) -> None:
    (fault,) = said(tmp_path, changed("market:code:europe", scope, BEARER_TEXT))
    assert fault.startswith(f"{PATH}.scope: ")


@pytest.mark.parametrize("scope", ["market:id:AbCd", "market:code:a market:code:b", "stock_location:code:x store:id:y", "market:all"])  # fmt: skip
def test_scopes_that_the_platform_reads(tmp_path: Path, scope: str) -> None:
    store = read(tmp_path, changed("market:code:europe", scope, BEARER_TEXT)).stores["eu"].account
    assert store is not None
    assert store.scope == scope


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (['integration_client_id = "i"'], "integration_client_secret: is needed with integration_client_id"),
        (['integration_client_secret = "i"'], "integration_client_id: is needed with integration_client_secret"),
        (['auth_url = "http://auth.example.com"'], "auth_url: must start with https://; plain http is only for this machine's own address (localhost, 127.0.0.1, [::1]) with server.development = true"),
        (['auth_url = "http://127.0.0.1:1"'], "auth_url: must start with https://; on your own machine, set server.development = true to allow plain http there"),
        (['api_url = "http://127.0.0.1:1"'], "api_url: must start with https://; on your own machine, set server.development = true to allow plain http there"),
        (['api_url = "my-org.commercelayer.io"'], "api_url: must be an absolute URL that starts with https://"),
        (['customer_group = "a/b"'], "customer_group: must be the id of a customer group, or empty"),
        (['mode = "jwt_bearr"'], "mode: must be one of jwt_bearer, legacy_sso; did you mean `jwt_bearer`?"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_at_its_key(tmp_path: Path, lines: list[str], expected: str) -> None:
    assert said(tmp_path, with_lines(*lines)) == [f"{PATH}.{expected}"]


@pytest.mark.parametrize("slug", ["My-Org", "-org", "my_org", "my.org", "", "a/b", "x" * 64])
def test_a_slug_is_one_label_of_a_host(tmp_path: Path, slug: str) -> None:
    assert said(tmp_path, changed('"my-org"', f'"{slug}"', BEARER_TEXT)) == [
        f"{PATH}.slug: must be the organization's sub-domain: small letters, digits and -"
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('mode = "legacy_sso"\n', 'client_id = "c"\nclient_secret = "s"\nscope = "market:all"\n', ['legacy_sso: is not used with mode = "jwt_bearer"; remove it, or set mode = "legacy_sso"']),
        ('id = "org", slug = "my-org"', 'id = "org", slug = "another"', ["legacy_sso.organization.slug: must be the same as the store's `slug`"]),
        ('stock_location_ids = ["s"], ', "", ["legacy_sso.market.stock_location_ids: is needed for a sales channel that reads SKUs; set reads_skus = false if it reads none"]),
        ('price_list_id = "p", ', "", ['legacy_sso.market.price_list_id: is missing; write for example: price_list_id = "nZvJYhAlpq"']),
        (", allows_external_prices = false", "", ["legacy_sso.market.allows_external_prices: is missing; write for example: allows_external_prices = false"]),
        ('id = ["m"]', "id = []", ["legacy_sso.market.id: must hold at least one entry"]),
        ('id = ["m"]', 'id = "m"', ['legacy_sso.market.id: must be a list in brackets, such as ["…"]']),
        ('id = ["m"]', 'id = [""]', ["legacy_sso.market.id[0]: must be an id: visible ASCII without spaces, at most 128 characters"]),
        ('kind = "sales_channel"', 'kind = "shop"', ["legacy_sso.application.kind: must be one of sales_channel, integration, webapp"]),
        ("enterprise = true", 'enterprise = "yes"', ["legacy_sso.organization.enterprise: must be true or false, without quotes"]),
        ('shared_secret = "planted-shared-secret"', 'shared_secret = "s"\nlifetime = 0', ["legacy_sso.lifetime: must be a whole number from 60 to 86400"]),
    ],
)  # fmt: skip
def test_the_documented_rules_of_the_legacy_token_are_checked_when_read(
    tmp_path: Path, old: str, new: str, expected: list[str]
) -> None:
    shown = said(tmp_path, changed(old, new, LEGACY_TEXT))
    assert shown == [f"{PATH}.{one}" for one in expected]
    assert "planted" not in "".join(shown)


def test_without_a_market_a_sales_channel_must_say_that_it_reads_no_skus(tmp_path: Path) -> None:
    text = "".join(line for line in LEGACY_TEXT.splitlines(keepends=True) if not line.startswith("market"))
    (fault,) = said(tmp_path, text)
    assert fault == (
        f"{PATH}.legacy_sso.market: the table [{PATH}.legacy_sso.market] is missing; it is needed for a sales"
        " channel that reads SKUs; set reads_skus = false if it reads none"
    )
    read(tmp_path, changed("shared_secret", "reads_skus = false\nshared_secret", text))
    read(tmp_path, changed('"sales_channel"', '"webapp"', text))


def test_the_legacy_mode_needs_its_table_and_no_client(tmp_path: Path) -> None:
    text = HEAD + STORE + 'mode = "legacy_sso"\nslug = "my-org"\n'
    assert said(tmp_path, text) == [
        f'{PATH}.legacy_sso: the table [{PATH}.legacy_sso] is missing; mode = "legacy_sso" needs it'
    ]


def test_a_store_holds_the_table_of_one_platform(tmp_path: Path) -> None:
    text = with_lines("[stores.eu.bigcommerce]", 'store_hash = "a"', 'client_id = "b"', 'client_secret = "c"')
    (fault,) = said(tmp_path, text)
    assert fault == (
        'stores.eu.bigcommerce: is not used with platform = "commercelayer"; remove it, or set platform ='
        ' "bigcommerce"'
    )


def test_loopback_is_for_development(tmp_path: Path) -> None:
    text = with_lines('auth_url = "http://127.0.0.1:1"', 'api_url = "http://localhost:2/"')
    text = changed("[server]\n", "[server]\ndevelopment = true\n", text)
    store = read(tmp_path, text).stores["eu"].account
    assert store is not None
    assert (store.auth_url, store.api_url) == ("http://127.0.0.1:1", "http://localhost:2")
