"""Where a shopper goes afterwards: a page of the store, whatever the link says."""

import itertools
from urllib.parse import quote, unquote, urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain import return_to
from bridge.domain.return_to import MAX_LENGTH, safe_return_to

STORE = "https://store.example.com"

_HOSTS = (
    "evil.example",
    "store.example.com.evil.example",
    "store.example.com@evil.example",
    "127.0.0.1",
    "[::1]",
)
_LEADS = (
    "//", "///", "////", "/\\", "\\\\", "\\/", "/\\/", "\\", "/\t/", "/\n/", "/\r\n/", "\t//", " //", "/ \\",
    "https://", "HTTPS://", "http:", "https:", "https:/", "https:\\\\", "ftp://", "//\\", "/.//", "/..//", "/x/..//",
    "/%2f", "/%2F/", "%2f%2f", "/%5c", "/%5C/", "/%252f", "/%255c", "/%09/", "/%0a/", "/%0d%0a/", "/%00/",
    "/.%2f/", "/%2e%2f/", "/%2e%2e%2f%2f", "/%2e%2e//", "/%252e%252e/%252f", "/;//", "//%09", "/\x00/", "/\x0b/",
    "/\u2028/", "/\u200b/", "/\u00a0//", "/\x7f/", "/\x85/", "?//", "#//", ".//", "@", "://", "/\ud800/",
)  # fmt: skip
_OTHERS = (
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "\tjavascript:alert(1)", "data:text/html,x",
    "vbscript:x", "mailto:a@b.example", "file:///etc/passwd", "about:blank", "blob:x", "cart", "./cart", "../cart", "",
    "/../../admin", "/a/../../b", "/%2e%2e/admin", "/a/%2e%2e/%2e%2e/", "/..", "/.", "/./", "/a/.", "/a/..", "/%2e",
    "/cart%0d%0aSet-Cookie:%20a=b", "/cart\r\nLocation: //evil.example", "/cart%00", "/cart\x00.html", "/cart%5c..",
    "/cart%250a", "/cart%250d%250aX: y", "/cart\\..\\..", "/x//evil.example", "/x/%2fevil.example",
)  # fmt: skip
PAYLOADS = [*(lead + host for lead, host in itertools.product(_LEADS, _HOSTS)), *_OTHERS]


def leads_to(value: str) -> str:
    """Where a browser at the store goes: it drops control characters and reads a backslash as a slash."""
    dropped = "".join(character for character in value if character not in "\t\r\n").strip()
    return urljoin(STORE + "/login", dropped.replace("\\", "/"))


def assert_stays_on_the_store(safe: str) -> None:
    if not safe:
        return
    assert safe.startswith("/")
    assert not safe.startswith("//")
    for read in (safe, unquote(safe), unquote(unquote(safe))):
        assert "\\" not in read
        assert not any(character < " " or character == "\x7f" for character in read)
        target = urlsplit(leads_to(read))
        assert (target.scheme, target.netloc) == ("https", "store.example.com")
    assert safe.isascii()
    assert len(safe) <= MAX_LENGTH


def test_the_corpus_is_large() -> None:
    assert len(set(PAYLOADS)) > 250


@pytest.mark.parametrize("payload", PAYLOADS, ids=ascii)
def test_no_payload_leaves_the_store(payload: str) -> None:
    assert_stays_on_the_store(safe_return_to(payload))


@pytest.mark.parametrize("payload", PAYLOADS, ids=ascii)
def test_no_payload_leaves_the_store_from_within_a_path(payload: str) -> None:
    assert_stays_on_the_store(safe_return_to("/cart" + payload))


@pytest.mark.parametrize(
    "payload", [one for one in PAYLOADS if not one.startswith(("?", "/;", "#"))], ids=ascii
)
def test_what_was_made_to_leave_the_store_counts_as_nothing(payload: str) -> None:
    assert safe_return_to(payload) == ""


_HOSTILE = st.text("/\\.%:@?#;&=2fF5cCeE09aAdD \t\r\n\x00ex\u00e9\u2028", max_size=24)


@given(_HOSTILE | _HOSTILE.map(lambda text: "/" + text) | st.text(max_size=40))
def test_no_text_at_all_leaves_the_store(value: str) -> None:
    assert_stays_on_the_store(safe_return_to(value))


@given(_HOSTILE.map(lambda text: "/" + text))
def test_what_is_safe_once_is_safe_and_the_same_again(value: str) -> None:
    once = safe_return_to(value)
    assert safe_return_to(once) == once


@pytest.mark.parametrize(
    ("given_path", "kept"),
    [
        ("/", "/"),
        ("/cart", "/cart"),
        ("/cart.php?id=7&x=a%20b+c", "/cart.php?id=7&x=a%20b+c"),
        ("/search?q=https://other.example//x", "/search?q=https://other.example//x"),
        ("/page?next=/a/../b", "/page?next=/a/../b"),
        ("/a;b=c,d/~me/(x)!*'", "/a;b=c,d/~me/(x)!*'"),
        ("/100%", "/100%"),
        ("/cart#top", "/cart"),
        ("/#//evil.example", "/"),
        ("/two words", "/two%20words"),
        ("/schr\u00e4nke/\u9ed2", "/schr%C3%A4nke/%E9%BB%92"),
        ("/schr%C3%A4nke", "/schr%C3%A4nke"),
        ("/latin1/%E4", "/latin1/%E4"),
        ("/fraction\u2044slash", "/fraction%E2%81%84slash"),
        ("/.well-known/..hidden/a.", "/.well-known/..hidden/a."),
    ],
)
def test_pages_of_the_store_are_kept(given_path: str, kept: str) -> None:
    assert safe_return_to(given_path) == kept


def test_nothing_given_is_the_default_page() -> None:
    assert safe_return_to(None) == ""


def test_the_longest_path_counts_as_it_will_be_sent() -> None:
    assert safe_return_to("/" + "x" * (MAX_LENGTH - 1)) == "/" + "x" * (MAX_LENGTH - 1)
    assert safe_return_to("/" + "x" * MAX_LENGTH) == ""
    assert safe_return_to("/" + "\u00e4" * (MAX_LENGTH // 6)) == "/" + quote("\u00e4") * (MAX_LENGTH // 6)
    assert safe_return_to("/" + "\u00e4" * (MAX_LENGTH // 6 + 1)) == ""


@given(st.from_regex(return_to._PLAIN, fullmatch=True))
def test_what_is_taken_at_a_glance_would_have_stood_the_long_look(path: str) -> None:
    glanced = safe_return_to(path)
    assert glanced == (path if len(path) <= MAX_LENGTH else "")
    assert safe_return_to(path + "#") == glanced, "whose fragment has it looked at in full"
    assert_stays_on_the_store(glanced)
