"""A file of any damage, an import that is killed, two at once, people who sign in meanwhile: still one each."""

import json
import random
import subprocess
import threading
import time
from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

from bridge.domain.customer import Customer, Link
from bridge.domain.identity import IdentityKey
from tests.cli.command import COMMAND
from tests.cli.customers import ACME, Desk

HEAD = "customer_id,issuer,subject,email\r\n"
COUNT = 20_000


def row(number: int, subject: str = "") -> str:
    return f"{number},{ACME},{subject or f'00u{number}'},\r\n"


def test_a_file_with_every_damage_costs_the_damaged_lines_alone(desk: Desk) -> None:
    """Lines are counted as an editor does; what is whole goes in, whatever stands beside it."""
    lines: list[bytes | str] = [
        HEAD,
        row(2),
        b"3," + ACME.encode() + b",00u3\xff,\r\n",  # 3: not UTF-8
        b"4," + ACME.encode() + b",00u4\0,\r\n",  # 4: NUL
        f'5,"{ACME},00u5,\r\n',  # 5: a quote that is never closed
        row(6),
        f"7,{ACME},00u7\r\n",  # 7: too few columns
        f"8,{ACME},00u8,,\r\n",  # 8: too many
        "9," + "x" * 10_000_000 + "\r\n",  # 9: ten megabytes
        row(10),
        row(10),  # the same again is no fault
        row(11, "00u10"),  # 12: somebody who is another customer already
        row(10, "late"),  # 13: a customer who is somebody already
        f"=1+1,{ACME},00u14,\r\n",  # 14: a formula for a customer
        f"@SUM(1),{ACME},00u15,\r\n",  # 15
        f'16,{ACME},"=HYPERLINK(""http://evil.example"")",\r\n',  # a subject is byte for byte what it is
        f"17,{ACME}, 00u17,\r\n",  # 17: a space before
        "18,https://evil.example/,00u18,\r\n",  # 18: no issuer of ours
        "19,,,K\u212a@acme.example\r\n",  # 19: the Kelvin sign
        "\r\n",
        f"-21,{ACME},00u21,\r\n",  # 21
        f"0,{ACME},00u22,\r\n",  # 22
        f"23,{ACME},00u2",  # 23: cut off
    ]
    text = b"\xef\xbb\xbf" + b"".join(line if isinstance(line, bytes) else line.encode() for line in lines)
    ended = desk.run("import", "--json", desk.file("bad.csv", text), "--store", "us")
    *failures, last = [json.loads(line) for line in ended.out.splitlines()]
    told = {failure["line"]: failure["error"] for failure in failures}
    assert told == {
        3: "encoding", 4: "nul", 5: "quotes", 7: "columns", 8: "columns", 9: "too_long", 12: "conflict",
        13: "conflict", 14: "customer_id", 15: "customer_id", 17: "subject", 18: "connection", 19: "email",
        21: "customer_id", 22: "customer_id", 23: "columns",
    }  # fmt: skip
    assert (last["new"], last["same"], last["failed"]) == (4, 1, len(told))
    stands = {one.customer for one in desk.links.all_links("us")}
    assert stands == {"2", "6", "10", "16"}
    assert ended.status == 1


def importing(desk: Desk, file: Path, *more: str) -> "subprocess.Popen[bytes]":
    command = [*COMMAND, "customers", "import", str(file), "--store", "us", "--config", str(desk.config)]
    return subprocess.Popen([*command, *more], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def some_are_in(desk: Desk, process: "subprocess.Popen[bytes]") -> None:
    give_up = time.monotonic() + 30
    known = desk.server.command("DBSIZE")
    while desk.server.command("DBSIZE") < known + 1000 and process.poll() is None:
        assert time.monotonic() < give_up
        time.sleep(0.01)


def assert_agreed(desk: Desk, count: int) -> Counter[str]:
    """Each customer has one identity, and both sides say so; the identities by who said so."""
    rows = {one.identity: one for one in desk.links.all_links("us")}
    assert len(rows) == count
    assert len({one.customer for one in rows.values()}) == count
    for one in islice(rows.values(), 0, None, max(1, count // 500)):
        assert [each.identity for each in desk.links.holders(Customer(one.customer), "us")] == [one.identity]
    return Counter(one.evidence for one in rows.values())


@pytest.mark.slow
def test_an_import_killed_again_and_again_is_whole_in_the_end_and_goes_round(desk: Desk) -> None:
    file = desk.file("x.csv", HEAD + "".join(map(row, range(2, COUNT + 2))))
    for _ in range(2):
        process = importing(desk, file, "--resume")
        some_are_in(desk, process)
        process.kill()
        process.wait()
    ended = desk.run("import", file, "--store", "us", "--resume")
    assert (ended.status, "0 failed" in ended.out) == (0, True)
    assert_agreed(desk, COUNT)
    exported = desk.run("export", "--store", "us")
    assert len(exported.out.splitlines()) == COUNT + 1
    again = desk.run(
        "import", desk.file("again.csv", exported.out), "--store", "both", "--connection", "acme"
    )
    assert (again.status, f"{COUNT:,} new, 0 there already" in again.out) == (0, True)
    both = desk.run("export", "--store", "both")
    assert sorted(both.out.splitlines()) == sorted(exported.out.splitlines())


@pytest.mark.slow
def test_two_imports_of_one_file_at_once_while_people_sign_in(desk: Desk) -> None:
    """People whose rows are under way sign in: to their own customers, and to others' by a recycled address."""
    file = desk.file("x.csv", HEAD + "".join(map(row, range(2, COUNT + 2))))
    imports = [importing(desk, file), importing(desk, file)]
    chance, stop = random.Random(1), threading.Event()
    signed_in: list[tuple[str, str]] = []

    def sign_in() -> None:
        while not stop.is_set():
            number, other = chance.randrange(2, COUNT + 2), chance.randrange(2, COUNT + 2)
            for subject, customer in ((f"00u{number}", number), (f"new{number}", other)):
                key = IdentityKey(ACME, subject)
                made = Link(
                    store="us", identity=key, connection="acme", customer=Customer(str(customer)),
                    evidence="email", created_at=int(time.time()),
                )  # fmt: skip
                if desk.links.link(made) and (found := desk.links.find(key, "us")):
                    signed_in.append((key.digest, found.customer.id))

    people = [threading.Thread(target=sign_in) for _ in range(3)]
    for one in people:
        one.start()
    try:
        ends = {one.wait(60) for one in imports}
    finally:
        stop.set()
        for one in people:
            one.join()
        for process in imports:
            process.kill()
    assert ends <= {0, 1}  # 1: some customers were somebody else's by then
    told = assert_agreed(desk, COUNT)
    assert min(told["email"], told["imported"]) > 100, told
    stands = {one.identity: one.customer for one in desk.links.all_links("us")}
    assert set(signed_in) <= set(stands.items())  # whoever was let in stays who they were
