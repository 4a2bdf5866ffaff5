"""Of storefronts that ask for tokens at /token, and of sign-outs."""

from collections.abc import Mapping

from bridge.domain.handbook.entry import Entry

_AGAIN = "The code is still good if it was right and its minute has not passed."

STOREFRONT: Mapping[str, Entry] = {
    "invalid_request": Entry(
        f"No token was given. {_AGAIN}",
        (
            ("parameters in the address; they belong in the body", "POST them: addresses end in logs"),
            ("the body is neither", "set Content-Type to application/x-www-form-urlencoded or application/json"),
            ("sent twice", "once each"),
            ("missing", "the detail names what: grant_type, code, redirect_uri or code_verifier"),
            ("client_secret: in the Authorization header only", "HTTP Basic: the store's name, and handoff_secret"),
            ("the store does not take its tokens by code", 'set delivery = "code", or do not call /token'),
            ("the page's origin is none of the store's browser_origins", "add it, byte for byte: scheme, host, port"),
        ),
        ("stores.NAME.delivery", "stores.NAME.browser_origins", "stores.NAME.handoff_secret"),
        ("storefronts.md",),
    ),
    "invalid_client": Entry(
        f"No token was given. {_AGAIN} Wrong secrets are counted: see `too_many_requests`.",
        (
            ("client_id: not the name of the store", "the user of HTTP Basic is the store's name in the bridge's file"),
            ("not the store's name and handoff_secret", "the secret is another one: during a change list both, newest first"),
            ("no Authorization header, and the store has no browser_origins",
             "a server must send its secret; a page's origin must be listed"),
            ("a page redeemed a code of a sign-in without code_challenge",
             "the link to /login lacked code_challenge: without it a page cannot prove that the sign-in was its own"),
        ),
        ("stores.NAME.handoff_secret", "stores.NAME.browser_origins"),
        ("storefronts.md",),
    ),
    "invalid_grant": Entry(
        "No token was given. Send the shopper to /login/<store>: who has a session at the provider sees nothing of it.",
        (
            ("no code of this store, or too old", "redeem it within 60 s, at /token of the store that it came to"),
            ("the code was used before; its renewal ended",
             ("it came twice: a reload of the return page, or somebody who read it from a log. What the first use gave is "
             "ended; redirect from the return page to one without the code")),
            ("redirect_uri: not the store's return_url", "send return_url exactly, or leave redirect_uri out"),
            ("code_verifier: missing, or not the one of code_challenge",
             "keep the verifier where the return page finds it (sessionStorage survives the redirect, memory does not)"),
            ("signed out, unlinked from the customer, or not lent so", "the session ended: sign in again"),
            ("no handle of ours", "`session` must be sent back as it was given"),
        ),
        ("stores.NAME.return_url",),
        ("storefronts.md",),
    ),
    "unsupported_grant_type": Entry(
        f"No token was given. {_AGAIN}",
        (("(client_credentials, password)", "a token without a person is the platform's business, not the bridge's"),),
        see=("storefronts.md",),
    ),
    "too_many_requests": Entry(
        "Nothing was looked up. The right secret is always heard, so a storefront's own server is not shut out by others.",
        (
            ("within a minute; free again in …", "heed Retry-After"),
            ("(renewals)", "a page renews at each load: keep the token until a minute before it ends"),
            ("(all shoppers at once)", "the proxy's address is counted in place of theirs: list it in trusted_proxies"),
        ),
        ("server.trusted_proxies",),
        ("storefronts.md", "deploying.md"),
    ),
    "sign_out_incomplete": Entry(
        "The session may go on, here and at the store; its cookie was kept. The shopper was told so, and not that all is well.",
        (("(many at once)", "Redis is away, or takes no writes: a replica was asked, a full disk, maxmemory"),),
        ("redis.url",),
        ("running-redis.md", "redis.md", "deploying.md"),
    ),
    "logout_token_invalid": Entry(
        "No session was ended. The provider sees 400, and may try again.",
        (
            ("logout_token: missing", "the provider calls another kind of address, or posts JSON"),
            ("jti: used before", "the provider repeats itself, or somebody replays: the first one did its work"),
            ("the body is not", "it must be application/x-www-form-urlencoded"),
        ),
        see=("reference.md",),
    ),
}  # fmt: skip
