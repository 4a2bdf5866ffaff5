"""Of requests that are no sign-in, and of the bridge itself."""

from collections.abc import Mapping

from bridge.domain.handbook.entry import Entry

REQUEST: Mapping[str, Entry] = {
    "not_found": Entry(
        "Nothing. No sign-in was begun or touched.",
        (("(`route` in the log line is empty)", "a scanner, or a link that is not one of the bridge's: /login/<store>"),),
        see=("reference.md",),
    ),
    "method_not_allowed": Entry(
        "Nothing. No sign-in was begun or touched.",
        (("(POST to /login)", "a form where a link belongs: sign-ins begin with GET"),),
        see=("reference.md",),
    ),
    "bad_request": Entry(
        "Nothing was begun; a sign-in under way is still there.",
        (
            ("sent twice", "a parameter stands twice in the address: look at what builds the link"),
            ("the query is not UTF-8", "a link with raw Latin-1 letters: percent-encode UTF-8"),
            ("an ID token was sent without being asked for",
             "the portal's tile uses the form that posts an ID token: choose the one that redirects to the app"),
            ("code_challenge: missing, and the storefront has no secret",
             ("a page of the storefront links to /login without PKCE: let its script add code_challenge and "
             "code_challenge_method=S256, or give the storefront's server a handoff_secret")),
            ("code_challenge: only with delivery",
             "the link carries code_challenge, and the store does not hand its token over by code"),
            ("state: this store's delivery hands none back",
             "the link carries state, which only deliveries with a return_url can give back"),
            ("code_challenge_method: S256 only", "plain challenges protect nothing: use S256"),
            ("state: printable ASCII only", "shorten it; keep what it stands for on the storefront's side"),
        ),
        ("stores.NAME.delivery", "stores.NAME.handoff_secret"),
        ("storefronts.md", "reference.md"),
    ),
    "too_large": Entry(
        "Nothing was begun. Cookies count as well as query and body.",
        (("(many cookies of the parent domain)",
          ("scripts of the store set cookies for the whole domain, and the bridge lives under it: 16 kB are taken. Give "
          "the bridge a host whose parent has fewer, or tidy the store's")),),
        see=("reference.md", "deploying.md"),
    ),
    "store_unknown": Entry(
        "Nothing was begun. `detail` is the name that was asked for, shortened.",
        (("(an old name)", ("links, bookmarks and portals' tiles keep names for years: leave the table's name as it was, and "
          "change what people see")),),
        ("stores.NAME.url",),
        ("configuration.md",),
    ),
    "connection_unknown": Entry(
        "Nothing was begun; or the sign-in ended because the connection was taken out meanwhile.",
        (
            ("the store has no connection to …",
             "a portal's tile names an issuer that none of this store's connections has: compare byte for byte, slash included"),
            ("taken from the store while the shopper was away",
             "the configuration changed during the sign-in; the next one is fine"),
        ),
        ("stores.NAME.connections", "connections.NAME.issuer"),
        ("finding-the-connection.md",),
    ),
    "not_a_navigation": Entry(
        "Nothing was begun, and no attempt used up.",
        (
            ("mode …, destination …",
             ("what the browser said of itself (Fetch Metadata): `cors` is a script's fetch, `iframe` a frame. Let the "
             "whole page go to /login/<store>")),
        ),
        see=("storefronts.md",),
    ),
    "sign_in_loop": Entry(
        "The browser was sent to sign in again and again without a click; the next one was not begun.",
        (("(the store's page refuses the token that it was just given)",
          ("its clock, its secret, its channel: `bridge check` compares the clock, and the platform's page says what it "
          "takes")),
         ("(the storefront sends every visitor without a session to /login)",
          "and does not see the session that it has: a cookie of another host, or a cache in front of the page")),
        see=("platforms/bigcommerce.md", "platforms/commercelayer.md", "platforms/shopify.md"),
    ),
    "state_unavailable": Entry(
        "Nothing more can be begun or ended: without Redis nobody signs in. /readyz says 503; processes live on and "
        "work again as soon as Redis does. Attempts under way are still good: the page's button repeats the "
        "provider's answer, also where Redis comes back without its data (for server.attempt_fallback seconds).",
        (
            ("ConnectionError", "Redis is not there, or a name or firewall changed: `redis-cli -u URL ping` from this machine"),
            ("TimeoutError", "it did not answer within a second: a slow disk (appendfsync), a fork, swapping, a huge command"),
            ("OutOfMemoryError", "maxmemory is reached with noeviction: give it more; never evict"),
            ("READONLY", "a replica was asked: the address must lead to the primary, or to the Sentinels"),
            ("no Sentinel names the primary", "the Sentinels are away, call it by another name, or want a password"),
            ("ClusterDownError", "a server of the Cluster failed, and no replica has taken over yet: wait"),
            ("TryAgainError", "slots of the Cluster are being moved: wait"),
            ("CERTIFICATE_VERIFY_FAILED", "redis.ca_file is not of the authority, or the host's name is not the certificate's"),
            ("NoPermissionError", "the user's ACL: it needs the keys under redis.prefix, and scripts"),
        ),
        ("redis.url", "redis.prefix", "server.attempt_fallback"),
        ("running-redis.md", "redis.md", "deploying.md"),
    ),
    "overloaded": Entry(
        "Nothing was begun: the request waited 5 s for its turn, or the worker held as many as it may.",
        (
            ("(one subject shows `circuit_opened` at the same time)",
             "that provider or store is slow: who waits for it takes a place in the worker, and there are 3,072"),
            ("(no slow dependency, CPU at 100 %)", "more workers or more machines: a core does some 600 sign-ins a second"),
        ),
        see=("deploying.md", "decisions/0004-bulkheads.md"),
    ),
    "internal_error": Entry(
        "The sign-in ended, wherever it was. Beginning again may work.",
        (
            ("a link is written in a way this version does not know",
             "a newer version wrote it: that one is half rolled out, or was rolled back too far. See Upgrading"),
            ("the link just made is gone", "somebody unlinked the person at this very moment"),
            ("(`error` and `at` in the log line)", "the kind of exception and its place: report both"),
        ),
        see=("upgrading.md",),
    ),
}  # fmt: skip
