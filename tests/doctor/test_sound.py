"""What a check-up says of a set-up in which nothing is wrong, and the shape in which it says so."""

import re

from click.testing import CliRunner

from bridge.cli import main
from tests.doctor.ward import Ward


def test_nothing_fails_and_what_is_warned_of_is_development_alone(ward: Ward) -> None:
    ward.write()
    status, document = ward.examine()
    assert (status, document["status"]) == (0, "good")
    troubled = [one for one in document["findings"] if one["level"] in ("warning", "failed")]
    said = [one["message"] for one in troubled if one["subject"] != "redis"]
    assert said == ["server.development is true"]
    assert all(one["remedy"] for one in troubled)
    assert ward.examine("--strict")[0] == 1, "a warning counts"


def test_a_customer_is_handed_over_where_an_operator_asks_for_it(ward: Ward) -> None:
    ward.write()
    status, document = ward.examine("--customer", "us=101", "--customer", "eu=kXBqhVwZeA")
    assert status == 0, document
    said = " ".join(one["message"] for one in document["findings"])
    assert "the store signed the customer in" in said
    assert "a token for the customer was given" in said


def test_a_customer_of_no_store_is_refused(ward: Ward) -> None:
    ward.write()
    for words in ("us", "mars=101", "us=not-a-number"):
        ended = CliRunner().invoke(main, ["check", "--config", str(ward.path), "--customer", words])
        assert ended.exit_code == 2
        assert "--customer" in ended.stderr


def test_people_read_it_in_80_columns_with_the_parts_in_order(ward: Ward) -> None:
    ward.set("connections.acme", client_secret="not-the-right-one-at-all")
    ward.write()
    ended = CliRunner().invoke(main, ["check", "--config", str(ward.path)])
    assert ended.exit_code == 1
    lines = ended.stdout.splitlines()
    long = [line for line in lines if len(line) > 80 and " " in line.strip()]
    assert long == []
    groups = [line for line in lines[:-2] if line and not line.startswith(" ")]
    assert groups == [
        "configuration",
        "server",
        "redis",
        "connections.acme",
        "stores.eu",
        "stores.us",
        "clock",
    ]
    assert re.fullmatch(r"1 failed, \d+ warnings?, \d+ notes?, \d+ ok", lines[-2])
    assert lines[-1] == "Sign-ins will fail until what failed is mended."
    assert "not-the-right-one" not in ended.stdout
