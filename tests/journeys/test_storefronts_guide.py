"""What docs/storefronts.md tells a storefront to run does what it says."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.stage import Stage
from tests.journeys.storefronts import NEW, add_storefronts, arrive, return_url

pytestmark = pytest.mark.slow

GUIDE = (Path(__file__).parents[2] / "docs" / "storefronts.md").read_text(encoding="utf-8")
_PAGE = """
const kept = new Map();
globalThis.sessionStorage = { setItem: (k, v) => kept.set(k, v), getItem: (k) => kept.get(k) ?? null,
  removeItem: (k) => kept.delete(k) };
globalThis.history = { replaceState: () => {} };
const lines = (await import("node:readline")).createInterface({ input: process.stdin })[Symbol.asyncIterator]();
globalThis.location = { pathname: "/", assign: (url) => console.log(url) };
await signIn("/cart");
location.search = (await lines.next()).value;
console.log(JSON.stringify(await comeBack()));
process.exit(0);
"""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with Stage(tmp_path_factory.mktemp("guide")) as stage:
        add_storefronts(stage)
        stage.serve()
        yield stage


def tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"there is no {name} on this machine")
    return found


def examples(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)


def test_curl(stage: Stage) -> None:
    command = next(one for one in examples("sh") if "/token/" in one)
    here = command.replace("https://sso.example.com", stage.bridge_url).replace("/token/eu", "/token/server")
    here = here.replace('"eu:$EU_HANDOFF"', '"server:$EU_HANDOFF"').replace("curl", tool("curl") + " -s")
    environ = {"EU_HANDOFF": NEW, "CODE": arrive(stage)["code"], "PATH": os.environ["PATH"]}
    done = subprocess.run(["/bin/sh", "-c", here], env=environ, capture_output=True, check=True, timeout=30)
    assert json.loads(done.stdout)["customer_id"] == "101"


def test_node(stage: Stage) -> None:
    program = examples("js")[0] + (
        "const given = await redeem(process.argv[1]);"
        "const renewed = await renew(given.session);"
        "const again = await redeem(process.argv[1]).catch((error) => error.message);"
        "console.log(JSON.stringify([given, renewed, again]));"
    )
    environ = {
        "BRIDGE_URL": stage.bridge_url,
        "BRIDGE_STORE": "server",
        "BRIDGE_SECRET": NEW,
        "PATH": os.environ["PATH"],
    }
    command = [tool("node"), "--input-type=module", "-e", program, arrive(stage)["code"]]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True, timeout=30)
    given, renewed, again = json.loads(done.stdout)
    assert given["customer_id"] == renewed["customer_id"] == "101"
    assert given["access_token"] != renewed["access_token"]
    assert re.fullmatch(r"invalid_grant \(reference [0-9a-z]{8}\)", again)


def test_page(stage: Stage) -> None:
    """The page's script, in Node with as much of a browser as it needs; `fetch` sends no Origin there."""
    script = examples("js")[1].replace("https://sso.example.com", stage.bridge_url)
    script = script.replace('STORE = "eu"', 'STORE = "page"').replace("export ", "")
    with subprocess.Popen(
        [tool("node"), "--input-type=module", "-e", script + _PAGE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as node:
        assert node.stdout is not None
        assert node.stdin is not None
        login = node.stdout.readline().strip()
        from tests.journeys.browser import Browser

        browser = Browser()
        at_provider = browser.fetch(login)
        assert at_provider.status == 303, at_provider.refusal
        end = browser.fetch(stage.at_provider(browser, at_provider.location).location)
        node.stdin.write(end.location.removeprefix(return_url(stage)) + "\n")
        node.stdin.flush()
        given = json.loads(node.stdout.readline())
        assert node.wait(30) == 0
    assert given["customer_id"] == "101"
    assert given["return_to"] == "/cart"
