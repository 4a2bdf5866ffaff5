"""The shop as a shopper meets it."""

from collections.abc import Iterator

import pytest

from bridge.demo.bigcommerce import StoreOptions, create_store
from bridge.demo.bigcommerce.catalog import PRODUCTS
from bridge.demo.serving import Served
from bridge.demo.shopper import Shopper

from .plainbridge import login_token
from .web import call

STORE = StoreOptions("http://127.0.0.1:9/login/us", "abc123", "cid", "secret", "the-token")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with Served(create_store(STORE)) as served:
        yield served.url


def signed_in(url: str) -> Shopper:
    shopper = Shopper()
    assert shopper.open(f"{url}/login/token/{login_token(STORE)}").says("Signed in as Ada Lovelace")
    return shopper


def test_every_product_has_a_page_and_nothing_comes_from_elsewhere(url: str) -> None:
    for product in PRODUCTS:
        page = Shopper().open(f"{url}/products/{product.slug}")
        assert page.says(product.name)
        assert "http://" not in page.text.replace("http://127.0.0.1:9/login/us", "")
        assert "https://" not in page.text
        assert "<script" not in page.text


def test_sign_in_links_lead_to_the_bridge_and_back_to_the_page(url: str) -> None:
    for path, back in (("/", "%2F"), ("/cart", "%2Fcart"), ("/login.php", "%2Faccount.php")):
        page = Shopper().open(url + path)
        links = {link.href for link in page.markup.links if link.label.startswith("Sign in with")}
        assert links == {f"http://127.0.0.1:9/login/us?return_to={back}"}


def test_a_signed_in_customer_pays_the_contract_price_and_may_order(url: str) -> None:
    guest = Shopper().open(f"{url}/products/lamp").press("Add Halden")
    assert guest.says("$89.00")
    assert not guest.says("Place the order")
    shopper = signed_in(url)
    cart = shopper.open(f"{url}/products/lamp").press("Add Halden")
    assert cart.says("$78.32")
    assert cart.press("Place the order").says("Thank you, Ada")
    assert shopper.open(f"{url}/cart").says("Nothing in it yet")


def test_a_cart_counts_up_and_down(url: str) -> None:
    page = Shopper().open(f"{url}/products/mug").press("Add Long-meeting")
    page = page.press("One Long-meeting mug more")
    assert page.says("$23.60")
    page = page.press("One Long-meeting mug fewer").press("One Long-meeting mug fewer")
    assert page.says("Nothing in it yet")
    assert call("POST", f"{url}/cart", form={"product": "nothing", "add": "1"}).status == 404


def test_the_account_is_for_who_is_signed_in(url: str) -> None:
    assert Shopper().open(f"{url}/account.php").url == f"{url}/login.php"
    assert Shopper().open(f"{url}/cart").markup.forms == []
    assert call("POST", f"{url}/order", form={}).location == "/cart"
    page = signed_in(url).open(f"{url}/account.php")
    assert page.says("Acme Engines Ltd")
    assert page.press("Sign out of this store only").says("You are signed out")


def test_a_page_that_is_not_there_is_still_the_shop(url: str) -> None:
    page = Shopper().open(f"{url}/products/anvil")
    assert page.status == 404
    assert page.says("This shelf is empty")


def test_testers_see_logins_calls_and_customers(url: str) -> None:
    signed_in(url)
    call("GET", f"{url}/stores/abc123/v2/time", headers={"X-Auth-Token": "the-token"})
    page = Shopper().open(f"{url}/_demo/log")
    assert page.says("signed in")
    assert page.says("/stores/abc123/v2/time")
    assert page.says("joan.clarke@elsewhere.example")
    assert "secret" not in page.text
    told = call("GET", f"{url}/_demo/customers").json
    assert told["count"] == len(STORE.customers)
