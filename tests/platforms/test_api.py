"""The management API that cannot be called: each cause by its name."""

import pytest

from bridge.domain.deadline import Deadline
from bridge.domain.http import FailureKind, HttpFailure, HttpReply, HttpRequest
from bridge.domain.refusal import Reason, Refused
from bridge.domain.secret import Secret
from bridge.platforms.bigcommerce.account import Account
from bridge.platforms.bigcommerce.api import Api
from tests.contracts.world import FakeClock

ACCOUNT = Account(
    store_hash="abc123",
    client_id="client",
    client_secret=Secret("s" * 64),
    access_token=Secret("token"),
    channel_id=1,
    api_url="https://api.example",
)


class Broken:
    """A way out on which nothing gets through."""

    def __init__(self, kind: FailureKind) -> None:
        self._kind: FailureKind = kind

    def send(self, request: HttpRequest, deadline: Deadline) -> HttpReply:
        raise HttpFailure(self._kind, "a test")


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("timeout", Reason.STORE_UNAVAILABLE),
        ("circuit_open", Reason.STORE_UNAVAILABLE),
        ("busy", Reason.STORE_BUSY),
    ],
)
def test_each_cause_has_its_name(clock: FakeClock, kind: FailureKind, reason: Reason) -> None:
    with pytest.raises(Refused) as caught:
        Api(ACCOUNT, Broken(kind)).get("/v3/customers", {}, clock.deadline())
    assert caught.value.reason is reason
