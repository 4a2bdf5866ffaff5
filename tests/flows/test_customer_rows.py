"""Rows of an import: what each becomes, in files whole and damaged."""

import csv
import json
from dataclasses import replace
from io import BufferedReader, BytesIO, StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.connection import Connection
from bridge.domain.identity import identity_digest
from bridge.domain.link_rows import EmailRow, LinkRow
from bridge.domain.utc import utc
from bridge.flows.csv_rows import SPAN, CsvRows
from bridge.flows.customer_rows import (
    COLUMNS,
    EXPORTED,
    EmptyRow,
    RowFault,
    RowReader,
    seconds_of,
)
from bridge.flows.json_rows import JsonRows
from bridge.flows.row_lines import BATCH, LONGEST, Batch, RowFormat, UnusableFile, batches

NOW = 1_800_000_000
OKTA = "https://acme.okta.com/oauth2/default"
TENANT = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
ENTRA = "https://login.microsoftonline.com/{tenantid}/v2.0"


def connection(name: str, issuer: str = OKTA, **more: object) -> Connection:
    plain = Connection(name=name, label=name, issuer=issuer, client_id="c", redirect_uri="r")
    return replace(plain, **more)  # type: ignore[arg-type]


ACME = connection("acme")
GOOGLE = connection("google", "https://accounts.google.com", issuer_aliases=("accounts.google.com",))
MANY = connection(
    "entra", "https://login.microsoftonline.com/organizations/v2.0", issuer_template=ENTRA, tenants=(TENANT,)
)


def reader(*connections: Connection, default: str = "") -> RowReader:
    return RowReader(
        connections or (ACME,),
        default=default,
        now=NOW,
        is_customer_id=lambda text: text.isascii() and text.isdigit(),
        email_digest=lambda address: "e:" + address,
    )


def read(*connections: Connection, default: str = "", **words: str) -> LinkRow | EmailRow:
    given = {"customer_id": "7", **words}
    return reader(*connections, default=default).read([given.get(name, "") for name in COLUMNS])


def fault_of(*connections: Connection, default: str = "", **words: str) -> str:
    with pytest.raises(RowFault) as caught:
        read(*connections, default=default, **words)
    return caught.value.code


def all_of(data: bytes, *, jsonl: bool = False) -> Batch:
    """Everything in a file, as one batch."""
    stream = BufferedReader(BytesIO(data))
    rows: RowFormat = JsonRows(reader()) if jsonl else CsvRows(stream.readline, reader())
    whole = Batch()
    for batch in batches(stream.readline, rows, rows.begin):
        whole.links += batch.links
        whole.link_lines += batch.link_lines
        whole.emails += batch.emails
        whole.email_lines += batch.email_lines
        whole.faults += batch.faults
        whole.end = batch.end
    assert whole.end.offset == len(data)
    return whole


def told(batch: Batch) -> list[tuple[int, str]]:
    return [(line, fault.code) for line, fault in batch.faults]


# -- one row ------------------------------------------------------------------------------------


def test_issuer_and_subject_make_a_link_of_the_one_connection_with_that_issuer() -> None:
    row = read(GOOGLE, ACME, issuer=OKTA, subject="00u1")
    assert row == LinkRow(identity_digest(OKTA, "00u1"), "acme", "7", "imported", NOW)


def test_an_address_alone_is_noted_in_its_one_spelling() -> None:
    assert read(email="Ada@ACME.example") == EmailRow("e:ada@acme.example", "7")


def test_beside_issuer_and_subject_an_address_says_nothing() -> None:
    assert isinstance(read(issuer=OKTA, subject="00u1", email="not an address"), LinkRow)


def test_another_spelling_of_the_issuer_that_tokens_may_use_is_the_same_person() -> None:
    row = read(GOOGLE, issuer="accounts.google.com", subject="1")
    assert row[0] == identity_digest("https://accounts.google.com", "1")


def test_a_tenants_own_issuer_fits_the_connection_of_many_if_it_serves_the_tenant() -> None:
    ours = ENTRA.replace("{tenantid}", TENANT)
    row = read(MANY, issuer=ours.replace(TENANT, TENANT.upper()), subject="1")
    assert row == LinkRow(identity_digest(ours, "1"), "entra", "7", "imported", NOW)
    assert fault_of(MANY, issuer=ours.replace("0f1e", "1f1e"), subject="1") == "connection"
    assert fault_of(MANY, issuer=MANY.issuer, subject="1") == "connection"


def test_of_several_connections_with_one_issuer_none_is_chosen() -> None:
    twins = (ACME, connection("other"))
    assert fault_of(*twins, issuer=OKTA, subject="1") == "connection"
    assert read(*twins, issuer=OKTA, subject="1", connection="other")[1] == "other"
    assert read(*twins, default="acme", issuer=OKTA, subject="1")[1] == "acme"


def test_a_connection_named_in_the_row_must_have_its_issuer() -> None:
    assert fault_of(ACME, GOOGLE, issuer=OKTA, subject="1", connection="google") == "issuer"
    assert fault_of(issuer=OKTA, subject="1", connection="elsewhere") == "connection"


def test_what_an_export_says_stands_as_it_was() -> None:
    digest = identity_digest(OKTA, "00u1")
    row = read(identity=digest, connection="acme", evidence="email", linked_at="2026-01-31T12:00:00Z")
    assert row == LinkRow(digest, "acme", "7", "email", seconds_of("2026-01-31T12:00:00Z"))
    assert read(email_digest=digest) == EmailRow(digest, "7")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("customer_id", {"customer_id": "", "email": "a@b.example"}),
        ("customer_id", {"customer_id": " 7", "email": "a@b.example"}),
        ("customer_id", {"customer_id": "7\n", "email": "a@b.example"}),
        ("customer_id", {"customer_id": "\u0667", "email": "a@b.example"}),  # a digit of another script
        ("identity", {}),
        ("issuer", {"subject": "00u1"}),
        ("subject", {"issuer": OKTA}),
        ("subject", {"issuer": OKTA, "subject": " 00u1"}),
        ("subject", {"issuer": OKTA, "subject": "00u1\t"}),
        ("subject", {"issuer": OKTA, "subject": "x" * 256}),
        ("subject", {"issuer": OKTA, "subject": "\u212aelvin"}),
        ("connection", {"issuer": OKTA + "/", "subject": "00u1"}),
        ("connection", {"issuer": OKTA.upper(), "subject": "00u1"}),
        ("email", {"email": "ada"}),
        ("email", {"email": "\u212aate@acme.example"}),  # lower() would make it kate's
        ("email", {"email": "a@b.example, c@d.example"}),
        ("email", {"email": "a@b.example", "email_digest": "A" * 22}),
        ("identity", {"identity": "A" * 21}),
        ("identity", {"identity": "A" * 21 + "B"}),  # two spellings of one digest
        ("identity", {"identity": "A" * 22, "issuer": OKTA, "subject": "1"}),
        ("evidence", {"issuer": OKTA, "subject": "1", "evidence": "trust me"}),
        ("linked_at", {"issuer": OKTA, "subject": "1", "linked_at": "yesterday"}),
        ("linked_at", {"issuer": OKTA, "subject": "1", "linked_at": "2026-02-30T12:00:00Z"}),
        ("linked_at", {"issuer": OKTA, "subject": "1", "linked_at": "2026-01-31T12:00:00"}),
    ],
)
def test_what_could_mean_two_things_or_nothing_is_a_fault(code: str, words: dict[str, str]) -> None:
    assert fault_of(**words) == code


def test_a_fault_quotes_nothing_of_the_row() -> None:
    for words in ({"issuer": "SECRET", "subject": "SECRET"}, {"email": "SECRET"}, {"evidence": "SECRET"}):
        with pytest.raises(RowFault) as caught:
            read(**words)
        assert "SECRET" not in str(caught.value)


@given(st.lists(st.text(), min_size=len(COLUMNS), max_size=len(COLUMNS)))
def test_any_words_make_a_sound_row_or_a_fault(words: list[str]) -> None:
    try:
        row = reader().read(words)
    except (RowFault, EmptyRow):
        return
    assert " " not in "".join(row[:3])


@given(st.integers(1_577_836_800, 2_000_000_000))
def test_times_come_back(seconds: int) -> None:
    assert seconds_of(utc(seconds)) == seconds


# -- files --------------------------------------------------------------------------------------

HEAD = "customer_id,issuer,subject,email,first_name\n"


def line(number: int, name: str = "Ada") -> str:
    return f"{number},{OKTA},00u{number},,{name}\n"


def test_spreadsheets_habits_are_understood() -> None:
    text = '\ufeff"First Name";"E-Mail";"Customer ID";Company\r\n"Ada; née";a@b.example;7;"Acme ""Inc"""\r\n;;;\r\n'
    batch = all_of(text.encode())
    assert (batch.emails, batch.email_lines, batch.faults) == ([EmailRow("e:a@b.example", "7")], [2], [])


def test_columns_are_told_by_what_they_are_worth() -> None:
    stream = BufferedReader(BytesIO(b"customer_id,email,Last Name,shoe size,\n"))
    rows = CsvRows(stream.readline, reader())
    assert (rows.unused, rows.unknown) == ({"last_name"}, {"shoe_size"})


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\n",
        b"id,email\n1,a@b.example\n",
        b"customer_id,email,E-Mail\n",
        b"customer_id\rrow\r",
        b"\xff\xfec\0u\0",
        b"customer_id,\xff\n",
        b'"customer_id,email\n',
        b"\0" * 100_000,
    ],
)
def test_without_a_header_no_row_is_read(head: bytes) -> None:
    with pytest.raises(UnusableFile):
        all_of(head)


def test_each_damaged_line_costs_itself_alone_and_is_named_by_its_number() -> None:
    lines = [
        line(2), line(3, '"Ada\n\nof ""Acme"""'), line(6), '7,"not closed\n', line(8), "9,too,few\n",
        "\n", line(11) + line(12, 'O"Hara'), f"13,{OKTA},00u13,,A\0da\n", line(14), f'15,{OKTA},"00u\n',
        '15",,\n', line(17, '"x"y'), line(18), line(19, "y" * LONGEST), line(20), "x,,,,\n", line(22),
    ]  # fmt: skip
    batch = all_of((HEAD + "".join(lines)).encode())
    assert batch.link_lines == [2, 3, 6, 8, 11, 12, 14, 18, 20, 22]
    assert [row.customer for row in batch.links] == [str(number) for number in batch.link_lines]
    assert told(batch) == [
        (7, "quotes"), (9, "columns"), (13, "nul"), (15, "quotes"), (16, "columns"), (17, "quotes"),
        (19, "too_long"), (21, "customer_id"),
    ]  # fmt: skip


def test_letters_that_are_no_utf8_cost_their_line() -> None:
    data = (HEAD + line(2) + line(3, "Andr") + line(4)).encode().replace(b"Andr", b"Andr\xe9")
    batch = all_of(data)
    assert (batch.link_lines, told(batch)) == ([2, 4], [(3, "encoding")])


@pytest.mark.slow
def test_a_record_over_two_batches_is_one_and_numbers_go_on() -> None:
    lines = [line(number) for number in range(2, BATCH)]
    lines += [line(BATCH, '"' + "\n" * (SPAN - 2) + '"')]
    lines += [line(number) for number in range(BATCH + SPAN - 1, 3 * BATCH)]
    batch = all_of((HEAD + "".join(lines)).encode())
    assert batch.faults == []
    assert batch.link_lines == [int(row.customer) for row in batch.links]
    assert len(batch.links) == len(lines)


@pytest.mark.parametrize("end", ["", "\n", "\n\n\n", "\r\n"])
def test_the_last_line_needs_no_end(end: str) -> None:
    batch = all_of((HEAD + line(2) + line(3).strip() + end).encode())
    assert (batch.link_lines, batch.faults) == ([2, 3], [])


@pytest.mark.parametrize("size", [LONGEST - 1, LONGEST, LONGEST + 1, 2 * LONGEST, 1 << 20])
def test_a_line_too_long_is_told_of_and_its_successor_is_read(size: int) -> None:
    data = (HEAD + "x" * size + "\n" + line(3) + "y" * size).encode()
    batch = all_of(data)
    assert batch.link_lines == [3]
    assert [one for one, _ in told(batch)] == [2, 4]


def test_json_lines_say_the_same() -> None:
    rows = [
        {"customer_id": 2, "issuer": OKTA, "subject": "00u2", "email": None},
        {"Customer ID": "3", "E-Mail": "a@b.example", "shoe": 4},
        [],
        {"customer_id": True, "email": "a@b.example"},
        {"customer_id": 6, "email": False},
        {"customer_id": 7, "email": "a@b.example", "E-Mail": "c@d.example"},
    ]
    text = (
        "".join(json.dumps(row) + "\n" for row in rows) + '\n{"customer_id":1,"customer_id":2}\n{"a": NaN}\n{'
    )
    batch = all_of(b"\xef\xbb\xbf" + text.encode(), jsonl=True)
    assert (batch.link_lines, batch.email_lines) == ([1], [2])
    assert told(batch) == [
        (3, "json"),
        (4, "json"),
        (5, "json"),
        (6, "json"),
        (8, "json"),
        (9, "json"),
        (10, "json"),
    ]


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_read_to_their_end(data: bytes, jsonl: bool) -> None:
    batch = all_of((b"" if jsonl else HEAD.encode()) + data, jsonl=jsonl)
    lines = [line for line, _ in batch.faults] + batch.link_lines + batch.email_lines
    assert len(lines) == len(set(lines))
    assert all(1 <= line <= batch.end.line for line in lines)


_NAME = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=20)


@given(st.lists(st.tuples(_NAME, st.booleans()), min_size=1, max_size=50))
def test_whatever_a_csv_writer_wrote_is_read_row_by_row_though_some_were_spoilt(
    rows: list[tuple[str, bool]],
) -> None:
    text, number = HEAD, 2
    good: list[int] = []
    bad: list[int] = []
    for count, (name, spoilt) in enumerate(rows):
        file = StringIO()
        csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL).writerow(
            [count, OKTA, f"00u{count}", "", "x" if spoilt else name]
        )
        text += file.getvalue() if not spoilt else "spoilt\n"
        (bad if spoilt else good).append(number)
        number += file.getvalue().count("\n")
    batch = all_of(text.encode())
    assert batch.link_lines == good
    assert [line for line, _ in batch.faults] == bad


def test_the_exports_columns_are_the_imports() -> None:
    assert set(EXPORTED) < set(COLUMNS)
