"""Changing the cookie key: nobody under way is cut off, and a key that was taken away opens nothing."""

import secrets

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.journeys.browser import CLICK, Browser, Cookie
from tests.journeys.stage import Stage
from tests.web.apps import MakeApp

OLD, NEW = secrets.token_urlsafe(32), secrets.token_urlsafe(32)


def depart(app: Flask, stage: Stage) -> tuple[Cookie, str]:
    """The ticket of an attempt that began at `app`, and the callback it waits for."""
    login = app.test_client().get("/login/us?return_to=/cart", headers=CLICK)
    (ticket,) = (Cookie.read(line) for line in login.headers.getlist("Set-Cookie"))
    back = stage.at_provider(Browser(), login.headers["Location"]).location
    return ticket, back.removeprefix(stage.public_url)


def come_back(app: Flask, ticket: Cookie, callback: str) -> TestResponse:
    headers = {**CLICK, "Cookie": f"{ticket.name}={ticket.value}"}
    return app.test_client(use_cookies=False).get(callback, headers=headers)


def test_an_older_key_still_verifies_a_ticket(make_app: MakeApp, stage: Stage) -> None:
    ticket, callback = depart(make_app(cookie_keys=[OLD]), stage)
    answer = come_back(make_app(cookie_keys=[NEW, OLD]), ticket, callback)
    assert answer.status_code == 303
    assert "/login/token/" in answer.headers["Location"]


def test_the_newest_key_signs(make_app: MakeApp, stage: Stage) -> None:
    ticket, callback = depart(make_app(cookie_keys=[NEW, OLD]), stage)
    assert (
        come_back(make_app(cookie_keys=[OLD]), ticket, callback).headers["Bridge-Refusal"] == "other_browser"
    )
    assert come_back(make_app(cookie_keys=[NEW]), ticket, callback).status_code == 303


def test_a_key_that_was_taken_away_verifies_nothing(make_app: MakeApp, stage: Stage) -> None:
    ticket, callback = depart(make_app(cookie_keys=[OLD]), stage)
    answer = come_back(make_app(cookie_keys=[NEW]), ticket, callback)
    assert (answer.status_code, answer.headers["Bridge-Refusal"]) == (400, "other_browser")


@pytest.mark.parametrize("cut", [1, 5, 20])
def test_a_ticket_cut_short_is_none(app: Flask, stage: Stage, cut: int) -> None:
    ticket, callback = depart(app, stage)
    short = Cookie(ticket.name, ticket.value[:-cut], {})
    assert come_back(app, short, callback).headers["Bridge-Refusal"] == "other_browser"
