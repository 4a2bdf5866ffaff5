"""The demo platform's Core API: who may do what with customers, and how it says no."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask

from bridge.demo.commercelayer import create_platform
from bridge.demo.serving import Served

from .organization import ADA, CHARLES, MEDIA_TYPE, OPTIONS, Platform, told


@pytest.fixture
def platform() -> Iterator[Platform]:
    apps: list[Flask] = []

    def make(url: str) -> Flask:
        apps.append(create_platform(OPTIONS, url))
        return apps[0]

    with Served.knowing_its_url(make) as served:
        yield Platform(served.url, apps[0].extensions["demo_platform"])


@pytest.fixture
def back_office(platform: Platform) -> str:
    return platform.integration()


@pytest.fixture
def ada(platform: Platform) -> str:
    return str(platform.bearer().json["access_token"])


@pytest.fixture
def guest(platform: Platform) -> str:
    return str(platform.token(grant_type="client_credentials").json["access_token"])


def where(**predicates: str) -> str:
    return "/customers?" + urlencode({f"filter[q][{name}]": value for name, value in predicates.items()})


def ids(platform: Platform, token: str, path: str) -> list[str]:
    return [one["id"] for one in platform.api("GET", path, token).json["data"]]


def test_a_customer_is_found_by_email_or_reference(platform: Platform, back_office: str) -> None:
    made = platform.create(
        back_office, email="new@acme.example", reference="sub-1", reference_origin="https://idp.example"
    )
    assert made.status == 201
    new = made.json["data"]["id"]
    assert ids(platform, back_office, where(email_eq="new@acme.example")) == [new]
    assert ids(platform, back_office, where(email_eq="NEW@ACME.example")) == [new]
    both = where(reference_eq="sub-1", reference_origin_eq="https://idp.example")
    assert ids(platform, back_office, both) == [new]
    assert ids(platform, back_office, where(reference_eq="sub-1", reference_origin_eq="other")) == []
    assert told(platform.api("GET", where(name_eq="x"), back_office))[0] == 400
    assert told(platform.api("GET", "/customers?q[email_eq]=x", back_office))[0] == 400


def test_pages(platform: Platform, back_office: str) -> None:
    answer = platform.api("GET", "/customers?page[size]=2&page[number]=2", back_office).json
    assert len(answer["data"]) == 1
    assert answer["meta"] == {"record_count": 3, "page_count": 2}


def test_a_customer_as_it_is_shown(platform: Platform, back_office: str) -> None:
    answer = platform.api("GET", f"/customers/{ADA}", back_office)
    assert answer.headers["Content-Type"] == MEDIA_TYPE
    data = answer.json["data"]
    assert (data["type"], data["id"]) == ("customers", ADA)
    assert data["attributes"]["email"] == "ada.lovelace@acme.example"
    assert data["attributes"]["status"] == "prospect"
    assert told(platform.api("GET", "/customers/nobody", back_office)) == (
        404,
        "RECORD_NOT_FOUND",
        "Record not found",
    )


def test_a_password_is_noted_and_never_shown(platform: Platform, back_office: str) -> None:
    made = platform.create(back_office, email="new@acme.example", password="never to be seen")
    assert made.json["data"]["attributes"]["has_password"] is True
    assert b"never to be seen" not in made.body


def test_a_change(platform: Platform, back_office: str) -> None:
    def change(customer_id: str, **attributes: Any) -> Any:
        data = {"type": "customers", "id": customer_id, "attributes": attributes}
        return platform.api("PATCH", f"/customers/{ADA}", back_office, data)

    assert change(ADA, reference="sub-9").json["data"]["attributes"]["reference"] == "sub-9"
    assert told(change(CHARLES, reference="sub-9"))[0] == 400, "the id is another than in the address"
    assert told(change(ADA, email="charles.babbage@acme.example"))[1] == "VALIDATION_ERROR"
    assert change(ADA, email="ADA.lovelace@acme.example").status == 200, "one's own e-mail is free"
    data = {"type": "customers", "id": "nobody", "attributes": {}}
    assert told(platform.api("PATCH", "/customers/nobody", back_office, data))[0] == 404


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no e-mail": ({"reference": "x"}, "email"),
    "not an e-mail": ({"email": "nobody"}, "email"),
    "two e-mails": ({"email": "a@b.example c@d.example"}, "email"),
    "an e-mail that is taken, in other letters": ({"email": "Ada.Lovelace@ACME.example"}, "email"),
    "an empty e-mail": ({"email": ""}, "email"),
    "a number for a reference": ({"email": "a@b.example", "reference": 7}, "reference"),
    "an empty password": ({"email": "a@b.example", "password": ""}, "password"),
    "a text for metadata": ({"email": "a@b.example", "metadata": "x"}, "metadata"),
}


@pytest.mark.parametrize(("attributes", "field"), WRONG.values(), ids=WRONG)
def test_a_wrong_customer_is_refused_with_a_pointer(
    platform: Platform, back_office: str, attributes: dict[str, Any], field: str
) -> None:
    answer = platform.create(back_office, **attributes)
    assert told(answer)[:2] == (422, "VALIDATION_ERROR")
    assert answer.json["errors"][0]["source"] == {"pointer": f"/data/attributes/{field}"}
    assert len(platform.state.customers) == 3


def test_an_unknown_attribute_and_a_body_of_another_kind(platform: Platform, back_office: str) -> None:
    assert told(platform.create(back_office, email="a@b.example", first_name="A"))[0] == 400
    nonsense: list[Any] = [{"type": "orders"}, {"type": "customers", "attributes": []}, []]
    for data in nonsense:
        assert told(platform.api("POST", "/customers", back_office, data))[0] == 400


def test_a_customer_group_must_exist(platform: Platform, back_office: str) -> None:
    def create(group: Any) -> Any:
        data = {
            "type": "customers",
            "attributes": {"email": "a@b.example"},
            "relationships": {"customer_group": {"data": group}},
        }
        return platform.api("POST", "/customers", back_office, data)

    assert create({"type": "customer_groups", "id": "nobody"}).status == 422
    assert create({"type": "markets", "id": "xgZVGFVZjv"}).status == 400
    assert create({"type": "customer_groups", "id": "xgZVGFVZjv"}).status == 201


def test_media_types(platform: Platform, back_office: str) -> None:
    wrong = {"Accept": "application/json"}
    assert told(platform.api("GET", "/customers", back_office, headers=wrong))[0] == 406
    data = {"type": "customers", "attributes": {"email": "a@b.example"}}
    for kind in ("application/json", f"{MEDIA_TYPE}; charset=utf-8"):
        answer = platform.api("POST", "/customers", back_office, data, {"Content-Type": kind})
        assert told(answer)[0] == 415


def test_a_customer_sees_themselves_and_nobody_else(platform: Platform, ada: str) -> None:
    assert platform.api("GET", f"/customers/{ADA}", ada).json["data"]["id"] == ADA
    assert told(platform.api("GET", f"/customers/{CHARLES}", ada))[1] == "RECORD_NOT_FOUND"
    assert told(platform.api("GET", "/customers", ada)) == (403, "UNAUTHORIZED", "Access denied")
    data = {"type": "customers", "id": ADA, "attributes": {"reference": "mine"}}
    assert told(platform.api("PATCH", f"/customers/{ADA}", ada, data))[0] == 403


def test_a_guest_may_become_a_customer_and_look_at_none(platform: Platform, guest: str) -> None:
    assert told(platform.api("GET", where(email_eq="ada.lovelace@acme.example"), guest))[0] == 403
    assert told(platform.api("GET", f"/customers/{ADA}", guest))[0] == 403
    assert platform.create(guest, email="guest@acme.example").status == 201


def test_without_a_token_of_this_platform_nothing_is_told(platform: Platform, ada: str) -> None:
    foreign = ada.rpartition(".")[0] + "." + ada.rpartition(".")[2][::-1]
    for token in ("", "nonsense", foreign, "a.b.c"):
        answer = platform.api("GET", f"/customers/{ADA}", token)
        assert told(answer) == (401, "INVALID_TOKEN", "Invalid token")
        assert answer.headers["Content-Type"] == MEDIA_TYPE


def test_a_token_that_is_over_is_refused(platform: Platform, ada: str) -> None:
    platform.state.ledger._now = lambda: time.time() + 4 * 3600
    assert told(platform.api("GET", f"/customers/{ADA}", ada))[1] == "INVALID_TOKEN"


def test_too_many_calls(platform: Platform, ada: str) -> None:
    platform.state.api_window.limit = 1
    assert platform.api("GET", f"/customers/{ADA}", ada).headers["x-ratelimit-remaining"] == "0"
    assert told(platform.api("GET", f"/customers/{ADA}", ada))[0] == 429


@pytest.mark.parametrize(("fault", "status"), [("down", 503), ("500", 500), ("429", 429), ("401", 401)])
def test_a_fault_stays_until_it_is_cleared(
    platform: Platform, back_office: str, fault: str, status: int
) -> None:
    platform.fault(api=fault)
    assert [platform.api("GET", "/customers", back_office).status for _ in range(2)] == [status, status]
    platform.fault(api="")
    assert platform.api("GET", "/customers", back_office).status == 200


def test_a_lost_answer_leaves_a_customer_behind(platform: Platform, back_office: str) -> None:
    platform.fault(api="lost_answer")
    assert platform.create(back_office, email="new@acme.example").status == 500
    assert len(ids(platform, back_office, where(email_eq="new@acme.example"))) == 1


def test_somebody_else_is_faster(platform: Platform, back_office: str) -> None:
    platform.fault(api="duplicate")
    assert platform.create(back_office, email="new@acme.example").status == 422
    assert len(ids(platform, back_office, where(email_eq="new@acme.example"))) == 1


def test_slow_is_slow(platform: Platform, back_office: str) -> None:
    platform.fault(api="slow")
    begin = time.monotonic()
    assert platform.api("GET", "/customers", back_office).status == 200
    assert time.monotonic() - begin >= 0.3


def test_calls_are_counted_with_who_made_them(platform: Platform, back_office: str, ada: str) -> None:
    platform.api("GET", f"/customers/{ADA}", ada)
    platform.api("GET", "/customers", back_office)
    assert [call.by for call in platform.state.calls] == [f"sales_channel, customer {ADA}", "integration"]
