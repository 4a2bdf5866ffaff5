"""A file becomes Settings, or every fault at once."""

from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.secret import Secret
from bridge.settings import ConfigFaults, read_settings
from bridge.settings.declaration import RedisSettings, ServerSettings
from bridge.settings.keys import declared_keys

from .samples import COOKIE_KEY, MINIMAL, added, changed, faults_of, read, unhurried

FAULTY = """\
[server]
public_url = "http://sso.example.com"
cookie_keys = ["short", "env:NOT_SET"]
trusted_proxies = ["10.0.0.1/8"]
developement = true
attempt_lifetime = 10

[connections.acme]
provider = "otka"
isuer = "https://acme.okta.com"
client_id = 42
client_secret = "file:missing.txt"
signing_algs = [
  "RS256",
  "HS256",
]
client_auth = "private_key"

[connections."Bad Name"]
issuer = "https://bad.example.com"
client_id = "bad"
client_secret = "s"

[stores.us]
platform = "commercelayer"
url = "https://store.example.com/shop"
connections = ["acne", "acme"]

[stores.uk]
platform = "bigcommerce"
url = "https://uk.example.com"
connections = []
"""


def test_a_minimal_file_is_read_with_the_defaults_of_the_contract(tmp_path: Path) -> None:
    settings = read(tmp_path, MINIMAL)

    server, acme, us = settings.server, settings.connections["acme"], settings.stores["us"]
    assert server.public_url == "https://sso.example.com"
    assert server.cookie_keys == (Secret(COOKIE_KEY),)
    assert server.trusted_proxies == ()
    assert (server.development, server.theme_css, server.log_level) == (False, "", "info")
    assert server.attempt_lifetime == 900
    assert (settings.redis.url.reveal(), settings.redis.prefix) == ("redis://127.0.0.1:6379/0", "bridge")
    assert (acme.provider, acme.label, acme.client_auth) == ("oidc", "", "client_secret_basic")
    assert acme.client_secret == (Secret("acme-secret-value"),)
    assert acme.scopes == ("openid", "profile", "email")
    assert (acme.domains, acme.signing_algs) == ((), ())
    assert (acme.email_trust, acme.response_mode, acme.userinfo) == ("verified", "query", "when_missing")
    assert (acme.clock_tolerance, acme.allow_private_network, acme.ca_file) == (30, False, "")
    assert us.account is not None
    assert us.account.client_secret == Secret("bc-secret-value")
    assert us.account.access_token is None
    assert (us.account.channel_id, us.account.api_url) == (1, "https://api.bigcommerce.com")
    assert (us.customers.claim, us.customers.match_email, us.customers.create) == ("", True, True)


def test_lists_and_networks_are_read(tmp_path: Path) -> None:
    text = added("server", 'trusted_proxies = ["10.0.0.0/8", "2001:db8::/32", "192.0.2.1"]')
    text = changed('"env:ACME_SECRET"', '["env:ACME_SECRET", "older"]', text)

    settings = read(tmp_path, text)

    networks = tuple(ip_network(text) for text in ("10.0.0.0/8", "2001:db8::/32", "192.0.2.1/32"))
    assert settings.server.trusted_proxies == networks
    assert settings.connections["acme"].client_secret == (Secret("acme-secret-value"), Secret("older"))


def test_all_faults_are_shown_at_once_in_the_order_of_their_lines(tmp_path: Path) -> None:
    shown = faults_of(tmp_path, FAULTY)

    places = [(line.partition(": ")[0], line.rpartition(" (line ")[2].rstrip(")")) for line in shown]
    assert places == [
        ("redis", "redis: is missing; write a table [redis]"),
        ("server.public_url", "2"),
        ("server.cookie_keys[0]", "3"),
        ("server.cookie_keys[1]", "3"),
        ("server.trusted_proxies[0]", "4"),
        ("server.developement", "5"),
        ("server.attempt_lifetime", "6"),
        ("connections.acme.issuer", "8"),
        ("connections.acme.provider", "9"),
        ("connections.acme.isuer", "10"),
        ("connections.acme.client_id", "11"),
        ("connections.acme.client_secret", "12"),
        ("connections.acme.signing_algs[1]", "13"),
        ("connections.acme.client_auth", "17"),
        ('connections."Bad Name"', "19"),
        ("stores.us.commercelayer", "24"),
        ("stores.us.handoff_secret", "24"),
        ("stores.us.return_url", "24"),
        ("stores.us.url", "26"),
        ("stores.us.connections[0]", "27"),
        ("stores.uk.bigcommerce", "29"),
        ("stores.uk.connections", "32"),
    ]


def test_faults_say_what_is_expected_and_the_remedy(tmp_path: Path) -> None:
    shown = faults_of(tmp_path, FAULTY)

    assert "server.developement: unknown key; did you mean `development`? (line 5)" in shown
    assert "server.attempt_lifetime: must be a whole number from 60 to 3600 (line 6)" in shown
    assert (
        "connections.acme.issuer: is missing; write for example:"
        ' issuer = "https://acme.okta.com/oauth2/default" (line 8)'
    ) in shown
    assert (
        "connections.acme.provider: must be one of okta, auth0, entra, google, keycloak, ping, onelogin,"
        " cognito, adfs, apple, oidc; did you mean `okta`? (line 9)"
    ) in shown
    assert "connections.acme.isuer: unknown key; did you mean `issuer`? (line 10)" in shown
    assert "connections.acme.client_id: must be a string, in quotes (line 11)" in shown
    assert (
        "connections.acme.client_auth: must be one of client_secret_basic, client_secret_post, private_key_jwt,"
        " tls_client_auth, self_signed_tls_client_auth, apple_client_secret, none;"
        " did you mean `private_key_jwt`? (line 17)"
    ) in shown
    assert (
        "stores.us.commercelayer: the table [stores.us.commercelayer] is missing;"
        ' platform = "commercelayer" needs it (line 24)'
    ) in shown
    assert (
        "stores.us.connections[0]: names no connection of this file; did you mean `acme`? (line 27)"
    ) in shown
    assert (
        "stores.uk.bigcommerce: the table [stores.uk.bigcommerce] is missing;"
        ' platform = "bigcommerce" needs it (line 29)'
    ) in shown
    assert "stores.uk.connections: must hold at least one entry (line 32)" in shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            added("connections.acme", 'clientsecret = "x"'),
            "connections.acme.clientsecret: unknown key; did you mean `client_secret`? (line 9)",
            id="near-name",
        ),
        pytest.param(
            added("stores.us", 'store_hash = "x"'),
            "stores.us.store_hash: unknown key here; `store_hash` belongs in [stores.NAME.bigcommerce] (line 14)",
            id="other-table",
        ),
        pytest.param(
            added("redis", "zzz = 1"),
            f"redis.zzz: unknown key; the keys here are: {', '.join(RedisSettings.model_fields)} (line 6)",
            id="nothing-near",
        ),
        pytest.param(
            "[conections.x]\n" + MINIMAL,
            "conections: unknown key; did you mean `connections`? (line 1)",
            id="table",
        ),
        pytest.param(
            added("stores.us", 'deliver = "code"'),
            "stores.us.deliver: unknown key; did you mean `delivery`? (line 14)",
            id="near",
        ),
        pytest.param(
            added("redis", '"a\\nb" = 1'),
            'redis."a\\nb": unknown key; the keys here are:'
            f" {', '.join(RedisSettings.model_fields)} (line 6)",
            id="line-end-in-key",
        ),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_known_name(
    tmp_path: Path, text: str, expected: str
) -> None:
    assert faults_of(tmp_path, text) == [expected]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('["env:COOKIE_KEY"]', '"env:COOKIE_KEY"', 'server.cookie_keys: must be a list in brackets, such as ["…"] (line 3)'),
        ('["env:COOKIE_KEY"]', "[]", "server.cookie_keys: must hold at least one entry (line 3)"),
        ('"acme-client"', '""', "connections.acme.client_id: must not be empty (line 10)"),
        ('["acme"]', '["acme", "acme"]', "stores.us.connections: must not hold the same name twice (line 16)"),
        ('store_hash = "abc123"\n', "", 'stores.us.bigcommerce.store_hash: is missing; write for example: store_hash = "abc123" (line 18)'),
        ('client_secret = "env:ACME_SECRET"\n', "", 'connections.acme.client_secret: is needed with client_auth = "client_secret_basic"; for a public client set client_auth = "none" (line 8)'),
        ('client_secret = "env:ACME_SECRET"\n', "client_secret = []\n", 'connections.acme.client_secret: is needed with client_auth = "client_secret_basic"; for a public client set client_auth = "none" (line 11)'),
        ('client_id = "acme-client"\n', 'client_id = "acme-client"\nclient_auth = "none"\n', 'connections.acme.client_secret: is not used with client_auth = "none"; remove it, or set client_auth to how it is sent (line 12)'),
        ('client_secret = "env:BC_SECRET"\n', 'client_secret = "env:BC_SECRET"\nchannel_id = 0\n', "stores.us.bigcommerce.channel_id: must be a whole number of at least 1 (line 22)"),
        ('client_secret = "env:BC_SECRET"\n', 'client_secret = "env:BC_SECRET"\nchannel_id = true\n', "stores.us.bigcommerce.channel_id: must be a whole number, without quotes (line 22)"),
        ('"abc123"', '"stores/abc123"', "stores.us.bigcommerce.store_hash: must be letters and digits: what follows stores/ in the account's API path (line 19)"),
        ('platform = "bigcommerce"', 'platform = "shopfy"', "stores.us.platform: names no platform that is installed; did you mean `shopify`? (another one comes with a Python distribution, to be installed where the bridge is) (line 14)"),
    ],
)  # fmt: skip
def test_one_fault_gives_one_line(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert faults_of(tmp_path, changed(old, new)) == [expected]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('scopes = ["profile"]', 'scopes: must hold "openid": without it the identity provider sends no ID token'),
        ('scopes = ["openid email"]', 'scopes[0]: must hold one scope each: ["openid", "email"], not ["openid email"]'),
        ('domains = ["@acme.com"]', "domains[0]: must be the part after the @ alone, such as acme.com"),
        ('domains = ["Acme.com"]', "domains[0]: must be written in lower case"),
        ('domains = ["*.acme.com"]', 'domains[0]: must be a full domain: list sub-domains one by one, or write ["*"]'),
        ('domains = ["*", "acme.com"]', 'domains: must hold "*" alone or domain names alone: "*" already means every domain'),
        ('domains = ["acme com"]', "domains[0]: must be a domain such as acme.com (an international one as xn--…)"),
        ('signing_algs = ["none"]', 'signing_algs[0]: must not hold "none": an unsigned ID token proves nothing'),
        ('signing_algs = ["HS512"]', "signing_algs[0]: must not hold an HS… algorithm: with it whoever knows the client secret could write ID tokens; have the identity provider sign with RS256, PS256, ES256 or EdDSA"),
        ("clock_tolerance = 301", "clock_tolerance: must be a whole number from 0 to 300"),
        ('clock_tolerance = "30"', "clock_tolerance: must be a whole number, without quotes"),
        ('allow_private_network = "yes"', "allow_private_network: must be true or false, without quotes"),
        ('client_auth = "private_key"', "client_auth: must be one of client_secret_basic, client_secret_post, private_key_jwt, tls_client_auth, self_signed_tls_client_auth, apple_client_secret, none; did you mean `private_key_jwt`?"),
        ('email_trust = "assert"', "email_trust: must be one of verified, asserted, never; did you mean `asserted`?"),
        ('label = "two\\nlines"', "label: must not begin or end with a space, nor hold line ends or control characters"),
        ('ca_file = "not-there.pem"', "ca_file: cannot be read as a file: No such file or directory; a relative path starts at the configuration's folder"),
    ],
)  # fmt: skip
def test_a_connections_values_are_judged(tmp_path: Path, line: str, expected: str) -> None:
    text = added("connections.acme", line)

    assert faults_of(tmp_path, text) == [f"connections.acme.{expected} (line 9)"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("trusted_proxies = [8]", "trusted_proxies[0]: must be a network in quotes, such as 10.0.0.0/8"),
        ('log_level = "chatty"', "log_level: must be one of debug, info, warning, error"),
        ('"[key]" = 1', f'"[key]": unknown key; the keys here are: {", ".join(ServerSettings.model_fields)}'),
    ],
)  # fmt: skip
def test_the_servers_values_are_judged(tmp_path: Path, line: str, expected: str) -> None:
    assert faults_of(tmp_path, added("server", line)) == [f"server.{expected} (line 2)"]


def test_a_single_secret_is_not_spoken_of_as_a_list(tmp_path: Path) -> None:
    (shown,) = faults_of(tmp_path, changed('"env:ACME_SECRET"', '" padded "'))

    assert shown.startswith("connections.acme.client_secret: must not begin or end with white space")


def test_a_table_that_is_a_value_is_refused(tmp_path: Path) -> None:
    assert faults_of(tmp_path, "server = 1\nconnections = []\nstores = {}\n[redis]\nurl='redis://h'\n") == [
        "server: must be a table: [server] (line 1)",
        "connections: must be a table: [connections] (line 2)",
        "stores: must hold at least one table [stores.NAME] (line 3)",
    ]


def test_an_empty_file_names_every_table_it_needs(tmp_path: Path) -> None:
    assert faults_of(tmp_path, "") == [
        "connections: is missing; write a table [connections.NAME]",
        "redis: is missing; write a table [redis]",
        "server: is missing; write a table [server]",
        "stores: is missing; write a table [stores.NAME]",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"[server]\nname =\n", "not valid TOML: Invalid value (line 2)"),
        (b"[server]\na = 1\na = 2\n", "not valid TOML: Cannot overwrite a value (line 3)"),
        (b'[server]\nx = """never closed\n', "not valid TOML: Unterminated string (line 3)"),
        (b"[server]\nname = '\xff'\n", "the configuration is not text in UTF-8; save it as UTF-8 (line 2)"),
        (b"x = " + b"[" * 5000, "not a usable configuration: a number is too long, or lists are nested too deep"),
        (b"x = " + b"1" * 5000, "not a usable configuration: a number is too long, or lists are nested too deep"),
    ],
    ids=["no-value", "twice", "unterminated", "latin-1", "deep-brackets", "long-number"],
)  # fmt: skip
def test_a_file_that_is_not_toml_is_a_fault(tmp_path: Path, text: bytes, expected: str) -> None:
    path = tmp_path / "bridge.toml"
    path.write_bytes(text)

    with pytest.raises(ConfigFaults) as caught:
        read_settings(path, {})

    assert str(caught.value) == expected


@pytest.mark.parametrize("name", ["missing.toml", ".", "nul\0byte"])
def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigFaults, match=r"^cannot read the configuration '"):
        read_settings(tmp_path / name, {})


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    read(tmp_path, "\ufeff" + MINIMAL)


def test_files_named_in_the_configuration_become_absolute(tmp_path: Path) -> None:
    (tmp_path / "theme.css").touch()
    (tmp_path / "ca.pem").touch()
    text = added("connections.acme", 'ca_file = "ca.pem"', text=added("server", 'theme_css = "theme.css"'))

    settings = read(tmp_path, text)

    assert settings.server.theme_css == str(tmp_path / "theme.css")
    assert settings.connections["acme"].ca_file == str(tmp_path / "ca.pem")


@unhurried
@given(text=st.text() | st.lists(st.sampled_from(sorted({".".join(k.path) for k in declared_keys()}) + list('[]="\n.{},1#')), max_size=40).map("".join))  # fmt: skip
def test_any_text_gives_settings_or_faults(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    # No environment and no cookie key of 32 characters: no such text can be a usable configuration.
    with pytest.raises(ConfigFaults) as caught:
        read_settings(path, {})

    assert caught.value.faults
