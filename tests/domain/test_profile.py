"""Claims become short printable lines, and groups only by the operator's own table."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.profile import NO_MAP, PLAIN_FIELDS, VALUE_LENGTH, Details, ProfileMap, details, line

MAP = ProfileMap(
    plain={"first_name": "given_name", "company": "organization.name", "phone": "phone_number"},
    group="groups",
    groups={"gold": "7", "buyers": "3"},
    attributes={"Cost centre": "cost_center"},
    metafields={("crm", "tier"): "https://acme.com/tier"},
    metadata={"employee": "employee.number"},
)
ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(alphabet=st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=20,
)
NAMES = [
    "given_name",
    "organization",
    "phone_number",
    "groups",
    "cost_center",
    "https://acme.com/tier",
    "employee",
]


def test_a_profile_is_what_the_claims_say() -> None:
    claims = {
        "given_name": "Ada",
        "organization": {"name": "Analytical Engines"},
        "groups": ["everybody", "buyers", "gold"],
        "cost_center": 4711,
        "https://acme.com/tier": "first",
        "employee": {"number": "E-1"},
    }
    assert details(MAP, claims) == Details(
        plain={"first_name": "Ada", "company": "Analytical Engines"},
        group="7",
        attributes={"Cost centre": "4711"},
        metafields={("crm", "tier"): "first"},
        metadata={"employee": "E-1"},
    )


@given(claims=st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, ANYTHING)))
def test_whatever_a_provider_sends_becomes_short_printable_lines(claims: dict[str, Any]) -> None:
    made = details(MAP, claims)
    for name, value in made.plain.items():
        assert 0 < len(value) <= PLAIN_FIELDS[name]
    for value in (
        *made.plain.values(),
        *made.attributes.values(),
        *made.metafields.values(),
        *made.metadata.values(),
    ):
        assert 0 < len(value) <= VALUE_LENGTH
        assert value.isprintable()
        assert value == value.strip()
        value.encode()  # half a character never comes this far
    assert made.group in ("", "3", "7")
    assert len(made.digest) == 22
    assert made == details(MAP, claims)


@given(said=ANYTHING)
def test_no_claim_gets_a_group_that_the_table_does_not_give(said: object) -> None:
    made = details(MAP, {"groups": said})
    names = said if isinstance(said, list) else [said]
    assert made.group == ("7" if "gold" in names else "3" if "buyers" in names else "")


@pytest.mark.parametrize(
    "said",
    ["7", 7, ["7"], "gold,buyers", "Gold", "gold ", {"gold": True}, [["gold"]], [{"id": "gold"}], "gold\x00",
     "\uff47old"],
)  # fmt: skip
def test_an_injected_group_is_none(said: object) -> None:
    assert details(MAP, {"groups": said}).group == ""


def test_names_that_the_table_does_not_know_are_told_apart_from_silence() -> None:
    assert details(MAP, {"groups": ["night shift"]}).group_unknown
    assert not details(MAP, {"groups": []}).group_unknown
    assert not details(MAP, {}).group_unknown
    assert not details(NO_MAP, {"groups": ["gold"]})


def test_another_group_is_for_whom_the_claim_names_none_and_not_for_whom_it_is_missing() -> None:
    mapped = ProfileMap(group="groups", groups={"gold": "7"}, other_group="1")
    assert details(mapped, {"groups": ["night shift"]}).group == "1"
    assert details(mapped, {"groups": []}).group == "1"
    assert details(mapped, {}).group == ""


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("  Ada\r\nX-Evil: 1 ", "Ada X-Evil: 1"),
        ("Ada\u202egpj.exe", "Ada gpj.exe"),
        ("x" * 1_000_000, "x" * 20),
        ("A\ud800B", "A B"),
        (True, "true"),
        (10**400, ""),
        (1.5, ""),
        (["Ada"], ""),
        ("\x00", ""),
    ],
)
def test_a_line_is_printable_and_short(value: object, shown: str) -> None:
    assert line(value, 20) == shown


def test_every_difference_shows_in_the_digest() -> None:
    several = [
        Details(),
        Details(email="a@acme.com"),
        Details(plain={"first_name": "a"}),
        Details(plain={"last_name": "a"}),
        Details(group="a"),
        Details(group_unknown=True),
        Details(attributes={"a": "a"}),
        Details(metafields={("a", "a"): "a"}),
        Details(metadata={"a": "a"}),
    ]
    assert len({one.digest for one in several}) == len(several)


def test_a_path_that_leads_nowhere_finds_nothing() -> None:
    deep: dict[str, Any] = {"a": "x"}
    for _ in range(50):
        deep = {"a": deep}
    mapped = ProfileMap(plain={"company": "a.a.b"}, metadata={"x": "a.b.c"})
    assert not details(mapped, deep)
    assert not details(mapped, {"a": "text", "a.a": 5, "a.b": None})
