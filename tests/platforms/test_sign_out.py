"""Where a customer is signed out of the store itself: by a token that goes on to the sign-out, or without one."""

import pytest

from bridge.domain.customer import Customer
from bridge.domain.hand_off import Redirect
from bridge.domain.refusal import Reason, Refused
from bridge.domain.sign_out import Leave, signs_out

from .conftest import OPTIONS, World, soon
from .test_login_token import part


def address(world: World, customer: str | None) -> str:
    leave = Leave(customer=None if customer is None else Customer(customer), return_to="/cart")
    made = world.platform.sign_out(leave, soon())
    assert isinstance(made, Redirect)
    return made.url


def test_a_known_customer_is_signed_in_to_be_signed_out(world: World) -> None:
    assert signs_out(world.platform)
    url = address(world, "101")
    claims = part(url, 1)
    assert url.startswith(f"{world.url}/login/token/")
    assert claims["redirect_to"] == "/login.php?action=logout", "whatever the browser wanted"
    assert (claims["customer_id"], claims["store_hash"]) == (101, OPTIONS.store_hash)
    assert claims["jti"] != part(address(world, "101"), 1)["jti"], "each is for one use"


def test_somebody_unknown_goes_the_way_of_the_stores_own_link(world: World) -> None:
    assert address(world, None) == f"{world.url}/login.php?action=logout"


@pytest.mark.parametrize("customer", ["0", "01", "-1", "x", "1" * 19, "101/../x"])
def test_no_token_is_made_for_what_is_no_customer(world: World, customer: str) -> None:
    with pytest.raises(Refused) as caught:
        address(world, customer)
    assert caught.value.reason is Reason.STORE_REJECTED
