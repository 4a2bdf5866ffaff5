"""The same callback by the wrong browser, twice, at once, in advance, with other cookies."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from tests.attacks.browser import Browser, Page
from tests.attacks.case import ACCEPTED, RESTARTED, Case, Verdict, refused
from tests.attacks.hostile.plan import Plan, Reply, Turn
from tests.attacks.judging import login_claims
from tests.attacks.visit import Visit
from tests.attacks.walks import callback, leave, sign_in_with

Walk = Callable[[Visit], Page]


def expect(page: Page, *codes: str) -> None:
    assert page.refusal in codes, f"{page}; must be refused: {codes}"


def other_browser_first(*, prepared: bool) -> Walk:
    """A stolen callback address in another browser is refused, and the right browser still succeeds."""

    def walk(visit: Visit) -> Page:
        right, wrong = visit.browser(), visit.browser()
        if prepared:
            leave(visit, wrong)  # so that it has a cookie, of an attempt of its own
        address = callback(visit, right)
        expect(wrong.get(address), "other_browser" if prepared else "cookie_missing")
        return right.get(address)

    return walk


def other_browser_after(visit: Visit) -> Page:
    """Once it was used, too."""
    right, wrong = visit.browser(), visit.browser()
    address = callback(visit, right)
    assert right.get(address).status == 303
    return wrong.get(address)


def repeated(visit: Visit) -> Page:
    """A reload: the same person again, with a fresh login token, and no second use of the code."""
    browser = visit.browser()
    address = callback(visit, browser)
    first, second = browser.get(address), browser.get(address)
    one, two = login_claims(first), login_claims(second)
    assert one["customer_id"] == two["customer_id"], "another customer"
    assert one["jti"] != two["jti"], "the same jti twice"
    assert visit.room.count("token") == 1, "the code was used twice"
    return second


def repeated_refusal(visit: Visit) -> Page:
    browser = visit.browser()
    address = callback(visit, browser)
    first, second = browser.get(address), browser.get(address)
    assert first.refusal == second.refusal, f"{first.refusal}, then {second.refusal}"
    assert visit.room.count("token") == 1, "the code was used twice"
    return second


def repeated_with_another_code(visit: Visit) -> Page:
    """The outcome stands, whatever comes along with the state."""
    browser = visit.browser()
    address = callback(visit, browser)
    assert browser.get(address).status == 303
    page = browser.get(address.replace("code=", "code=x"))
    assert visit.room.count("token") == 1, "a second code was used"
    return page


def at_once(visit: Visit) -> Page:
    """Two tabs, one callback."""
    browser = visit.browser()
    address = callback(visit, browser)
    tabs = [Browser(visit.hops, dict(browser.cookies)) for _ in range(4)]
    with ThreadPoolExecutor(len(tabs)) as pool:
        pages: list[Page] = list(pool.map(lambda tab: tab.get(address), tabs))
    assert visit.room.count("token") == 1, f"the code was used {visit.room.count('token')} times"
    assert {page.status for page in pages} == {303}, [str(page) for page in pages]
    assert len({login_claims(page)["jti"] for page in pages}) == len(pages), "a jti twice"
    assert len({login_claims(page)["customer_id"] for page in pages}) == 1, "two customers"
    return pages[0]


def first_visits_at_once(visit: Visit) -> Page:
    """Two first sign-ins of one person at once give one customer."""
    browsers = [visit.browser() for _ in range(4)]
    addresses = [callback(visit, browser) for browser in browsers]
    with ThreadPoolExecutor(len(browsers)) as pool:
        pages: list[Page] = list(pool.map(lambda browser, address: browser.get(address), browsers, addresses))
    assert {page.status for page in pages} == {303}, [str(page) for page in pages]
    assert len({login_claims(page)["customer_id"] for page in pages}) == 1, "two customers"
    return pages[0]


def two_tabs(visit: Visit) -> Page:
    """Two attempts of one browser end independently, the later one first."""
    browser = visit.browser()
    first, second = callback(visit, browser), callback(visit, browser)
    assert browser.get(second).status == 303
    return browser.get(first)


def many_tabs(visit: Visit) -> Page:
    """Cookies never pile up; the newest attempt works."""
    browser = visit.browser()
    addresses = [callback(visit, browser) for _ in range(12)]
    kept = [name for name in browser.cookies if "attempt" in name]
    assert len(kept) <= 6, f"{len(kept)} cookies"
    return browser.get(addresses[-1])


def in_advance(headers: Mapping[str, str], method: str = "GET") -> Walk:
    """A speculative request does nothing, and the real one after it succeeds."""

    def walk(visit: Visit) -> Page:
        browser = visit.browser()
        address = callback(visit, browser)
        page = browser.get(address, headers, method=method)
        assert page.status == 204, f"not 204: {page}"
        assert visit.room.count("token") == 0, "the code was used"
        return browser.get(address)

    return walk


def asked_with(headers: Mapping[str, str], method: str = "GET") -> Walk:
    """Nothing but a document's own navigation may end a sign-in; the real one after it succeeds."""

    def walk(visit: Visit) -> Page:
        browser = visit.browser()
        address = callback(visit, browser)
        expect(browser.get(address, headers, method=method), "not_a_navigation", "method_not_allowed")
        return browser.get(address)

    return walk


def cookies(change: Callable[[dict[str, str]], dict[str, str]], *codes: str) -> Walk:
    """With changed cookies it is refused; with the right ones it still succeeds."""

    def walk(visit: Visit) -> Page:
        browser = visit.browser()
        address = callback(visit, browser)
        forger = Browser(visit.hops, change(dict(browser.cookies)))
        expect(forger.get(address), *codes)
        return browser.get(address)

    return walk


def values(change: Callable[[str], str]) -> Callable[[dict[str, str]], dict[str, str]]:
    return lambda jar: {name: change(value) for name, value in jar.items()}


def flipped(value: str) -> str:
    """One letter of the signature is another one (not the last, whose lowest bits count for nothing)."""
    return value[:-5] + ("A" if value[-5] != "A" else "B") + value[-4:]


def renamed(visit: Visit) -> Page:
    """The cookie of one attempt under the name of another."""
    browser = visit.browser()
    leave(visit, browser)
    (value,) = [value for name, value in browser.cookies.items() if "attempt" in name]
    address = callback(visit, browser)
    forged = {name: value for name in browser.cookies if "attempt" in name}
    expect(Browser(visit.hops, forged).get(address), "other_browser")
    return browser.get(address)


def tossed(reply: Reply, _turn: Turn) -> Reply:
    """A neighbour on the same host plants cookies of the bridge's names."""
    planted = "bridge-turns=99999999999999999999-x; Path=/"
    return Reply(status=reply.status, headers={**reply.headers, "Set-Cookie": planted}, body=reply.body)


def beside_foreign_cookies(**foreign: str) -> Walk:
    """Other applications of the host keep odd cookies: none of them may cost a shopper the sign-in."""

    def walk(visit: Visit) -> Page:
        browser = visit.browser()
        browser.cookies.update(foreign)
        return sign_in_with(visit, browser)

    return walk


def post_callback(visit: Visit) -> Page:
    return visit.browser().post(visit.callback_at(visit.case.name), {"code": "x" * 70_000})


HEAD = in_advance({}, "HEAD")
WALKS: dict[str, tuple[Walk, Verdict]] = {
    "stolen-callback-no-cookie": (other_browser_first(prepared=False), ACCEPTED),
    "stolen-callback-own-cookie": (other_browser_first(prepared=True), ACCEPTED),
    "stolen-callback-after-use": (other_browser_after, refused("cookie_missing", "other_browser")),
    "reload": (repeated, ACCEPTED),
    "reload-with-another-code": (repeated_with_another_code, ACCEPTED),
    "four-tabs-one-callback": (at_once, ACCEPTED),
    "four-first-visits-at-once": (first_visits_at_once, ACCEPTED),
    "two-attempts-in-two-tabs": (two_tabs, ACCEPTED),
    "twelve-attempts": (many_tabs, ACCEPTED),
    "head": (HEAD, ACCEPTED),
    "prefetch": (in_advance({"Sec-Purpose": "prefetch"}), ACCEPTED),
    "prerender": (in_advance({"Sec-Purpose": "prefetch;prerender"}), ACCEPTED),
    "purpose-prefetch": (in_advance({"Purpose": "prefetch"}), ACCEPTED),
    "x-purpose-preview": (in_advance({"X-Purpose": "preview"}), ACCEPTED),
    "x-moz-prefetch": (in_advance({"X-Moz": "prefetch"}), ACCEPTED),
    "iframe": (asked_with({"Sec-Fetch-Dest": "iframe"}), ACCEPTED),
    "script": (asked_with({"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}), ACCEPTED),
    "image": (asked_with({"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}), ACCEPTED),
    "method-put": (asked_with({}, "PUT"), ACCEPTED),
    "method-delete": (asked_with({}, "DELETE"), ACCEPTED),
    "method-trace": (asked_with({}, "TRACE"), ACCEPTED),
    "cookie-none": (cookies(lambda _jar: {}, "cookie_missing"), ACCEPTED),
    "cookie-tampered": (cookies(values(flipped), "other_browser"), ACCEPTED),
    "cookie-empty": (cookies(values(lambda _value: ""), "other_browser"), ACCEPTED),
    "cookie-unsigned": (cookies(values(lambda value: value.partition(".")[0]), "other_browser"), ACCEPTED),
    "cookie-garbage": (
        cookies(values(lambda _value: "\xff\xfe.%00."), "other_browser", "cookie_missing"),
        ACCEPTED,
    ),
    "cookie-huge": (cookies(values(lambda value: value * 100), "too_large"), ACCEPTED),
    "cookie-renamed": (renamed, ACCEPTED),
    "foreign-cookie-utf-8": (beside_foreign_cookies(name="M\u00c3\u00bcller"), ACCEPTED),
    "foreign-cookie-latin-1": (beside_foreign_cookies(name="M\u00fcller"), ACCEPTED),
    "foreign-cookie-json": (beside_foreign_cookies(data='{"a":"b, c"}'), ACCEPTED),
    "foreign-cookie-quoted": (beside_foreign_cookies(data='"a\\"b'), ACCEPTED),
    "foreign-cookie-nameless": (beside_foreign_cookies(**{"": "x"}), ACCEPTED),
    "foreign-cookie-like-ours": (
        beside_foreign_cookies(**{"bridge-attempt-": "", "bridge-turns": "-"}),
        ACCEPTED,
    ),
    "foreign-cookie-of-10-kilobytes": (beside_foreign_cookies(fat="x" * 10_000), ACCEPTED),
    "callback-of-nobody": (
        lambda visit: visit.browser().get(visit.callback_at("nobody") + "?code=a&state=b"),
        refused("connection_unknown"),
    ),
    "callback-with-large-body": (post_callback, refused("too_large")),
    "callback-bookmarked": (
        lambda visit: visit.browser().get(f"{visit.callback_at(visit.case.name)}?code=a&state={'C' * 43}.us"),
        RESTARTED,
    ),
}
CASES: list[Case] = [
    *(Case(name=name, verdict=verdict, walk=walk) for name, (walk, verdict) in WALKS.items()),
    Case(
        name="reload-of-a-refusal",
        verdict=refused("id_token_invalid"),
        walk=repeated_refusal,
        plan=Plan(claims={"nonce": "other"}),
    ),
    Case(
        name="cookie-tossing",
        verdict=ACCEPTED,
        plan=Plan(replies={"authorize": tossed}),
    ),
]
