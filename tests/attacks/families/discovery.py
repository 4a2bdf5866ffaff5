"""Providers that lie about themselves in their metadata."""

from collections.abc import Callable

from tests.attacks.browser import Page
from tests.attacks.case import ACCEPTED, Case, either, refused, table
from tests.attacks.families.signatures import unsigned, with_signature
from tests.attacks.hostile.jose import hmac_signature
from tests.attacks.hostile.plan import GONE, Edit, Plan, Turn
from tests.attacks.visit import Visit

INVALID = refused("idp_metadata_invalid")


def says(edit: Edit) -> Plan:
    return Plan(metadata=edit)


def endpoint(name: str) -> Callable[[object], Plan]:
    return lambda value: Plan(metadata={name: value})


def of(member: str, change: Callable[[str], object]) -> Callable[[Turn], object]:
    return lambda turn: change(str(getattr(turn, member)))


ISSUER: dict[str, object] = {
    "other": "https://evil.example",
    "of-another-connection": of("home", lambda home: home.rpartition("/")[0] + "/control-honest"),
    "with-a-slash": of("issuer", lambda issuer: issuer + "/"),
    "upper-case": of("issuer", str.upper),
    "localhost": of("issuer", lambda issuer: issuer.replace("127.0.0.1", "localhost")),
    "unicode-twin": of("issuer", lambda issuer: issuer.replace("i", "\u0456")),
    "suffix": of("issuer", lambda issuer: issuer + "INVALID"),
    "newline": of("issuer", lambda issuer: issuer + "\n"),
    "template": "https://login.example/{tenantid}/v2.0",
    "missing": GONE,
    "null": None,
    "empty": "",
    "number": 7,
    "list": of("issuer", lambda issuer: [issuer]),
    "object": {},
}


def home(change: Callable[[str], object]) -> Callable[[Turn], object]:
    """Made of the provider's own address."""
    return of("home", change)


#: Nothing of this may ever be asked, nor be given to a browser.
BAD_URLS: dict[str, object] = {
    "empty": "",
    "number": 7,
    "list": home(lambda it: [it]),
    "object": {},
    "http-elsewhere": "http://idp.example/endpoint",
    "http-private": "http://10.0.0.1/endpoint",
    "http-cloud-metadata": "http://169.254.169.254/latest/meta-data",
    "http-mapped-address": "http://[::ffff:10.0.0.1]/endpoint",
    "http-short-loopback": "http://127.1/endpoint",
    "http-decimal-address": "http://2130706433/endpoint",
    "http-hex-address": "http://0x7f000001/endpoint",
    "http-octal-address": "http://0177.0.0.1/endpoint",
    "http-all-zeros": "http://0.0.0.0/endpoint",
    "http-loopback-as-name": "http://127.0.0.1.evil.example/endpoint",
    "http-localhost-as-name": "http://localhost.evil.example/endpoint",
    "ftp": "ftp://127.0.0.1/endpoint",
    "file": "file:///etc/passwd",
    "file-with-host": "file://127.0.0.1/etc/passwd",
    "gopher": "gopher://127.0.0.1:6379/_FLUSHALL",
    "dict": "dict://127.0.0.1:6379/FLUSHALL",
    "javascript": "javascript:alert(1)",
    "javascript-with-host": "javascript://127.0.0.1/%0aalert(1)",
    "data": "data:application/json,{}",
    "relative": "/endpoint",
    "without-scheme": "127.0.0.1/endpoint",
    "scheme-relative": "//evil.example/endpoint",
    "only-scheme": "https:",
    "no-host": "https:///endpoint",
    "user-name": home(lambda it: it.replace("://", "://user:word@")),
    "empty-user-name": home(lambda it: it.replace("://", "://@")),
    "user-name-like-a-host": home(lambda it: it.replace("://", "://127.0.0.1@evil.example:80#")),
    "fragment": home(lambda it: f"{it}/endpoint#part"),
    "empty-fragment": home(lambda it: f"{it}/endpoint#"),
    "space": home(lambda it: f"{it}/end point"),
    "space-in-front": home(lambda it: f" {it}/endpoint"),
    "tab": home(lambda it: f"{it}/end\tpoint"),
    "line-break": home(lambda it: f"{it}/endpoint\r\nX-Injected: 1"),
    "nul": home(lambda it: f"{it}/endpoint\0"),
    "backslash": home(lambda it: it.replace("://", ":\\\\")),
    "backslash-before-host": home(lambda it: it.replace("127.0.0.1", "evil.example\\@127.0.0.1")),
    "unicode-host": "https://\u0456dp.example/endpoint",
    "unicode-digits": "http://127.0.0.\u0661/endpoint",
    "unicode-path": home(lambda it: f"{it}/endp\u00f6int"),
    "port-too-high": "https://127.0.0.1:99999/endpoint",
    "port-not-a-number": "https://127.0.0.1:http/endpoint",
    "port-negative": "https://127.0.0.1:-1/endpoint",
    "broken-ipv6": "https://[::1/endpoint",
}
#: Well-formed, and inside: the address guard must stop these before a connection is tried.
INSIDE = {
    "private": "https://10.0.0.1/endpoint",
    "private-172": "https://172.16.0.1/endpoint",
    "private-192": "https://192.168.0.1/endpoint",
    "cloud-metadata": "https://169.254.169.254/latest/meta-data",
    "shared-address": "https://100.64.0.1/endpoint",
    "all-zeros": "https://0.0.0.0/endpoint",
    "broadcast": "https://255.255.255.255/endpoint",
    "multicast": "https://224.0.0.1/endpoint",
    "decimal": "https://167772161/endpoint",
    "hex": "https://0x0a000001/endpoint",
    "octal": "https://012.0.0.1/endpoint",
    "ipv6-private": "https://[fd00::1]/endpoint",
    "ipv6-link-local": "https://[fe80::1]/endpoint",
    "ipv6-unspecified": "https://[::]/endpoint",
    "ipv6-mapped": "https://[::ffff:10.0.0.1]/endpoint",
    "ipv6-mapped-hex": "https://[::ffff:a9fe:a9fe]/endpoint",
    "ipv6-compatible": "https://[::10.0.0.1]/endpoint",
    "ipv6-nat64": "https://[64:ff9b::10.0.0.1]/endpoint",
    "ipv6-6to4": "https://[2002:a00:1::1]/endpoint",
    "ipv6-site-local": "https://[fec0::1]/endpoint",
}
ALGORITHMS: dict[str, object] = {
    "none-alone": ["none"],
    "hs256-alone": ["HS256"],
    "empty": [],
    "unknown-alone": ["XX999", "RS1", "ES256K"],
    "lower-case": ["rs256"],
    "text": "RS256",
    "null": None,
    "number": 7,
    "object": {"RS256": True},
    "list-of-lists": [["RS256"]],
    "list-of-objects": [{}],
}
GOOD: dict[str, Edit] = {
    "authorization-endpoint-with-query": {"authorization_endpoint": home(lambda it: f"{it}/authorize?p=1")},
    "no-pkce-methods": {"code_challenge_methods_supported": GONE},
    "pkce-plain-only": {"code_challenge_methods_supported": ["plain"]},
    "nonsense-elsewhere": {"response_types_supported": 7, "scopes_supported": None, "": [{}]},
    "no-algorithms": {"id_token_signing_alg_values_supported": GONE},
    "odd-among-good-algorithms": {"id_token_signing_alg_values_supported": ["none", {}, None, 7, "RS256"]},
    "end-session-missing": {"end_session_endpoint": None},
    "iss-promise-of-wrong-type": {"authorization_response_iss_parameter_supported": "true"},
    "a-hundred-kilobytes-more": {"more": "x" * 100_000},
}


def refused_address(visit: Visit, _end: Page) -> None:
    """By the address guard, before a connection was tried."""
    lines = visit.logged()
    assert any("refused_address" in line or "resolve" in line for line in lines), lines


def token_hs256(turn: Turn, data: bytes) -> bytes:
    return hmac_signature("HS256", turn.client_secret.encode(), data)


CASES: list[Case] = [
    *table("issuer", INVALID, endpoint("issuer"), ISSUER),
    *table(
        "token-endpoint", INVALID, endpoint("token_endpoint"), {**BAD_URLS, "missing": GONE, "null": None}
    ),
    *table("jwks-uri", INVALID, endpoint("jwks_uri"), {**BAD_URLS, "missing": GONE, "null": None}),
    *table(
        "authorization-endpoint",
        INVALID,
        endpoint("authorization_endpoint"),
        {**BAD_URLS, "missing": GONE, "null": None},
    ),
    *table("userinfo-endpoint", INVALID, endpoint("userinfo_endpoint"), BAD_URLS),
    *table("end-session", INVALID, endpoint("end_session_endpoint"), BAD_URLS),
    *table(
        "token-inside", refused("idp_unavailable"), endpoint("token_endpoint"), INSIDE, check=refused_address
    ),
    *table("jwks-inside", refused("idp_unavailable"), endpoint("jwks_uri"), INSIDE, check=refused_address),
    *table(
        "userinfo-inside",
        refused("idp_unavailable", "userinfo_invalid"),
        endpoint("userinfo_endpoint"),
        INSIDE,
        check=refused_address,
    ),
    *table("algorithms", INVALID, endpoint("id_token_signing_alg_values_supported"), ALGORITHMS),
    *table("discovery-good", ACCEPTED, says, GOOD),
    *table(
        "userinfo-endpoint",
        refused("email_not_trusted"),
        endpoint("userinfo_endpoint"),
        {"missing": GONE, "null": None},
    ),
    *table(
        "discovery-odd",
        either("idp_metadata_invalid"),
        says,
        {"userinfo-is-token-endpoint": {"userinfo_endpoint": home(lambda it: f"{it}/userinfo?x=1")}},
    ),
    Case(
        name="issuer-with-slash-as-configured",
        verdict=ACCEPTED,
        settings={"issuer": "{home}/"},
    ),
    Case(
        name="token-none-where-both-are-offered",
        verdict=refused("id_token_invalid"),
        plan=Plan(
            metadata={"id_token_signing_alg_values_supported": ["none", "HS256", "RS256"]},
            header={"alg": "none"},
            forge=with_signature(unsigned),
        ),
    ),
    Case(
        name="token-hs256-where-both-are-offered",
        verdict=refused("id_token_invalid"),
        plan=Plan(
            metadata={"id_token_signing_alg_values_supported": ["HS256", "RS256"]},
            header={"alg": "HS256"},
            forge=with_signature(token_hs256),
        ),
    ),
]
