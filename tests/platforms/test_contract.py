"""The contract suite that is shipped for other platforms, kept by the bridge's own."""
# ruff: noqa: RUF012 - as an author would write it

import time
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from werkzeug.test import Client

from bridge.demo.bigcommerce import create_store
from bridge.domain.deadline import Deadline
from bridge.domain.http import Http, HttpReply, HttpRequest
from bridge.platform_contract import PlatformContract
from tests.platforms.commercelayer.organization import CHANNEL, INTEGRATION, SCOPE, Organization
from tests.platforms.conftest import OPTIONS, Says


class Within:
    """A WSGI app as the port `Http`."""

    def __init__(self, app: Any) -> None:
        self._client = Client(app)
        self._from = {"REMOTE_ADDR": "127.0.0.1"}  # the demo answers nobody else

    def send(self, request: HttpRequest, deadline: Deadline) -> HttpReply:
        answer = self._client.open(
            urlsplit(request.url)._replace(scheme="", netloc="").geturl(),
            method=request.method,
            headers=dict(request.headers),
            data=request.body,
            environ_base=self._from,
        )
        headers = {name.lower(): value for name, value in answer.headers}
        return HttpReply(answer.status_code, headers, answer.get_data())


class TestBigCommerce(PlatformContract):
    name = "bigcommerce"
    store = {
        "url": "https://store.example.com",
        "bigcommerce": {
            "store_hash": OPTIONS.store_hash,
            "client_id": OPTIONS.client_id,
            "client_secret": OPTIONS.client_secret,
            "access_token": "bc-token",
        },
    }
    customer = "101"
    known = "ada@acme.example"

    def http(self) -> Http:
        return Within(create_store(replace(OPTIONS)))


class TestCommerceLayer(PlatformContract):
    name = "commercelayer"
    store = {
        "url": "https://shop.example.eu",
        "return_url": "https://shop.example.eu/auth/return",
        "handoff_secret": "hand-off-secret-" * 3,
        "commercelayer": {
            "slug": "my-org",
            "client_id": CHANNEL[0],
            "client_secret": CHANNEL[1],
            "scope": SCOPE,
            "integration_client_id": INTEGRATION[0],
            "integration_client_secret": INTEGRATION[1],
        },
    }
    customer = "AAAAAAAAAA"
    known = "ada@acme.example"

    def http(self) -> Http:
        return Organization(time.time)


class TestCommerceLayersLegacyTokens(PlatformContract):
    name = "commercelayer"
    store = {
        "url": "https://shop.example.eu",
        "return_url": "https://shop.example.eu/auth/return",
        "handoff_secret": "hand-off-secret-" * 3,
        "commercelayer": {
            "mode": "legacy_sso",
            "slug": "my-org",
            "legacy_sso": {
                "shared_secret": "s" * 64,
                "organization": {"id": "o", "slug": "my-org", "enterprise": True},
                "application": {"id": "a", "kind": "webapp", "public": False},
            },
        },
    }
    customer = "AAAAAAAAAA"


class TestShopify(PlatformContract):
    name = "shopify"
    store = {
        "url": "https://www.example.shop",
        "shopify": {"multipass_secret": "multipass-secret-value", "shop_domain": "my-shop.myshopify.com"},
    }
    customer = "ada@acme.example"
    known = "ada@acme.example"
    hosts = ("my-shop.myshopify.com",)

    def http(self) -> Http:
        return Says(b"", date="Fri, 15 Jan 2027 08:00:00 GMT")


def test_the_suite_notices_what_it_is_for() -> None:
    """One that promises everything and keeps nothing."""

    class TestNothing(TestShopify):
        known = "eve@acme.example"

    with pytest.raises(AssertionError):
        TestNothing().test_who_is_known_is_found_by_the_address_and_exists()
    with pytest.raises(AssertionError):
        type(
            "TestElsewhere", (TestShopify,), {"hosts": ()}
        )().test_an_address_is_on_the_store_and_good_for_one_visit()
