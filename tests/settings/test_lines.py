"""The line of each key."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from bridge.settings.faults import KeyPath
from bridge.settings.lines import key_lines, line_of

from .samples import unhurried

TRICKY = '''\
# [not.a.table]
top = 1

[server]  # a comment = 1
"quoted key" = "a # no comment"
'single.key' = 'x = "y"'
dotted . inner."de\\u0065p" = 1
list = [
  "[not.a.table]",  # ] no end
  ["x = 1"], { y = 2 },
]
text = """
[not.a.table]
key = 1 \\"""
""""" # five quotes: two of them text
literal = \'\'\'
x = 1 ''
\'\'\'\'
inline = { a = 1, b = { c = "}" } }
date = 1979-05-27T07:32:00Z
[ stores . us . "bigcommerce" ]
store_hash = "x"
[stores.us]
url = "x"
[[many]]
a = 1
[[many]]
a = 2
'''


def test_every_form_of_key_is_found() -> None:
    assert key_lines(TRICKY) == {
        ("top",): 2,
        ("server",): 4,
        ("server", "quoted key"): 5,
        ("server", "single.key"): 6,
        ("server", "dotted"): 7,
        ("server", "dotted", "inner"): 7,
        ("server", "dotted", "inner", "deep"): 7,
        ("server", "list"): 8,
        ("server", "text"): 12,
        ("server", "literal"): 16,
        ("server", "inline"): 19,
        ("server", "date"): 20,
        ("stores",): 21,
        ("stores", "us"): 23,
        ("stores", "us", "bigcommerce"): 21,
        ("stores", "us", "bigcommerce", "store_hash"): 22,
        ("stores", "us", "url"): 24,
        ("many",): 25,
        ("many", "a"): 26,
    }


def test_the_sample_is_toml() -> None:
    """Otherwise the test above would prove nothing."""
    parsed = tomllib.loads(TRICKY)

    assert parsed["server"]["text"].endswith('key = 1 """\n""')
    assert parsed["server"]["inline"] == {"a": 1, "b": {"c": "}"}}


def test_windows_line_ends_count_once() -> None:
    assert key_lines(TRICKY.replace("\n", "\r\n")) == key_lines(TRICKY)


def test_what_has_no_line_has_its_tables() -> None:
    lines = key_lines(TRICKY)

    assert line_of(("server", "list", 1, 0), lines) == 8
    assert line_of(("server", "inline", "b", "c"), lines) == 19
    assert line_of(("stores", "us", "platform"), lines) == 23
    assert line_of(("redis",), lines) is None
    assert line_of((), lines) is None


@unhurried
@given(st.text() | st.text(alphabet="[]{}=.#\"'\\\n\r ab1,", max_size=60))
def test_no_text_makes_the_scanner_fail(text: str) -> None:
    last = text.count("\n") + 1

    assert all(1 <= line <= last for line in key_lines(text).values())


VALUES = st.sampled_from(
    ["1", "true", '"a"', "'a = 1'", '"#"', "[]", "[\n 1,\n # ]\n 2]", "{ a = 1 }", '"""\n[x]\n"""', "'''\n\n'''", '"\\""']
)  # fmt: skip
KEYS = st.text(alphabet="abc", min_size=1, max_size=3).map(lambda key: f"k{key}") | st.text(
    alphabet="ab.= #[]", max_size=3
).map(lambda key: f'"{key}"')


@unhurried
@given(st.lists(st.tuples(KEYS, st.lists(st.tuples(KEYS, VALUES), unique_by=lambda pair: pair[0].strip('"'))), unique_by=lambda pair: pair[0].strip('"')), st.sampled_from(["", "\n", "# c\n\n"]))  # fmt: skip
def test_every_key_of_a_document_has_the_line_it_was_written_on(
    tables: list[tuple[str, list[tuple[str, str]]]], gap: str
) -> None:
    text = ""
    expected: dict[KeyPath, int] = {}
    for table, pairs in tables:
        name = table.strip('"')
        text += gap
        expected[(name,)] = text.count("\n") + 1
        text += f"[{table}]\n"
        for key, value in pairs:
            text += gap
            expected[name, key.strip('"')] = text.count("\n") + 1
            text += f"{key} = {value}\n"
    assert set(tomllib.loads(text)) == {path[0] for path in expected if len(path) == 1}

    assert key_lines(text) == expected
