"""Serving: loopback only, closed cleanly."""

import socket

import pytest
from flask import Flask

from bridge.demo.bigcommerce import StoreOptions, create_store
from bridge.demo.idp import IdpOptions, create_idp
from bridge.demo.loopback import NotLoopbackError
from bridge.demo.serving import Served

from .web import call


def hello() -> Flask:
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: "hello")
    return app


def test_a_served_app_answers_until_it_is_stopped_twice() -> None:
    served = Served(hello())
    assert call("GET", served.url).body == b"hello"
    served.stop()
    served.stop()
    with pytest.raises(OSError):
        call("GET", served.url)


def test_the_port_can_be_chosen_and_used_again_at_once() -> None:
    with Served(hello()) as first:
        call("GET", first.url)
    with Served(hello(), port=first.port) as second:
        assert second.url == first.url
        with pytest.raises(OSError, match="in use"):
            Served(hello(), port=first.port)
        assert call("GET", second.url).status == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.10", "example.com", ""])
def test_nothing_but_loopback_is_served(host: str) -> None:
    with pytest.raises(NotLoopbackError):
        Served(hello(), host=host)


def test_a_provider_elsewhere_cannot_be_made() -> None:
    with pytest.raises(NotLoopbackError):
        create_idp(IdpOptions("https://idp.example.com", ()))


def test_another_host_name_is_refused() -> None:
    store = create_store(StoreOptions("http://127.0.0.1/login/us", "h", "c", "s", "t"))
    with Served(store) as served:
        assert call("GET", served.url).status == 200
        assert call("GET", served.url, headers={"Host": "rebound.example"}).status == 403


def test_the_start_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    with Served(hello()) as served:
        call("GET", served.url)
    assert capfd.readouterr() == ("", "")


def test_a_silent_client_does_not_hold_the_stop() -> None:
    with Served(hello()) as served, socket.create_connection(("127.0.0.1", served.port)):
        call("GET", served.url)
        served.stop()
