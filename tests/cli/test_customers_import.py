"""`bridge customers import` and `export`: files whole and damaged, on real Redis."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.domain.identity import IdentityKey, identity_digest
from bridge.domain.link_rows import LinkRow
from tests.cli.command import COMMAND
from tests.cli.customers import ACME, GLOBEX, Desk

HEAD = "customer_id,issuer,subject,email\n"


def rows(first: int, last: int) -> str:
    return "".join(f"{number},{ACME},00u{number},\n" for number in range(first, last))


def customer(desk: Desk, subject: str, store: str = "us") -> str:
    found = desk.links.find(IdentityKey(ACME, subject), store)
    return found.customer.id if found else ""


def test_what_is_in_the_file_is_linked_and_a_second_time_nothing_changes(desk: Desk) -> None:
    file = desk.file("all.csv", HEAD + rows(2, 1500) + "9000,,,Ada@Acme.example\n")
    ended = desk.run("import", file, "--store", "us")
    assert (ended.status, ended.err) == (0, ""), ended.said
    assert "1,499 rows" in ended.out
    assert "1,499 new, 0 there already, 0 failed" in ended.out
    assert customer(desk, "00u1499") == "1499"
    assert [one.id for one in desk.links.known_by_email("ada@acme.example", "us")] == ["9000"]
    before = desk.everything()
    assert "0 new, 1,499 there already, 0 failed" in desk.run("import", file, "--store", "us").out
    audit = desk.keys.audit  # that somebody imported is told each time
    assert {**desk.everything(), audit: ""} == {**before, audit: ""}


def test_a_dry_run_says_the_same_and_writes_nothing(desk: Desk) -> None:
    desk.run("import", desk.file("old.csv", HEAD + rows(2, 5)), "--store", "us")
    text = (
        HEAD + rows(2, 10) + f"3,{ACME},else,\n11,{ACME},00u4,\nx,{ACME},x,\n12,{ACME},00u9,\n9,{ACME},new,\n"
    )
    file = desk.file("new.csv", text)
    before = desk.everything()
    dry = desk.run("import", file, "--store", "us", "--dry-run")
    assert desk.everything() == before
    wet = desk.run("import", file, "--store", "us")
    assert (dry.status, dry.err) == (wet.status, wet.err) == (1, wet.err)
    assert "5 would be new, 3 there already, 5 failed" in dry.out
    assert "5 new, 3 there already, 5 failed" in wet.out
    assert desk.run("import", file, "--store", "us").err == dry.err


def test_bad_rows_are_told_with_their_lines_and_the_rest_goes_in(desk: Desk) -> None:
    text = (
        (HEAD + rows(2, 4)).encode()
        + b'4,"'
        + ACME.encode()
        + b"\n5,,,a\xff@acme.example\n6,,,,,\n"
        + rows(7, 9).encode()
    )
    errors = desk.folder / "errors.jsonl"
    ended = desk.run("import", desk.file("bad.csv", text), "--store", "us", "--show", "1", "--errors", errors)
    assert ended.status == 1
    assert "4 new, 0 there already, 3 failed" in ended.out
    assert "line 4: " in ended.err
    assert "line 5" not in ended.err
    told = [json.loads(line) for line in errors.read_text().splitlines()]
    assert [(one["line"], one["error"]) for one in told] == [(4, "quotes"), (5, "encoding"), (6, "columns")]
    assert customer(desk, "00u8") == "8"


def test_for_programs_each_failure_is_a_line_of_json_and_the_end_too(desk: Desk) -> None:
    ended = desk.run("import", "-", "--store", "us", "--json", given=HEAD + "x,,,\n" + rows(3, 4))
    *failures, last = [json.loads(line) for line in ended.out.splitlines()]
    assert [(one["line"], one["error"]) for one in failures] == [(2, "customer_id")]
    assert (last["new"], last["same"], last["failed"], last["stopped"]) == (1, 0, 1, "")
    assert (ended.status, ended.err) == (1, "")


def test_whom_somebody_else_holds_is_told_and_never_taken_over(desk: Desk) -> None:
    assert desk.run("import", desk.file("a.csv", HEAD + rows(2, 3)), "--store", "us").status == 0
    ended = desk.run("import", desk.file("b.csv", f"{HEAD}2,{ACME},eve,\n7,{ACME},00u2,\n"), "--store", "us")
    assert ended.status == 1
    assert (
        f"line 2: another identity of the connection holds the customer: {identity_digest(ACME, '00u2')}"
        in ended.err
    )
    assert "line 3: the identity is linked to customer 2" in ended.err
    assert (customer(desk, "eve"), customer(desk, "00u2")) == ("", "2")


def test_of_rows_that_contradict_each_other_the_first_wins_also_far_apart(desk: Desk) -> None:
    text = HEAD + rows(2, 4000) + "".join(f"{number},{ACME},late{number},\n" for number in range(3500, 3600))
    for store in ("us", "both"):
        told = ["--show", "100", "--connection", "acme"]
        ended = desk.run("import", desk.file("x.csv", text), "--store", store, *told)
        assert [int(line.split()[1][:-1]) for line in ended.err.splitlines()] == list(range(4000, 4100))
        assert customer(desk, "late3500", store) == ""


def test_json_lines_are_known_by_their_content_too(desk: Desk) -> None:
    text = json.dumps({"customer_id": 7, "issuer": GLOBEX, "subject": "auth0|1"}) + "\n"
    assert desk.run("import", desk.file("rows.txt", text), "--store", "both").status == 0
    found = desk.links.find(IdentityKey(GLOBEX, "auth0|1"), "both")
    assert found is not None
    assert [one.connection for one in desk.links.holders(found.customer, "both")] == ["globex"]


def test_columns_without_use_are_told_once(desk: Desk) -> None:
    text = "customer_id,email,First Name,Shoe\n7,a@acme.example,Ada,4\n"
    ended = desk.run("import", desk.file("x.csv", text), "--store", "us")
    assert ended.status == 0
    assert "not used: first_name" in ended.err
    assert "columns passed over: 'shoe'" in ended.err


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (["--store", "su"], 2, "there are: us, both"),
        (["--store", "us", "--connection", "globex"], 2, "there are: acme"),
        (["--store", "us", "--dry-run", "--resume"], 2, "--resume goes with"),
        (["--store", "us"], 1, "names no column customer_id"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is(
    desk: Desk, words: list[str], status: int, told: str
) -> None:
    ended = desk.run("import", desk.file("x.csv", "id\n7\n"), *words)
    assert (ended.status, ended.out) == (status, "")
    assert told in ended.err
    assert desk.everything() == {}


def test_a_stopped_import_goes_on_where_it_was(desk: Desk) -> None:
    file = desk.file("x.csv", HEAD + rows(2, 5000))
    offset = len((HEAD + rows(2, 3000)).encode())
    desk.run("import", file, "--store", "us", "--resume")  # marks are dropped when all was read
    assert not [name for name in desk.everything() if "imported" in name]
    key = _mark_of(desk, file)
    desk.server.command("SET", key, f"{offset} 3000")
    ended = desk.run("import", file, "--store", "us", "--resume")
    assert "goes on at line 3,000" in ended.err
    assert "2,000 rows" in ended.out
    file.write_text(HEAD + rows(2, 5001))
    desk.server.command("SET", key, f"{offset} 3000")
    assert "begins at the beginning" in desk.run("import", file, "--store", "us", "--resume").err


def _mark_of(desk: Desk, file: Path) -> str:
    """Where the mark of a file is kept."""
    from bridge.cli.import_report import Report
    from bridge.cli.import_run import ImportRun
    from bridge.settings import read_settings
    from bridge.wiring.customers import wire_customers

    opened = wire_customers(read_settings(desk.config, {}), now=time.time)
    with file.open("rb") as stream:
        run = ImportRun(opened, "us", stream, Report(show=0, as_json=True), connection="", dry_run=False)
        run._know_again()
    opened.close()
    return desk.keys.imported("us", run._file)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ended_by_hand_it_says_how_to_go_on_and_does(desk: Desk, number: signal.Signals) -> None:
    file = desk.file("x.csv", HEAD + rows(2, 60_000))
    command = [*COMMAND, "customers", "import", str(file), "--store", "us", "--config", str(desk.config)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    give_up = time.monotonic() + 30
    while not desk.server.command("KEYS", f"{desk.keys.prefix}:links*"):
        assert time.monotonic() < give_up
        time.sleep(0.02)
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 1, out + err
    assert "Go on with --resume." in err
    assert "Traceback" not in err
    ended = desk.run("import", file, "--store", "us", "--resume")
    assert ended.status == 0
    assert "goes on at line" in ended.err
    assert sum(1 for _ in {row.identity for row in desk.links.all_links("us")}) == 59_998


_PEAK = """
import sys
from bridge.cli import main
try:
    main()
finally:
    with open("/proc/self/status") as status:
        print(next(line.split()[1] for line in status if line.startswith("VmHWM")), file=sys.stderr)
"""


@pytest.mark.slow
def test_ten_times_the_rows_take_no_more_memory(desk: Desk) -> None:
    peaks = []
    for count in (60_000, 300_000):
        file = desk.file(f"{count}.csv", HEAD + rows(2, count))
        command = [sys.executable, "-c", _PEAK, "customers", "import", str(file), "--store", "us"]
        ended = subprocess.run(
            [*command, "--config", str(desk.config)], check=True, capture_output=True, text=True, timeout=120
        )
        peaks.append(int(ended.stderr.split()[-1]) / 1024)
    assert peaks[1] < peaks[0] + 8, peaks  # MB


@pytest.mark.slow
def test_a_redis_that_comes_back_is_waited_for(desk: Desk) -> None:
    """A restart of Redis must not end an import of hours."""
    file = desk.file("x.csv", HEAD + rows(2, 100_000))
    command = [*COMMAND, "customers", "import", str(file), "--store", "us", "--config", str(desk.config)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        give_up = time.monotonic() + 30
        while not customer(desk, "00u30000"):  # of the fourth batch: two at most are on their way
            assert time.monotonic() < give_up
            time.sleep(0.02)
        desk.server.command("CLIENT", "PAUSE", 2500, "ALL")
    finally:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert "0 failed" in out


@pytest.mark.parametrize("name", ["customers.csv", "customers.jsonl", "bigcommerce-customers.csv"])
def test_the_documents_samples_go_in(desk: Desk, name: str) -> None:
    sample = Path(__file__).parents[2] / "docs" / "samples" / name
    ended = desk.run("import", sample, "--store", "us")
    assert ended.status == 0, ended.said
    assert ", 0 failed" in ended.out


# -- export -------------------------------------------------------------------------------------


def test_an_export_names_nobody_and_goes_into_another_store_as_it_was(desk: Desk) -> None:
    text = HEAD + rows(2, 300) + "9,,,ada@acme.example\n"
    desk.run("import", desk.file("x.csv", text), "--store", "us")
    exported = desk.run("export", "--store", "us")
    assert exported.status == 0
    assert exported.out.startswith("customer_id,connection,identity,email_digest,evidence,linked_at\n")
    assert not any(word in exported.out for word in (ACME, "00u2,", "@"))
    assert desk.run("import", "-", "--store", "both", given=exported.out).status == 0
    assert sorted(desk.run("export", "--store", "both").out.split()) == sorted(exported.out.split())
    assert customer(desk, "00u2", "both") == "2"
    assert [one.id for one in desk.links.known_by_email("ada@acme.example", "both")] == ["9"]


def test_as_json_lines_and_into_a_file_it_is_the_same(desk: Desk) -> None:
    desk.run("import", desk.file("x.csv", HEAD + rows(2, 30)), "--store", "us")
    file = desk.folder / "out.jsonl"
    assert desk.run("export", "--store", "us", "--format", "jsonl", "-o", file).out == ""
    assert desk.run("import", file, "--store", "both").status == 0
    assert sorted(desk.links.all_links("both")) == sorted(desk.links.all_links("us"))


_DIGESTS = st.binary(min_size=16, max_size=16).map(lambda data: identity_digest("x", data.hex()))
_LINKS = st.builds(
    LinkRow,
    _DIGESTS,
    st.sampled_from(["acme", "globex"]),
    st.integers(1, 10**9).map(str),
    st.sampled_from(["claim", "email", "created", "imported", "operator"]),
    st.integers(1_600_000_000, 1_900_000_000),
)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_LINKS, max_size=30, unique_by=(lambda row: row[0], lambda row: row[2])))
def test_exported_imported_and_exported_again_nothing_changed(desk: Desk, links: list[LinkRow]) -> None:
    for name in desk.server.command("KEYS", f"{desk.keys.prefix}:*"):
        desk.server.command("DEL", name)
    desk.links.import_links("both", links)
    first = desk.run("export", "--store", "both").out
    for name in desk.server.command("KEYS", f"{desk.keys.prefix}:*"):
        desk.server.command("DEL", name)
    assert desk.run("import", "-", "--store", "both", given=first).status == 0
    assert sorted(desk.run("export", "--store", "both").out.split()) == sorted(first.split())
    assert len(first.splitlines()) == len(links) + 1
