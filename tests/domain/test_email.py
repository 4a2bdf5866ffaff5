"""Addresses that two systems cannot read differently, and no others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.email import MAX_LENGTH, domain_of, normal_domain, normal_email, typed_domain


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("ada@acme.com", "ada@acme.com"),
        ("Ada.Lovelace@ACME.Com", "ada.lovelace@acme.com"),
        ("ada+store@mail.acme.co.uk", "ada+store@mail.acme.co.uk"),
        ("o'brien@acme.com", "o'brien@acme.com"),
        ("a_b-c/d=e@x-1.acme.com", "a_b-c/d=e@x-1.acme.com"),
        ("ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"),
        ("ada@acme.xn--p1ai", "ada@acme.xn--p1ai"),
    ],
)
def test_an_address_has_one_spelling(written: str, read: str) -> None:
    assert normal_email(written) == read


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("ada@\u212aelvin.example", id="the Kelvin sign, which lower case makes a k"),
        pytest.param("\u0430da@acme.com", id="a Cyrillic a"),
        pytest.param("ada@acm\u0435.com", id="a Cyrillic e in the domain"),
        pytest.param("\u0130@acme.com", id="a capital I with a dot"),
        pytest.param("ada\uff20acme.com", id="a full-width @"),
        pytest.param("ada@acme\u3002com", id="an ideographic full stop"),
        pytest.param("ada@evil.example@acme.com", id="two @"),
        pytest.param('"ada@evil.example"@acme.com', id="an @ in quotes"),
        pytest.param('"ada"@acme.com', id="quotes"),
        pytest.param("ada(boss)@acme.com", id="a comment"),
        pytest.param("Ada <ada@acme.com>", id="a display name"),
        pytest.param("ada@acme.com,eve@evil.example", id="two addresses by a comma"),
        pytest.param("ada@acme.com;eve@evil.example", id="two addresses by a semicolon"),
        pytest.param("ada@acme.com\n", id="a line break at the end"),
        pytest.param("ada@acme.com\x00", id="a NUL at the end"),
        pytest.param(" ada@acme.com", id="a space before"),
        pytest.param("ada @acme.com", id="a space within"),
        pytest.param("ada@acme.com.", id="a full stop at the end"),
        pytest.param(".ada@acme.com", id="a full stop at the beginning"),
        pytest.param("a..da@acme.com", id="two full stops"),
        pytest.param("ada@acme..com", id="two full stops in the domain"),
        pytest.param("ada@-acme.com", id="a label that begins with a hyphen"),
        pytest.param("ada@acme-.com", id="a label that ends with a hyphen"),
        pytest.param("ada@localhost", id="no top-level domain"),
        pytest.param("ada@127.0.0.1", id="an IPv4 address"),
        pytest.param("ada@[127.0.0.1]", id="an address literal"),
        pytest.param("ada@" + "a" * 64 + ".com", id="a label of 64"),
        pytest.param("@acme.com", id="nobody"),
        pytest.param("ada@", id="nowhere"),
        pytest.param("ada", id="no @"),
        pytest.param("", id="nothing"),
        pytest.param(None, id="null"),
        pytest.param(["ada@acme.com"], id="a list"),
        pytest.param({"email": "ada@acme.com"}, id="an object"),
        pytest.param(True, id="true"),
    ],
)
def test_what_can_be_read_in_two_ways_is_no_evidence(written: object) -> None:
    assert normal_email(written) == ""


def test_an_address_is_as_long_as_stores_take() -> None:
    address = "a" * (MAX_LENGTH - len("@acme.com")) + "@acme.com"
    assert normal_email(address) == address
    assert normal_email("a" + address) == ""


@given(st.text("aZ09@.-+_\u212a\u0130 \"'<>,;\n", max_size=20) | st.emails())
def test_a_normal_address_is_lower_case_ascii_with_one_at_sign_and_stays_as_it_is(text: str) -> None:
    address = normal_email(text)
    if address:
        assert address.isascii()
        assert address == text.lower()
        assert address.count("@") == 1
        assert normal_email(address) == address
        assert domain_of(address) == address.split("@")[1]


def test_an_endless_address_is_refused_at_once() -> None:
    assert normal_email("a." * 100_000 + "@") == ""
    assert normal_email("a" * 249 + "!") == ""


@pytest.mark.parametrize(
    ("written", "domain"),
    [
        ("ada@acme.com", "acme.com"),
        ("  Ada@ACME.com\n", "acme.com"),
        ("\u00fc@acme.com", "acme.com"),
        ("ada@B\u00dcCHER.example", "xn--bcher-kva.example"),
        ("ada@bu\u0308cher.example", "xn--bcher-kva.example"),
        ("ada@XN--bcher-kva.example", "xn--bcher-kva.example"),
        ("ada@stra\u00dfe.example", "xn--strae-oqa.example"),
        ("ada@\u682a\u5f0f.example", "xn--w0tp6r.example"),
        pytest.param("\uff41da\uff20acme\uff0ecom", "acme.com", id="full width"),
        pytest.param("ada@acme\u3002com", "acme.com", id="an ideographic full stop"),
        pytest.param("ada@acme\u200b.com\ufeff", "acme.com", id="invisible ones from a copied text"),
    ],
)
def test_an_address_shows_the_way_however_it_is_typed(written: str, domain: str) -> None:
    assert typed_domain(written) == domain


@pytest.mark.parametrize(
    "written",
    ["", "ada", "acme.com", "@acme.com", "ada@", "ada@acme", "a da@acme.com", "ada@ac me.com", "ada@b\u00fc cher.com",
     "ada@evil.example@acme.com", "Ada <ada@acme.com>", "ada@acme.com,eve@acme.com", "ada@acme..com", "ada@127.0.0.1",
     "ada@acme.com\0", "a\0da@acme.com", "ada@b\u00fc\ud800.com", "a" * 65 + "@acme.com", "ada@" + "b\u00fc" * 200 + ".com"],
)  # fmt: skip
def test_what_is_no_address_shows_no_way(written: str) -> None:
    assert typed_domain(written) == ""


@given(st.text(max_size=300) | st.emails())
def test_a_domain_found_is_one_that_can_be_configured_and_is_found_again(text: str) -> None:
    domain = typed_domain(text)
    if domain:
        assert domain.isascii()
        assert domain == domain.lower()
        assert normal_domain(domain) == typed_domain(f"x@{domain}") == domain


@given(st.emails())
def test_an_address_that_is_evidence_shows_the_way_to_its_own_domain(address: str) -> None:
    if (
        normal_email(address)
        and len(domain_of(address)) < MAX_LENGTH
        and len(address.partition("@")[0]) <= 64
    ):
        assert typed_domain(address) == domain_of(normal_email(address))
