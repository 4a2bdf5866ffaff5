"""Of attempts: what came back by the browser does not fit what was begun."""

from collections.abc import Mapping

from bridge.domain.handbook.entry import Entry

ATTEMPT: Mapping[str, Entry] = {
    "callback_malformed": Entry(
        "The answer was thrown away unread. An attempt under way in this browser is still good.",
        (
            ("no state of ours", ("somebody opened the callback by hand, a tile in the provider's portal points to it "
             "(it must point to /initiate/<store>), or what stands in between cuts off the query")),
            ("neither a code nor an error, or both", ("the provider ignored response_type=code, or posted its answer to an "
             "address that redirects")),
            ("came by another response mode than asked for", ('response_mode = "form_post" is ignored by this provider: '
             "leave it out; or it posts although asked not to")),
            ("was not asked for", ("the provider sends tokens through the browser (implicit or hybrid flow): allow this "
             "client the authorization code flow only")),
            ("sent twice", "a proxy or the provider doubles a parameter"),
        ),
        ("connections.NAME.response_mode",),
        ("reference.md",),
    ),
    "wrong_connection": Entry(
        "No code was redeemed. The attempt is still good at its own address.",
        (("began at …", ("one redirect URI is registered for two connections, or at the wrong one: each connection has "
          "PUBLIC_URL/callback/NAME")),),
        see=("reference.md",),
    ),
    "cookie_missing": Entry(
        "No code was redeemed. The attempt is still good for the browser that began it.",
        (
            ("(always, on plain http)", "form_post needs https: such cookies are SameSite=None and so Secure"),
            ("(phones only)", "the provider's app or mail opened another browser than the one that began"),
            ("(everybody, since a change of host)", "public_url is not the host that browsers see: cookies belong to the host"),
            ("(everybody, behind a new proxy)", "the proxy drops Set-Cookie of answers that it caches, or rewrites them"),
        ),
        ("server.public_url", "connections.NAME.response_mode"),
        ("deploying.md",),
    ),
    "other_browser": Entry(
        "No code was redeemed and the attempt is not used up: whoever began it can still finish it.",
        (
            ("(now and then)", "a link was copied between browsers, or somebody tried login CSRF: both end here"),
            ("(often, of one organisation)", "a mail gateway or a security product opens links that it saw"),
            ("(often, of many)", "more than five sign-ins at once in one browser: the oldest cookie goes first"),
        ),
        see=("reference.md",),
    ),
    "attempt_expired": Entry(
        "Nothing was redeemed. A first expiry begins anew by itself; this was the second one, or could not begin anew.",
        (
            ("only the storefront's own page can begin anew here",
             ("the store takes its token by code with PKCE, and only the page that made the challenge knows the verifier: "
             "send the shopper to the storefront's sign-in page")),
            ("no `bridge connections test` waits for this answer", "the command ended before the sign-in did: begin it again"),
            ("it came to a bridge with other cookie_keys",
             "processes of one bridge have different configurations: give them the same cookie_keys"),
            ("(much later than attempt_lifetime)", "a page left open overnight; nothing to do"),
            ("(at once, for everybody)",
             "Redis lost its data and attempt_fallback is 0, or processes use different servers or prefixes"),
        ),
        ("server.attempt_lifetime", "server.attempt_fallback", "server.cookie_keys", "redis.url", "redis.prefix"),
        ("redis.md",),
    ),
    "attempt_busy": Entry(
        "The same answer came twice (a double click, a reload, a proxy that repeats). The first is still worked on; its "
        "outcome is kept for 60 s, and trying again shows it.",
        (("(often)", "look at `ms` of the first request under the same reference: a provider or store answers slowly"),),
        see=("deploying.md",),
    ),
}  # fmt: skip
