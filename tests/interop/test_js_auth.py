"""Commerce Layer's own library as a judge: of the demo platform, and of the token that a shop is handed."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bridge.demo.europe import Europe
from bridge.demo.scene import Scene
from bridge.demo.shopper import Shopper
from tests.interop.node import INSTALLED, node
from tests.journeys.process import BridgeProcess, quiet_port

pytestmark = pytest.mark.slow

_CLAIMS = "https://commercelayer.io/claims"
_SCOPE = "market:code:europe"


@dataclass(frozen=True)
class Library:
    """The library, at work on one platform."""

    node: str
    europe: Europe

    def says(self, call: str, *given: Any) -> Any:
        """What a function of it returns, or "fault: ..."."""
        script = Path(__file__).with_name("js_auth.mjs")
        asked = {"platform": self.europe.platform_url, "call": call, "with": given}
        ended = subprocess.run(
            [self.node, str(script), str(INSTALLED)],
            input=json.dumps(asked),
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        said = json.loads(ended.stdout)
        return f"fault: {said['fault']}" if "fault" in said else said.get("value")

    def client(self, **more: str) -> dict[str, str]:
        channel = self.europe.options.sales_channel
        return {"clientId": channel.client_id, "clientSecret": channel.client_secret, **more}

    def bearer(self) -> dict[str, Any]:
        """A token of Ada's, by the library alone."""
        owner = {"type": "Customer", "id": self.europe.options.customers[0].id}
        claims = {_CLAIMS: {"owner": owner, "custom_claim": {"session": "s-1"}}}
        made = self.says("createAssertion", {"payload": claims})
        grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
        answer: dict[str, Any] = self.says("authenticate", grant, self.client(assertion=made, scope=_SCOPE))
        return answer


@pytest.fixture
def legacy(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def scene(tmp_path: Path, legacy: bool) -> Iterator[Scene]:
    node()  # nothing is started for tests that skip
    with Scene(quiet_port(), work_dir=tmp_path, legacy_sso=legacy) as made:
        yield made


@pytest.fixture
def library(scene: Scene) -> Library:
    return Library(node(), scene.europe)


@pytest.fixture
def handed(scene: Scene) -> tuple[str, str]:
    """The token that the shop's server was given by a running bridge, and whose it is."""
    bridge = BridgeProcess(scene.config_path, int(scene.bridge_url.rpartition(":")[2]))
    try:
        page = Shopper().open(scene.europe.url).press("Sign in").press("Ada Lovelace")
        assert page.says("Signed in as Ada Lovelace")
    finally:
        bridge.kill()
    (session,) = [one.signed_in for one in scene.europe.sessions.all() if one.signed_in is not None]
    return session.access_token, session.customer_id


modern = pytest.mark.parametrize("legacy", [False], ids=["jwt_bearer"], indirect=True)


@modern
def test_the_librarys_assertion_gets_a_token_that_the_library_verifies(library: Library) -> None:
    given = library.bearer()
    assert given["ownerType"] == "customer"
    assert given["scope"] == _SCOPE
    verified = library.says("jwtVerify", given["accessToken"])
    assert verified["payload"]["owner"]["id"] == given["ownerId"]
    assert verified["payload"]["custom_claim"] == {"session": "s-1"}
    assert library.says("getTokenType", verified["payload"]) == "sales_channel:customer"
    assert library.says("getCoreApiBaseEndpoint", given["accessToken"]).startswith("https://morgenrot.")
    broken = given["accessToken"][:-6] + "AAAAAA"
    assert library.says("jwtVerify", broken).startswith("fault: InvalidTokenError")


@modern
def test_the_library_refreshes_and_revokes(library: Library) -> None:
    first = library.bearer()
    again = library.client(refreshToken=first["refreshToken"], scope=_SCOPE)
    second = library.says("authenticate", "refresh_token", again)
    assert second["ownerId"] == first["ownerId"]
    assert second["refreshToken"] != first["refreshToken"]
    assert library.says("authenticate", "refresh_token", again)["errors"][0]["title"] == "invalid_grant"
    client = library.client(token=second["accessToken"])
    assert library.says("revoke", client) == {}


@modern
def test_the_library_reads_a_refusal_in_either_form(library: Library) -> None:
    for fault in ("", "error_object"):
        library.europe.platform.auth_fault = fault
        refused = library.says("authenticate", "client_credentials", library.client(scope="market:1234"))
        assert [error["title"] for error in refused["errors"]] == ["invalid_scope"]


@modern
def test_the_token_that_a_shop_is_handed_is_a_customers_to_the_library(
    library: Library, handed: tuple[str, str]
) -> None:
    token, customer_id = handed
    assert library.says("jwtVerify", token)["payload"]["owner"] == {"id": customer_id, "type": "Customer"}
    client = {"clientId": library.client()["clientId"], "scope": _SCOPE}
    told = library.says("shop", client, {"accessToken": token, "scope": _SCOPE})
    assert told["authorization"]["ownerType"] == "customer"
    assert told["authorization"]["ownerId"] == customer_id
    assert told["revoked"] == {}


@pytest.mark.parametrize("legacy", [True], ids=["legacy_sso"], indirect=True)
def test_a_token_that_the_bridge_signed_is_read_and_not_verified(
    library: Library, handed: tuple[str, str]
) -> None:
    token, customer_id = handed
    decoded = library.says("jwtDecode", token)
    assert decoded["header"] == {"alg": "HS512", "typ": "JWT"}
    assert library.says("getTokenType", decoded["payload"]) == "sales_channel:customer"
    assert decoded["payload"]["owner"]["id"] == customer_id
    assert library.says("jwtVerify", token).startswith("fault: InvalidTokenError")
