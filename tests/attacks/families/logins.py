"""The store's link to the bridge, changed by somebody."""

from collections.abc import Callable, Mapping

from tests.attacks.browser import Page
from tests.attacks.case import ACCEPTED, NOTHING, Case, Verdict, refused
from tests.attacks.judging import login_claims
from tests.attacks.visit import Visit
from tests.attacks.walks import sign_in_with

Walk = Callable[[Visit], Page]


def login_with(query: str, headers: Mapping[str, str] | None = None) -> Walk:
    """The store's link, changed by somebody, and then the honest way to the end."""

    def walk(visit: Visit) -> Page:
        browser = visit.browser()
        address = visit.login_url.partition("?")[0] + query.replace("NAME", visit.case.name)
        page = browser.get(address, headers)
        if page.status != 303:
            return page
        back = browser.get(page.location)
        end = browser.get(back.location)
        claims = login_claims(end)
        assert claims.get("redirect_to", "/cart").startswith("/"), claims
        assert "evil" not in claims.get("redirect_to", ""), claims
        return sign_in_with(visit, browser)

    return walk


def asks_for(visit: Visit, _end: Page) -> None:
    wanted = visit.callback_at(visit.case.name)
    for turn in visit.room.turns:
        assert turn.asked.get("redirect_uri") == wanted, turn.asked


WALKS: dict[str, tuple[Walk, Verdict]] = {
    "login-return-to-elsewhere": (login_with("?connection=NAME&return_to=https://evil.example"), ACCEPTED),
    "login-return-to-slashes": (login_with("?connection=NAME&return_to=//evil.example"), ACCEPTED),
    "login-return-to-backslash": (login_with("?connection=NAME&return_to=/%5cevil.example"), ACCEPTED),
    "login-return-to-encoded": (login_with("?connection=NAME&return_to=/%252fevil.example"), ACCEPTED),
    "login-return-to-line-break": (login_with("?connection=NAME&return_to=/%0d%0aevil:1"), ACCEPTED),
    "login-connection-twice": (
        login_with("?connection=NAME&connection=control-honest"),
        refused("bad_request"),
    ),
    "login-connection-unknown": (login_with("?connection=nobody"), refused("connection_unknown")),
    "login-hint-odd": (login_with("?connection=NAME&login_hint=%00%0d%0a%ff%3Cscript%3E"), ACCEPTED),
    "login-host-header": (login_with("?connection=NAME", {"Host": "evil.example"}), ACCEPTED),
    "login-forwarded": (
        login_with("?connection=NAME", {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher"}),
        ACCEPTED,
    ),
    "login-prefetched": (
        lambda visit: visit.browser().get(visit.login_url, {"Sec-Purpose": "prefetch"}),
        NOTHING,
    ),
    "login-in-a-frame": (
        lambda visit: visit.browser().get(visit.login_url, {"Sec-Fetch-Dest": "iframe"}),
        refused("not_a_navigation"),
    ),
}
CASES: list[Case] = [
    Case(name=name, verdict=verdict, walk=walk, check=asks_for) for name, (walk, verdict) in WALKS.items()
]
