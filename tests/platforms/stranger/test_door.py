"""What a stranger's package may be, and that whatever it is ends in words and not in a traceback."""

import json
import subprocess
import sys
from importlib.metadata import Distribution, EntryPoint
from pathlib import Path

import pytest

from bridge.settings.offers import OWN, installed
from bridge.settings.store import OFFERS, PLATFORMS, StoreTable
from tests.cli.command import bridge

from .distribution import beside, files
from .distribution import installed as put

CONFIGURATION = """\
[server]
public_url = "https://sso.example.com"
cookie_keys = ["q7Vd3ZkP0rWn8YtB5mXhJ2cLg6sEaU9f"]
[redis]
url = "redis://127.0.0.1:6379/0"
[connections.acme]
issuer = "https://acme.okta.com"
client_id = "c"
client_auth = "none"
[stores.acme]
platform = "acmeshop"
url = "https://shop.example.org"
connections = ["acme"]
[stores.acme.acmeshop]
sso_secret = "env:ACMESHOP_SSO"
api_url = "https://api.acmeshop.example/v1"
api_key = "env:ACMESHOP_KEY"
"""
SECRETS = {"ACMESHOP_SSO": "the-sso-secret", "ACMESHOP_KEY": "the-api-key"}

pytestmark = pytest.mark.slow  # a process for each


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return put(tmp_path_factory.mktemp("acmeshop"))


def check(tmp_path: Path, *sites: Path, text: str = CONFIGURATION) -> tuple[int, str]:
    config = tmp_path / "bridge.toml"
    config.write_text(text, encoding="utf-8")
    ended = bridge("check", "--offline", "--config", config, environ={**SECRETS, **beside(*sites)})
    assert "Traceback" not in ended.said
    assert not any(secret in ended.said for secret in SECRETS.values())
    return ended.status, ended.said


def test_the_bridges_own_platforms_use_the_same_door() -> None:
    assert list(OFFERS) == ["bigcommerce", "commercelayer", "shopify"]
    assert {one.distribution for one in PLATFORMS.values()} == {OWN}


def test_a_strangers_platform_is_a_platform(tmp_path: Path, site: Path) -> None:
    status, said = check(tmp_path, site)
    assert (status, "1 connection, 1 store" in said) == (0, True), said


def author_runs(tmp_path: Path, site: Path) -> "subprocess.CompletedProcess[str]":
    """The guide's tests, in a folder that knows nothing of this one."""
    (tmp_path / "test_acmeshop.py").write_text(files()["test_acmeshop.py"], encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    options = ["-q", "-rs", "-p", "no:cacheprovider", "-p", "no:valkey"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(tmp_path / "test_acmeshop.py")],
        cwd=tmp_path,
        env=beside(site),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_author_runs_the_contract_suite(tmp_path: Path, site: Path) -> None:
    done = author_runs(tmp_path, site)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 skipped" in done.stdout, done.stdout  # it has no tokens, and no sign-out of its own


@pytest.mark.parametrize(
    ("old", "new", "promise"),
    [
        ("self._context.token()", "1", "an_address_is_on_the_store_and_good_for_one_visit"),
        ("safe_return_to(visit.return_to) or", "visit.return_to or", "an_address_leads_nowhere_else"),
        ("{self._context.url}/sso", "https://sso.acmeshop.example/sso", "an_address_is_on_the_store"),
        ("not is_customer_id(visit.customer.id)", "not visit", "who_cannot_be_a_customer_is_handed_over_nowhere"),
        ("str(failure)) from", "self._given.api_key.reveal()) from", "away_it_refuses_and_fails_in_no_other_way"),
        ("except HttpFailure as failure", "except OSError as failure", "away_it_refuses_and_fails_in_no_other_way"),
        ("sso_secret: SecretText =", "sso_secret: str =", "what_is_secret_is_a_secret"),
        ("        self._given = given\n", "        self._given = given\n        list(self.check(None))\n", "making_it_sends_nothing"),
        ("        if found:\n", "        if not found:\n", "who_is_there_already_is_taken"),
        ('"the API answers")', '"the API answers with " + self._given.api_key.reveal())', "a_check_up_finds_something"),
        ("text.isascii() and text.isdigit() and len(text) <= 18", "True", "what_can_be_a_customers_id"),
        ('description="Whether the store is a sandbox.", ', "", "its_keys_are_read_shown_and_described"),
    ],
)  # fmt: skip
def test_the_suite_tells_a_platform_that_breaks_a_promise(
    tmp_path: Path, old: str, new: str, promise: str
) -> None:
    assert any(old in text for text in files().values())
    done = author_runs(tmp_path, put(tmp_path / "broken", {old: new}))
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"test_{promise}" in done.stdout


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('api_url = "https', 'apiurl = "https', "stores.acme.acmeshop.apiurl: unknown key; did you mean `api_url`?"),
        ('sso_secret = "env:ACMESHOP_SSO"\n', "", "stores.acme.acmeshop.sso_secret: is missing; write for example"),
        ("ACMESHOP_SSO", "NOBODY", "stores.acme.acmeshop.sso_secret: the environment variable NOBODY is not set"),
        ('"https://api.acmeshop', '"http://api.acmeshop', "stores.acme.acmeshop.api_url: must start with https://"),
        ('"https://api.acmeshop.example/v1"', '"http://localhost:1"', "stores.acme.acmeshop.api_url: must start with https://; on your own machine"),
        ("api_key =", "sandbox = true\napi_key =", "stores.acme.acmeshop.api_key: is not used with sandbox = true"),
        ("[stores.acme.acmeshop]", "[stores.acme.shopify]", "the table [stores.acme.acmeshop] is missing"),
        ('connections = ["acme"]\n', 'connections = ["acme"]\ndelivery = "code"\n', "stores.acme.delivery: must be redirect for platform"),
    ],
)  # fmt: skip
def test_its_keys_are_judged_as_the_bridges_own(
    tmp_path: Path, site: Path, old: str, new: str, expected: str
) -> None:
    assert old in CONFIGURATION
    status, said = check(tmp_path, site, text=CONFIGURATION.replace(old, new))
    assert status == 2
    assert expected in said


def test_its_keys_are_in_the_example_and_in_the_schema(site: Path) -> None:
    example = bridge("config", "example", environ=beside(site)).out
    assert '[stores.acmeshop]\nplatform = "acmeshop"\nurl = "https://shop.example.org"' in example
    assert 'api_key = "env:ACMESHOP_KEY"' in example
    schema = json.loads(bridge("config", "schema", environ=beside(site)).out)
    assert schema["$defs"]["AcmeShopSettings"]["properties"]["sso_secret"]["writeOnly"]
    assert "acmeshop" in schema["$defs"]["StoreSettings"]["properties"]["platform"]["enum"]


def test_one_that_is_not_installed_is_a_fault_with_what_there_is(tmp_path: Path) -> None:
    status, said = check(tmp_path)
    assert status == 2
    assert (
        "stores.acme.platform: names no platform that is installed; there are: bigcommerce, commercelayer, shopify"
        in said
    )
    assert "to be installed where the bridge is" in said


def test_a_name_that_two_offer_is_nobodys(tmp_path: Path, site: Path) -> None:
    other = put(tmp_path / "other", {"bridge-acmeshop": "evil-acmeshop", "bridge_acmeshop": "evil_acmeshop"})
    status, said = check(tmp_path, site, other)
    assert status == 2
    assert (
        "stores.acme.platform: this platform is offered twice, by bridge-acmeshop and evil-acmeshop" in said
    )


def test_nobody_takes_a_built_in_name_over(tmp_path: Path) -> None:
    evil = put(tmp_path / "evil", {"acmeshop =": "bigcommerce ="})
    said = bridge("config", "schema", environ=beside(evil)).out
    assert json.loads(said)["$defs"]["StoreSettings"]["properties"]["platform"]["enum"] == [
        "commercelayer",
        "shopify",
    ]
    status, told = check(tmp_path, evil, text=CONFIGURATION.replace("acmeshop", "bigcommerce"))
    assert (status, "is offered twice, by bridge-sso and bridge-acmeshop" in told) == (2, True)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("import hashlib\n", "import no_such_module\n", "cannot be loaded: ModuleNotFoundError: No module named 'no_such_module'"),
        ("OFFER = Offer(", "OFFER = dict(", "is not an Offer but dict"),
        ("import hashlib\n", "import hashlib, sys\nsys.exit('gone')\n", "cannot be loaded: SystemExit: gone"),
        ('("redirect",)', '("pigeon",)', "its deliveries are not some of"),
        ("(Table):", '(Table, extra="allow"):', "its settings are not as strict as a Table is"),
        (":OFFER", ":NOTHING", "cannot be loaded: AttributeError"),
        ("build=AcmeShop,", "build=lambda given, context: 1 / 0,", "Acme Shop cannot be used: its making ended in ZeroDivisionError"),
        ("build=AcmeShop,", "build=lambda given, context: None,", "Acme Shop cannot be used: it has no subject"),
        ("def hand_off(", "def handoff(", "Acme Shop cannot be used: it has no hand_off"),
        ("    account = table(", "    account = 1 / 0 or table(", "could not be judged: a rule of Acme Shop failed (ZeroDivisionError)"),
    ],
)  # fmt: skip
def test_a_broken_one_is_a_fault_for_who_names_it_and_for_nobody_else(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    assert any(old in text for text in files().values())
    broken = put(tmp_path / "broken", {old: new})
    status, said = check(tmp_path, broken)
    assert status == 2
    assert expected in said
    assert "unknown key" not in said
    example = bridge("config", "example", environ=beside(broken))
    assert (example.status, "[stores.us.bigcommerce]" in example.out) == (0, True)


@pytest.mark.parametrize(
    "name", ["url", "connections", "model_fields", "copy", "Acme", "a-b", "", "a" * 33, "class", "account"]
)
def test_a_name_that_would_hide_something_is_no_name(name: str) -> None:
    point = EntryPoint(name, "bridge.platforms.shopify.offer:OFFER", "bridge.platforms")
    found = installed({*StoreTable.model_fields, *dir(StoreTable)}, [point])
    assert found[name].offer is None
    assert "is no name" in found[name].fault


def test_the_bridges_own_come_first() -> None:
    class Foreign(Distribution):
        metadata = {"Name": "aaa"}  # type: ignore[assignment]  # noqa: RUF012

        def read_text(self, filename: str) -> None: ...
        def locate_file(self, path: object) -> Path: ...  # type: ignore[empty-body]

    foreign = EntryPoint("aaa", "bridge.platforms.shopify.offer:OFFER", "bridge.platforms")
    foreign = foreign._for(Foreign())  # type: ignore[attr-defined]
    own = [EntryPoint(one, f"bridge.platforms.{one}.offer:OFFER", "bridge.platforms") for one in ("shopify",)]
    own = [one._for(next(iter(Distribution.discover(name=OWN)))) for one in own]  # type: ignore[attr-defined]
    assert list(installed((), [foreign, *own])) == ["shopify", "aaa"]
