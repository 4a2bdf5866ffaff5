"""Authorization responses: what a hostile provider, or anybody, sends a browser to the callback with."""

from collections.abc import Callable
from urllib.parse import quote

from tests.attacks.browser import Page
from tests.attacks.case import ACCEPTED, RESTARTED, Case, Verdict, either, refused, table
from tests.attacks.hostile.plan import MARK, Edit, Parameters, Plan, Turn
from tests.attacks.hostile.wire import status
from tests.attacks.visit import Visit
from tests.attacks.walks import callback, leave

MALFORMED = refused("callback_malformed")
MISMATCH = refused("issuer_mismatch")
PROMISED: Edit = {"authorization_response_iss_parameter_supported": True}
Change = Callable[[Parameters, Turn], Parameters]


def answer(change: Change) -> Plan:
    return Plan(answer=change)


def promised(change: Change) -> Plan:
    """The metadata promises `iss` (RFC 9207)."""
    return Plan(answer=change, metadata=PROMISED)


def more(*pairs: tuple[str, str]) -> Change:
    return lambda parameters, _turn: [*parameters, *pairs]


def without(*names: str) -> Change:
    return lambda parameters, _turn: [pair for pair in parameters if pair[0] not in names]


def instead(name: str, make: Callable[[str], str]) -> Change:
    return lambda parameters, _turn: [
        (key, make(value) if key == name else value) for key, value in parameters
    ]


def doubled(name: str, make: Callable[[str], str] = str) -> Change:
    """Sent twice; the second one made of the first."""
    return lambda parameters, _turn: [
        *parameters,
        *((key, make(value)) for key, value in parameters if key == name),
    ]


def issued(make: Callable[[Turn], str]) -> Change:
    return lambda parameters, turn: [*parameters, ("iss", make(turn))]


def error(*pairs: tuple[str, str]) -> Change:
    """An error in place of the code."""
    return lambda parameters, _turn: [*(pair for pair in parameters if pair[0] != "code"), *pairs]


def both(one: Change, two: Change) -> Change:
    return lambda parameters, turn: two(one(parameters, turn), turn)


STATE: dict[str, Change] = {
    "missing": without("state"),
    "empty": instead("state", lambda _state: ""),
    "twice": doubled("state"),
    "twice-different": doubled("state", lambda _state: "A" * 43 + ".us"),
    "without-store": instead("state", lambda state: state.partition(".")[0]),
    "short": instead("state", lambda state: state[:7] + ".us"),
    "of-5-kilobytes": instead("state", lambda state: state + "A" * 5000),
    "nul": instead("state", lambda state: state + "\0"),
    "newline": instead("state", lambda state: state + "\n"),
    "line-break": instead("state", lambda state: state + "\r\nSet-Cookie: a=b"),
    "space": instead("state", lambda state: state + " "),
    "non-ascii": instead("state", lambda state: state + "\u00e9"),
    "not-utf-8": instead("state", lambda state: state + "\udcff"),
    "redis-pattern": instead("state", lambda state: state[:20] + "*.us"),
    "redis-key": instead("state", lambda state: state[:20] + ":x.us"),
    "path": instead("state", lambda _state: "../../etc/passwd.us"),
    "json": instead("state", lambda state: f'{{"state":"{state}"}}'),
}
FORGOTTEN: dict[str, Change] = {
    "unknown": instead("state", lambda state: "A" * len(state.partition(".")[0]) + ".us"),
    "other-case": instead("state", lambda state: state.partition(".")[0].swapcase() + ".us"),
    "one-letter-off": instead(
        "state", lambda state: state[:30] + ("A" if state[30] != "A" else "B") + state[31:]
    ),
}
OTHER_STORE: dict[str, Change] = {
    "of-no-store": instead("state", lambda state: state.partition(".")[0] + ".nowhere"),
}
CODE: dict[str, Change] = {
    "missing": without("code"),
    "empty": instead("code", lambda _code: ""),
    "twice": doubled("code"),
    "twice-different": doubled("code", lambda code: code + "x"),
    "of-5000-characters": instead("code", lambda code: code + "A" * 5000),
    "newline": instead("code", lambda code: code + "\n"),
    "line-break": instead("code", lambda code: code + "\r\nX-Injected: 1"),
    "nul": instead("code", lambda code: code + "\0"),
    "tab": instead("code", lambda code: code + "\t"),
    "delete": instead("code", lambda code: code + "\x7f"),
    "non-ascii": instead("code", lambda code: code + "\u00e9"),
}
REJECTED_CODE: dict[str, Change] = {
    "not-utf-8": instead("code", lambda code: code + "\udcff"),
    "of-nobody": instead("code", lambda _code: "nobody's code"),
    "with-parameters": instead("code", lambda code: code + "&client_id=evil&grant_type=password"),
    "space": instead("code", lambda _code: " "),
    "one-letter": instead("code", lambda _code: "e"),
    "percent": instead("code", lambda code: quote(code) + "%00%zz"),
    "markup": instead("code", lambda _code: "<script>alert(1)</script>"),
}
ISS: dict[str, Change] = {
    "other": issued(lambda _turn: "https://evil.example"),
    "of-another-connection": issued(lambda turn: turn.issuer.rpartition("/")[0] + "/control-honest"),
    "empty": issued(lambda _turn: ""),
    "with-a-slash": issued(lambda turn: turn.issuer + "/"),
    "upper-case": issued(lambda turn: turn.issuer.upper()),
    "unicode-twin": issued(lambda turn: turn.issuer.replace("i", "\u0456")),
    "newline": issued(lambda turn: turn.issuer + "\n"),
    "nul": issued(lambda turn: turn.issuer + "\0"),
    "twice-encoded": issued(lambda turn: quote(turn.issuer, safe="")),
    "with-error": both(error(("error", "access_denied")), issued(lambda _turn: "https://evil.example")),
}
ISS_TWICE: dict[str, Change] = {
    "twice": both(issued(lambda turn: turn.issuer), issued(lambda turn: turn.issuer)),
    "twice-good-first": both(issued(lambda turn: turn.issuer), issued(lambda _turn: "https://evil.example")),
    "twice-good-last": both(issued(lambda _turn: "https://evil.example"), issued(lambda turn: turn.issuer)),
}
MIXED: dict[str, Change] = {
    "error-and-code": more(("error", "access_denied")),
    "error-twice": both(error(("error", "access_denied")), more(("error", "access_denied"))),
    "error-empty": error(("error", "")),
    "error-markup": error(("error", '"><script>alert(1)</script>')),
    "error-with-line-break": error(("error", "x\r\nSet-Cookie: a=b")),
    "error-non-ascii": error(("error", "\u00e9chec")),
    "error-of-5-kilobytes": error(("error", "e" * 5000)),
    "error-nul": error(("error", "a\0b")),
    "id-token": more(("id_token", "a.b.c")),
    "id-token-empty": more(("id_token", "")),
    "access-token": more(("access_token", "token"), ("token_type", "Bearer")),
    "jarm-response": more(("response", "a.b.c")),
    "only-tokens": both(without("code"), more(("id_token", "a.b.c"), ("access_token", "token"))),
}
_SCRIPT = ("error_description", f"<script>alert('{MARK}')</script>")
ERRORS: dict[str, tuple[Change, str]] = {
    "access-denied": (error(("error", "access_denied")), "access_denied"),
    "access-denied-described": (error(("error", "access_denied"), _SCRIPT), "access_denied"),
    "server-error": (error(("error", "server_error"), _SCRIPT), "idp_error"),
    "login-required": (error(("error", "login_required")), "idp_error"),
    "unknown": (error(("error", "!#$%&'()*+,-./:;<=>?@[]^_`{|}~")), "idp_error"),
    "script-in-uri": (error(("error", "server_error"), ("error_uri", "javascript:alert(1)")), "idp_error"),
    "upper-case": (error(("error", "ACCESS_DENIED")), "idp_error"),
}
HARMLESS: dict[str, Change] = {
    "keycloak": more(("session_state", "0b0e"), ("foo", "")),
    "google": more(("scope", "email openid"), ("authuser", "0"), ("hd", "acme.example"), ("prompt", "none")),
    "error-description-alone": more(("error_description", "")),
    "iss-not-promised": issued(lambda turn: turn.issuer),
    "reversed": lambda parameters, _turn: parameters[::-1],
}
ODD: dict[str, Change] = {
    "unknown-twice": more(("foo", "1"), ("foo", "2")),
    "error-empty-beside-code": more(("error", "")),
    "thousand-parameters": more(*((f"p{place}", "") for place in range(1000))),
    "names-with-brackets": more(("code[]", "x"), ("state[a]", "y"), ("__proto__", "z")),
    "state-of-128": more(("x" * 1000, "y" * 1000)),
}


def too_long_a_query(parameters: Parameters, _turn: Turn) -> Parameters:
    return [*parameters, ("fat", "f" * 9000)]


def nothing_reflected(visit: Visit, end: Page) -> None:
    """Neither words nor addresses of the provider's reach the page."""
    for word in ("<script>", "alert(", "javascript:", MARK):
        assert word not in end.text, f"{word} is on the page"


def by_post(visit: Visit) -> Page:
    """The answer is posted, as with form_post."""
    browser = visit.browser()
    parts = callback(visit, browser).split("?", 1)
    form = dict(pair.split("=", 1) for pair in parts[1].split("&"))
    return browser.post(parts[0], form)


def by_post_with_query(visit: Visit) -> Page:
    browser = visit.browser()
    return browser.post(callback(visit, browser), {})


def mixed_up(visit: Visit) -> Page:
    """Begun at this provider, the answer is delivered to another connection's callback."""
    browser = visit.browser()
    query = callback(visit, browser).partition("?")[2]
    return browser.get(f"{visit.callback_at('control-honest')}?{query}")


def mixed_up_code(visit: Visit) -> Page:
    """An honest provider's code is carried to the thief's callback, with the thief's own state."""
    browser = visit.browser()
    honest = browser.get(browser.get(visit.login_at("control-honest")).location).location
    code = honest.partition("code=")[2].partition("&")[0]
    state = callback(visit, browser).partition("state=")[2].partition("&")[0]
    end = browser.get(f"{visit.callback_at(visit.case.name)}?code={code}&state={state}")
    assert visit.rooms.by_name["control-honest"].turns, "the honest provider was asked"
    return end


def state_of_another(visit: Visit) -> Page:
    """The same browser is under way at two providers; the state of one comes with the code of the other."""
    browser = visit.browser()
    other = browser.get(browser.get(visit.login_at("control-honest")).location).location
    state = other.partition("state=")[2].partition("&")[0]
    code = callback(visit, browser).partition("code=")[2].partition("&")[0]
    return browser.get(f"{visit.callback_at(visit.case.name)}?code={code}&state={state}")


def out_of_the_blue(visit: Visit) -> Page:
    """A code and no state of ours, in a browser that never began."""
    leave(visit, visit.browser())
    return visit.browser().get(f"{visit.callback_at(visit.case.name)}?code=stolen&state={'B' * 43}.us")


FORM_POST = {"response_mode": "form_post"}
CASES: list[Case] = [
    *table("state", MALFORMED, answer, STATE),
    *table("state-forgotten", RESTARTED, answer, FORGOTTEN),
    *table("state-other", refused("attempt_expired"), answer, OTHER_STORE),
    *table("code", MALFORMED, answer, CODE),
    *table("code-rejected", refused("code_rejected"), answer, REJECTED_CODE),
    *table("code-good", ACCEPTED, lambda length: Plan(code=lambda: f"{MARK}-long-".ljust(length, "~")),
           {"4000-characters": 4000, "of-32-characters": 32}),
    *table("answer-iss", MISMATCH, answer, ISS),
    *table("answer-iss-promised", MISMATCH, promised, {"missing": without("iss"), **ISS}),
    *table("answer-iss-twice", MALFORMED, answer, ISS_TWICE),
    *table("answer-iss-good", ACCEPTED, promised, {"right": issued(lambda turn: turn.issuer)}),
    *table("answer", MALFORMED, answer, MIXED, check=nothing_reflected),
    *(case for name, (change, code) in ERRORS.items() for case in
      table("error", refused(code), answer, {name: change}, check=nothing_reflected)),
    *table("error-promised", refused("access_denied"), promised, {"without-iss": error(("error", "access_denied"))}),
    *table("answer-good", ACCEPTED, answer, HARMLESS),
    *table("answer-odd", Verdict(accept=True, codes=frozenset({"callback_malformed", "too_large"})), answer, ODD),
    *table("answer-long", refused("too_large"), answer, {"query-of-9-kilobytes": too_long_a_query}),
    Case(name="posted-where-query-was-asked", verdict=MALFORMED, walk=by_post),
    Case(name="posted-with-query", verdict=MALFORMED, walk=by_post_with_query),
    Case(name="form-post-honest", verdict=ACCEPTED, walk=by_post, settings=FORM_POST),
    Case(name="query-where-form-post-was-asked", verdict=MALFORMED, settings=FORM_POST),
    Case(name="mix-up-of-callbacks", verdict=refused("wrong_connection"), walk=mixed_up),
    Case(name="mix-up-of-codes", verdict=refused("code_rejected"), walk=mixed_up_code),
    Case(name="mix-up-of-states", verdict=refused("wrong_connection"), walk=state_of_another),
    Case(name="out-of-the-blue", verdict=RESTARTED, walk=out_of_the_blue),
    Case(name="authorize-breaks", verdict=either("idp_error"),
         plan=Plan(replies={"authorize": status(302, b"", X_More="1")})),
]  # fmt: skip
