"""The store's management API: the platform's rules about customers, quotas and tokens."""

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from bridge.demo.bigcommerce import StoreOptions, create_store
from bridge.demo.serving import Served

from .web import Answer, call

STORE = StoreOptions("http://127.0.0.1:9/login/us", "abc123", "cid", "secret", "the-token", slow_seconds=0.3)
ROW = {"email": "new@acme.example", "first_name": "New", "last_name": "Comer"}


class Api:
    def __init__(self, url: str) -> None:
        self.url = url

    def __call__(self, method: str, path: str, body: Any = None, token: str = "the-token") -> Answer:
        return call(method, f"{self.url}/stores/abc123{path}", body=body, headers={"X-Auth-Token": token})

    def fault(self, name: str) -> None:
        assert call("POST", f"{self.url}/_demo/faults", body={"api": name}).status == 200


@pytest.fixture
def api() -> Iterator[Api]:
    with Served(create_store(STORE)) as served:
        yield Api(served.url)


def test_without_the_access_token_nothing_is_told(api: Api) -> None:
    for token in ("", "another"):
        assert api("GET", "/v3/customers", token=token).status == 401


def test_another_store_is_not_found(api: Api) -> None:
    answer = call("GET", f"{api.url}/stores/zzz/v3/customers", headers={"X-Auth-Token": "the-token"})
    assert answer.status == 404
    assert answer.headers.get_content_type() == "application/json"


def test_the_clock_and_the_store(api: Api) -> None:
    assert abs(api("GET", "/v2/time").json["time"] - time.time()) < 3
    assert api("GET", "/v2/store").json["secure_url"] == api.url


def test_a_customer_is_found_by_email_whatever_its_case(api: Api) -> None:
    found = api("GET", "/v3/customers?email:in=ADA.Lovelace%40acme.example").json
    assert [one["id"] for one in found["data"]] == [101]
    assert found["data"][0]["channel_ids"] is None
    assert found["meta"]["pagination"]["total"] == 1
    assert api("GET", "/v3/customers?email:in=nobody%40acme.example").json["data"] == []


def test_pages_and_ids(api: Api) -> None:
    second = api("GET", "/v3/customers?limit=2&page=2").json
    assert [one["id"] for one in second["data"]] == [103]
    assert second["meta"]["pagination"] == {
        "total": 3,
        "count": 1,
        "per_page": 2,
        "current_page": 2,
        "total_pages": 2,
    }
    assert len(api("GET", "/v3/customers?id:in=101,103,9").json["data"]) == 2
    assert api("GET", "/v3/customers?id:in=x").status == 422


def test_create_change_and_delete(api: Api) -> None:
    made = api("POST", "/v3/customers", [ROW]).json["data"][0]
    assert made["id"] > 103
    assert made["email"] == "new@acme.example"
    changed = api("PUT", "/v3/customers", [{"id": made["id"], "company": "Acme"}]).json["data"][0]
    assert changed == {**made, "company": "Acme", "date_modified": changed["date_modified"]}
    assert api("DELETE", f"/v3/customers?id:in={made['id']}").status == 204
    assert api("GET", f"/v3/customers?id:in={made['id']}").json["data"] == []


BAD_ROWS: dict[str, Any] = {
    "no e-mail": {"first_name": "A", "last_name": "B"},
    "no last name": {"email": "a@b.example", "first_name": "A"},
    "empty first name": {**ROW, "first_name": ""},
    "name too long": {**ROW, "last_name": "x" * 101},
    "e-mail too long": {**ROW, "email": "x" * 250 + "@b.example"},
    "not an e-mail": {**ROW, "email": "nobody"},
    "company too long": {**ROW, "company": "x" * 256},
    "unknown field": {**ROW, "accepts_marketing": True},
    "no channel": {**ROW, "channel_ids": []},
    "channel as text": {**ROW, "channel_ids": ["1"]},
    "group as text": {**ROW, "customer_group_id": "1"},
    "e-mail taken, other case": {**ROW, "email": "ADA.lovelace@acme.example"},
    "e-mail taken, named channel": {**ROW, "email": "ada.lovelace@acme.example", "channel_ids": [1]},
}


@pytest.mark.parametrize("row", BAD_ROWS.values(), ids=BAD_ROWS)
def test_a_wrong_row_is_refused_and_the_good_one_beside_it_too(api: Api, row: dict[str, Any]) -> None:
    answer = api("POST", "/v3/customers", [{**ROW, "email": "good@acme.example"}, row])
    assert answer.status == 422
    assert answer.json["errors"]
    assert api("GET", "/v3/customers").json["meta"]["pagination"]["total"] == 3


def test_the_body_is_an_array_of_at_most_ten(api: Api) -> None:
    rows = [{**ROW, "email": f"{number}@acme.example"} for number in range(11)]
    assert api("POST", "/v3/customers", rows).status == 413
    assert api("POST", "/v3/customers", ROW).status == 422
    assert api("POST", "/v3/customers", rows[:10]).status == 200
    answer = call(
        "POST", f"{api.url}/stores/abc123/v3/customers", form={}, headers={"X-Auth-Token": "the-token"}
    )
    assert answer.status == 415


def test_the_same_email_may_exist_once_in_each_channel(api: Api) -> None:
    assert api("POST", "/v3/customers", [{**ROW, "channel_ids": [1]}]).status == 200
    assert api("POST", "/v3/customers", [{**ROW, "channel_ids": [2]}]).status == 200
    assert api("POST", "/v3/customers", [{**ROW, "channel_ids": [2, 3]}]).status == 422
    assert len(api("GET", "/v3/customers?email:in=new%40acme.example").json["data"]) == 2


def test_channel_settings(api: Api) -> None:
    path = "/v3/customers/settings/channels"
    assert api("GET", f"{path}/1").json["data"]["allow_global_logins"] is True
    assert api("GET", f"{path}/2").json["data"]["allow_global_logins"] is False
    assert api("PUT", f"{path}/2", {"allow_global_logins": True}).status == 200
    assert api("GET", f"{path}/2").json["data"]["allow_global_logins"] is True


def test_a_quota_that_is_used_up_says_when_to_come_back() -> None:
    with Served(create_store(replace(STORE, quota=2))) as served:
        api = Api(served.url)
        left = [api("GET", "/v2/time").headers["X-Rate-Limit-Requests-Left"] for _ in range(2)]
        assert left == ["1", "0"]
        refused = api("GET", "/v2/time")
        assert refused.status == 429
        assert 0 < int(refused.headers["X-Rate-Limit-Time-Reset-Ms"]) <= 30_000


@pytest.mark.parametrize(
    ("fault", "status"), [("down", 503), ("429", 429), ("overload", 429), ("500", 500), ("401", 401)]
)
def test_a_fault_stays_until_it_is_cleared(api: Api, fault: str, status: int) -> None:
    api.fault(fault)
    answers = [api("GET", "/v2/time") for _ in range(2)]
    assert [answer.status for answer in answers] == [status, status]
    assert ("X-Rate-Limit-Requests-Left" in answers[0].headers) is (fault != "overload")
    api.fault("")
    assert api("GET", "/v2/time").status == 200
    wrong: list[Any] = [
        {"api": "nonsense"},
        {"api": ["down"]},
        {"clock_offset": "inf"},
        {"clock_offset": "x"},
        [],
    ]
    for nonsense in wrong:
        assert call("POST", f"{api.url}/_demo/faults", body=nonsense).status == 400


def test_a_lost_answer_leaves_a_customer_behind(api: Api) -> None:
    api.fault("lost_answer")
    assert api("POST", "/v3/customers", [ROW]).status == 500
    assert len(api("GET", "/v3/customers?email:in=new%40acme.example").json["data"]) == 1


def test_slow_is_slow(api: Api) -> None:
    api.fault("slow")
    begin = time.monotonic()
    assert api("GET", "/v2/time").status == 200
    assert time.monotonic() - begin >= 0.3


def test_calls_are_counted_and_pages_are_not(api: Api) -> None:
    api("GET", "/v2/time")
    call("GET", api.url)
    counted = call("GET", f"{api.url}/_demo/calls").json
    assert counted == {
        "count": 1,
        "calls": [{"method": "GET", "path": "/stores/abc123/v2/time", "status": 200}],
    }
    call("DELETE", f"{api.url}/_demo/calls")
    assert call("GET", f"{api.url}/_demo/calls").json["count"] == 0


def test_another_host_name_is_refused_before_anything_else(api: Api) -> None:
    headers = {"Host": "rebound.example", "X-Auth-Token": "the-token"}
    assert call("GET", f"{api.url}/stores/abc123/v2/time", headers=headers).status == 403


@pytest.mark.parametrize(
    "wrong", [{}, {"id": 999}, {"id": [101]}, {"id": "101"}, {"id": 101, "origin_channel_id": 2}]
)
def test_a_change_names_a_customer_and_nothing_fixed(api: Api, wrong: dict[str, Any]) -> None:
    assert api("PUT", "/v3/customers", [{"company": "Acme", **wrong}]).status == 422


def test_an_email_cannot_be_changed_to_somebody_elses(api: Api) -> None:
    assert api("PUT", "/v3/customers", [{"id": 102, "email": "Ada.Lovelace@acme.example"}]).status == 422


def test_another_sites_page_cannot_press_the_switches(api: Api) -> None:
    answer = call(
        "POST", f"{api.url}/_demo/faults", form={"api": "down"}, headers={"Origin": "https://evil.example"}
    )
    assert answer.status == 403
