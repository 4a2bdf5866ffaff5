"""How a store's token reaches its storefront: what must hold between the keys, each fault at its key."""

from pathlib import Path
from typing import Any

import pytest

from bridge.domain.secret import Secret
from bridge.settings import ConfigFaults, Settings, read_settings

SECRET = "s" * 32
BIGCOMMERCE = {"store_hash": "abc123", "client_id": "c", "client_secret": "s"}
COMMERCELAYER = {"slug": "my-org", "client_id": "c", "client_secret": "s", "scope": "market:code:europe"}
RETURN = {"return_url": "https://shop.example.eu/auth/return"}
CODE = {"delivery": "code", **RETURN, "handoff_secret": SECRET}


def read(folder: Path, platform: str, store: dict[str, Any], account: dict[str, Any]) -> Settings:
    tables: dict[str, dict[str, Any]] = {
        "server": {"public_url": "https://sso.example.com", "cookie_keys": ["k" * 32]},
        "redis": {"url": "redis://127.0.0.1:6379/0"},
        "connections.acme": {"issuer": "https://idp.example.com", "client_id": "b", "client_secret": "s"},
        "stores.eu": {
            "platform": platform,
            "url": "https://shop.example.eu",
            "connections": ["acme"],
            **store,
        },
        f"stores.eu.{platform}": account,
    }
    from tests.journeys.stage import toml

    path = folder / "bridge.toml"
    path.write_text(toml(tables), encoding="utf-8")
    return read_settings(path, {})


def bigcommerce(folder: Path, store: dict[str, Any], **account: Any) -> Settings:
    return read(folder, "bigcommerce", store, {**BIGCOMMERCE, **account})


def said(folder: Path, platform: str, store: dict[str, Any], **account: Any) -> list[str]:
    """The faults, without their lines."""
    own = BIGCOMMERCE if platform == "bigcommerce" else COMMERCELAYER
    try:
        read(folder, platform, store, {**own, **account})
    except ConfigFaults as faults:
        return sorted(str(fault).partition(" (line")[0].removeprefix("stores.eu.") for fault in faults.faults)
    return []


@pytest.mark.parametrize(
    ("platform", "store"),
    [
        ("bigcommerce", {}),
        ("bigcommerce", {"delivery": "redirect"}),
        ("bigcommerce", CODE),
        ("bigcommerce", {"delivery": "code", **RETURN, "browser_origins": ["https://app.example.eu"]}),
        ("commercelayer", {**RETURN, "handoff_secret": [SECRET, "t" * 40]}),
        ("commercelayer", {**RETURN, "delivery": "query"}),
        ("commercelayer", {**RETURN, "delivery": "fragment"}),
        ("commercelayer", {**RETURN, "delivery": "form_post"}),
        (
            "commercelayer",
            {
                "delivery": "query",
                "return_url": "https://my-org.commercelayer.app/my-account",
                "browser_origins": ["https://my-org.commercelayer.app"],
            },
        ),
    ],
)
def test_what_fits_together_is_taken(tmp_path: Path, platform: str, store: dict[str, Any]) -> None:
    assert said(tmp_path, platform, store) == []


FAULTS: dict[str, tuple[str, dict[str, Any], str]] = {
    "no platform token for browsers": (
        "bigcommerce",
        {**RETURN, "delivery": "query"},
        'delivery: must be one of redirect, code for platform = "bigcommerce"',
    ),
    "no address of its own": (
        "commercelayer",
        {"delivery": "redirect"},
        'delivery: must be one of code, query, fragment, form_post for platform = "commercelayer"',
    ),
    "nowhere to go": (
        "commercelayer",
        {"handoff_secret": SECRET},
        'return_url: is needed with delivery = "code": the page of the storefront that takes it',
    ),
    "nobody may redeem": (
        "commercelayer",
        RETURN,
        (
            'handoff_secret: is needed with delivery = "code"; for a storefront without a server of its own, list'
            " its pages in browser_origins"
        ),
    ),
    "short secret": (
        "commercelayer",
        {**RETURN, "handoff_secret": "s" * 31},
        (
            "handoff_secret: must have at least 32 characters; make one with:"
            ' python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
        ),
    ),
    "secret nobody asks for": (
        "commercelayer",
        {**RETURN, "delivery": "query", "handoff_secret": SECRET},
        'handoff_secret: is not used with delivery = "query"; remove it',
    ),
    "somebody else's page": (
        "commercelayer",
        {"return_url": "https://evil.example/back", "handoff_secret": SECRET},
        "return_url: must be a page of the store's `url`, or of one of its `browser_origins`",
    ),
    "look-alike page": (
        "commercelayer",
        {"return_url": "https://shop.example.eu.evil.example/back", "handoff_secret": SECRET},
        "return_url: must be a page of the store's `url`, or of one of its `browser_origins`",
    ),
    "look-alike page by user name": (
        "commercelayer",
        {"return_url": "https://shop.example.eu@evil.example/back", "handoff_secret": SECRET},
        "return_url: must be a URL without a user name or password in it",
    ),
    "plain http": (
        "commercelayer",
        {"return_url": "http://shop.example.eu/back", "handoff_secret": SECRET},
        (
            "return_url: must start with https://; plain http is only for this machine's own address"
            " (localhost, 127.0.0.1, [::1]) with server.development = true"
        ),
    ),
    "every page of the world": (
        "commercelayer",
        {**RETURN, "browser_origins": ["*"]},
        "browser_origins[0]: must be an absolute URL that starts with https://",
    ),
    "left over": (
        "bigcommerce",
        {"handoff_secret": SECRET},
        'handoff_secret: is not used with delivery = "redirect"; remove it, or set "code" there',
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_does_not_fit_is_said_at_its_key(tmp_path: Path, name: str) -> None:
    platform, store, expected = FAULTS[name]
    assert expected in said(tmp_path, platform, store)


def test_a_storefront_token_has_its_use(tmp_path: Path) -> None:
    token = {"storefront_token": "private"}
    assert said(tmp_path, "bigcommerce", CODE, **token) == []
    assert said(tmp_path, "bigcommerce", {}, **token) == [
        'bigcommerce.storefront_token: is used with delivery = "code" only; set that, or remove this'
    ]
    url = {"graphql_url": "https://shop.example.eu/graphql"}
    assert said(tmp_path, "bigcommerce", CODE, **url) == [
        "bigcommerce.graphql_url: is not used without storefront_token; add it, or remove this"
    ]


def test_one_secret_or_several_newest_first(tmp_path: Path) -> None:
    settings = bigcommerce(tmp_path, {**CODE, "handoff_secret": [SECRET, "t" * 32]})
    assert settings.stores["eu"].handoff_secret == (Secret(SECRET), Secret("t" * 32))
    assert bigcommerce(tmp_path, CODE).stores["eu"].handoff_secret == (Secret(SECRET),)


def test_a_return_url_is_taken_to_the_letter(tmp_path: Path) -> None:
    settings = bigcommerce(tmp_path, {**CODE, "return_url": "https://shop.example.eu/Auth/"})
    assert settings.stores["eu"].return_url == "https://shop.example.eu/Auth/"
