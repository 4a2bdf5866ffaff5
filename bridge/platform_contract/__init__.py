"""What the bridge relies on in a commerce platform, as tests that its author runs.

    from bridge.platform_contract import PlatformContract

    class TestAcme(PlatformContract):
        name = "acme"
        store = {"url": "https://shop.example.com", "acme": {"secret": "…"}}
        customer = "101"

pytest collects it as it stands, and shows more of a failure after
`pytest.register_assert_rewrite("bridge.platform_contract")`; unittest takes a class that is a `TestCase` as
well. Nothing here sends anything: requests go to `http`, a stand-in for the platform that the author writes.
What cannot be judged is skipped and says why.
"""

from bridge.platform_contract.door import AtTheDoor
from bridge.platform_contract.ground import NoServer
from bridge.platform_contract.sign_in import AtSignIn

__all__ = ["NoServer", "PlatformContract"]


class PlatformContract(AtTheDoor, AtSignIn):
    """Every promise; an author's class says of which platform."""
