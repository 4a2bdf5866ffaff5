"""Planted in the file: what keeps it from being used (exit 2), and what only looks wrong (offline as well)."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bridge.domain.deadline import Deadline
from bridge.flows.public_address_check import PublicAddressCheck
from tests.doctor.planted import Case, judge
from tests.doctor.ward import Ward

ACME = "connections.acme"


def setting(table: str, **values: object) -> Callable[[Ward], None]:
    return lambda ward: ward.set(table, **values)


def text(change: Callable[[str], str]) -> Callable[[Ward], None]:
    """The file as it would be, changed by hand."""

    def plant(ward: Ward) -> None:
        ward.write()
        ward.text = change(ward.path.read_text(encoding="utf-8"))

    return plant


def folder(ward: Ward) -> None:
    ward.path.mkdir()


def unreadable(ward: Ward) -> None:
    (ward.folder / "there").mkdir()
    ward.set(ACME, client_secret="file:there")


@dataclass(frozen=True)
class Broken:
    """`key`: of the finding; `line`: whether it is named."""

    name: str
    plant: Callable[[Ward], None]
    key: str
    says: tuple[str, ...]
    line: bool = True

    def __str__(self) -> str:
        return self.name


HTTPS = {"development": False, "public_url": "https://sso.example.com"}
BROKEN = [
    Broken("an unknown key", setting(ACME, isuer="https://x.example"), f"{ACME}.isuer", ("unknown", "issuer")),
    Broken("an unknown table", setting("conections.acme", issuer="https://x.example"), "conections",
           ("connections",)),
    Broken("a variable that is not set", setting(ACME, client_secret="env:NOT_SET_ANYWHERE"),
           f"{ACME}.client_secret", ("NOT_SET_ANYWHERE is not set", "set it before")),
    Broken("a file that is missing", setting(ACME, client_secret="file:no-such-file"), f"{ACME}.client_secret",
           ("no-such-file cannot be read", "No such file", "configuration's folder")),
    Broken("a file that cannot be read", unreadable, f"{ACME}.client_secret", ("cannot be read", "directory")),
    Broken("not TOML", text(lambda written: written.replace("[redis]", "[redis")), "configuration", ("not valid TOML",)),
    Broken("no file but a folder", folder, "configuration", ("cannot read the configuration",), line=False),
    Broken("http for the world", setting(ACME, issuer="http://idp.acme.example"), f"{ACME}.issuer", ("https://",)),
    Broken("http without development", setting("server", development=False), "server.public_url",
           ("https://", "server.development = true")),
    Broken("a public URL with a path", setting("server", public_url="https://sso.example.com/bridge"),
           "server.public_url", ("without a path",)),
    Broken("a cookie key that is too short", setting("server", cookie_keys=["short"]), "server.cookie_keys[0]",
           ("at least 32 characters", "secrets.token_urlsafe")),
    Broken("the whole Internet as proxies", setting("server", trusted_proxies=["0.0.0.0/0"]),
           "server.trusted_proxies[0]", ("every address", "X-Forwarded-For", "your own proxies")),
    Broken("the same in IPv6", setting("server", trusted_proxies=["::/0"]), "server.trusted_proxies[0]",
           ("every address",)),
    Broken("a connection that is not declared", setting("stores.us", connections=["acne"]),
           "stores.us.connections[0]", ("did you mean `acme`?",)),
    Broken("no openid", setting(ACME, scopes=["profile"]), f"{ACME}.scopes", ('must hold "openid"',)),
    Broken("the algorithm none", setting(ACME, signing_algs=["none"]), f"{ACME}.signing_algs[0]", ("unsigned",)),
    Broken("a page of another site", setting("stores.eu", return_url="https://elsewhere.example/back"),
           "stores.eu.return_url", ("`url`", "browser_origins")),
    Broken("Okta's issuer with a slash", setting(ACME, provider="okta", issuer="https://acme.okta.com/"),
           f"{ACME}.issuer", ("must not end with a slash",)),
    Broken("Auth0's without one", setting(ACME, provider="auth0", issuer="https://acme.eu.auth0.com"),
           f"{ACME}.issuer", ("must end with a slash",)),
    Broken("Entra's with a domain", setting(ACME, provider="entra",
           issuer="https://login.microsoftonline.com/acme.com/v2.0"), f"{ACME}.issuer", ("GUID",)),
    Broken("the address of the metadata as issuer", setting(
           ACME, provider="okta", issuer="https://acme.okta.com/.well-known/openid-configuration"),
           f"{ACME}.issuer", ("issuer alone",)),
    Broken("a day in quotes", setting(ACME, client_secret_expires="2027-01-31"), f"{ACME}.client_secret_expires",
           ("date without quotes",)),
    Broken("a secret with a line end", text(lambda written: written.replace(
           'client_secret = "acme', 'client_secret = "\\nacme', 1)), f"{ACME}.client_secret", ("white space",)),
    Broken("no scope at Commerce Layer", setting("stores.eu.commercelayer", scope=None),
           "stores.eu.commercelayer.scope", ("all markets",)),
]  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN, ids=str)
def test_a_file_that_cannot_be_used_is_refused_with_key_line_and_remedy(broken: Broken, ward: Ward) -> None:
    broken.plant(ward)
    ward.write()
    status, document = ward.examine()
    assert (status, document["status"]) == (2, "unusable")
    found = [one for one in document["findings"] if one["subject"].startswith(broken.key)]
    assert found, document
    said = " ".join(one["message"] for one in found)
    assert [word for word in broken.says if word not in said] == [], said
    assert (found[0]["line"] is not None) is broken.line or broken.key.endswith(".scope")


def world_readable(ward: Ward) -> None:
    secret = ward.folder / "acme.secret"
    secret.write_text(ward.client.client_secret, encoding="utf-8")
    secret.chmod(0o644)
    ward.set(ACME, client_secret="file:acme.secret")


def published_key(ward: Ward) -> None:
    ward.set("stores.eu", handoff_secret=ward.tables["server"]["cookie_keys"][0])


def unused(ward: Ward) -> None:
    ward.tables["connections.globex"] = dict(ward.tables[ACME])


def entra(ward: Ward) -> None:
    tenant = "8eaef023-2b34-4da1-9baa-8bc8c9d6a490"
    ward.set(ACME, provider="entra", issuer=f"https://login.microsoftonline.com/{tenant}/v2.0")


OFFLINE = ("--offline",)
CASES = [
    Case("development in public", setting("server", public_url="https://sso.example.com"), "server",
         ("development is true", "world"), ("server.development = false",), words=OFFLINE),
    Case("development at home", lambda _ward: None, "server", ("development is true",), ("never true in production",),
         "warning", OFFLINE),
    Case("an address of this machine", setting("server", public_url="https://localhost"), "server",
         ("address of this machine",), ("redirect URIs",), "warning", OFFLINE),
    Case("a proxy that is not named", setting("server", public_url="https://localhost"), "server",
         ("trusted_proxies is empty", "https"), ('["127.0.0.1/32"]', "Never 0.0.0.0/0"), "warning", OFFLINE),
    Case("a weak cookie key", setting("server", cookie_keys=["a" * 40]), "server", ("cookie_keys[0] is weak",),
         ("token_urlsafe",), words=OFFLINE),
    Case("a cookie key from an example", setting("server", cookie_keys=["change-me-please-1234567890-xyzXYZ!"]),
         "server", ("cookie_keys[0] is weak",), ("take the weak one out",), words=OFFLINE),
    Case("one secret for two things", published_key, "server", ("same secret", "stores.eu.handoff_secret"),
         ("Give each its own",), words=OFFLINE),
    Case("a secret file that all can read", world_readable, ACME, ("can be read by others",),
         ("chmod 600", "acme.secret"), "warning", OFFLINE),
    Case("a connection that nobody uses", unused, "connections.globex", ("no store lists",),
         ('connections = [..., "globex"]',), "warning", OFFLINE),
    Case("a secret of Entra's without its day", entra, ACME, ("secrets of Entra ID expire",),
         ("client_secret_expires = 2027-01-31", "Certificates & secrets"), "note", OFFLINE),
    Case("Entra's people without addresses", entra, ACME, ('email_trust is "never"', "default for Entra"),
         ("xms_edov", "Token configuration"), "warning", OFFLINE),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_looks_wrong_is_named_with_its_remedy(case: Case, ward: Ward) -> None:
    judge(case, ward)


def test_a_configuration_with_secrets_in_clear_that_all_can_read_is_told(ward: Ward) -> None:
    ward.write()
    ward.path.chmod(0o644)
    status, document = ward.examine("--offline")
    (found,) = [one for one in document["findings"] if "clear text" in one["message"]]
    assert (status, found["level"], found["subject"]) == (0, "warning", "configuration")
    assert "chmod 600" in found["remedy"]
    assert "env:NAME" in found["remedy"]


def test_a_public_host_that_does_not_resolve_is_told() -> None:
    """By itself: tests ask no name server."""
    asked: list[str] = []
    check = PublicAddressCheck("sso.acme.example", lambda host: asked.append(host) or ())  # type: ignore[func-returns-value]
    (found,) = check.check(Deadline(1, time.monotonic))
    assert (found.level, found.subject, asked) == ("warning", "server", ["sso.acme.example"])
    assert "does not resolve from here: sso.acme.example" in found.message
    assert "DNS" in found.remedy


def test_the_same_client_twice_is_no_secret_in_two_places(ward: Ward) -> None:
    unused(ward)
    ward.set("stores.eu", connections=["globex"])
    ward.write()
    _, document = ward.examine("--offline")
    assert not [one for one in document["findings"] if "same secret" in one["message"]]


def test_offline_asks_nobody(ward: Ward) -> None:
    for server in (ward.idp_server, ward.platform_server):
        server.stop()
    ward.write()
    status, document = ward.examine("--offline")
    assert status == 0
    assert {one["subject"] for one in document["findings"]} == {"configuration", "server"}


def test_no_finding_holds_a_secret(ward: Ward, tmp_path: Path) -> None:
    published_key(ward)
    ward.set(ACME, client_secret="planted-secret-of-acme")
    ward.set("stores.us.bigcommerce", access_token="planted-secret-of-us")
    ward.write()
    _, document = ward.examine()
    said = str(document)
    assert "planted-secret" not in said
    assert ward.tables["server"]["cookie_keys"][0] not in said
