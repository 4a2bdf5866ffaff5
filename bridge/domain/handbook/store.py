"""Of the store and its platform."""

from collections.abc import Mapping

from bridge.domain.handbook.entry import Entry

STORE: Mapping[str, Entry] = {
    "store_unavailable": Entry(
        "New people cannot be looked up or created; at BigCommerce and Shopify known customers still sign in, since their "
        "tokens need no call. What was begun is not left half-done: the next sign-in finds it.",
        (
            ("the store's API answered …", "5xx: the platform's status page"),
            ("the store's API: …", "name, firewall, time-out: `bridge check` asks once"),
            ("another request was still fetching the same token", "the platform's token endpoint is slow"),
        ),
        see=("platforms/bigcommerce.md", "platforms/commercelayer.md", "platforms/shopify.md"),
    ),
    "store_busy": Entry(
        "Nothing was sent, or the platform asked to wait longer than the request has time for.",
        (
            ("rate limited", "the quota is shared with everything else that uses the same API account: give the bridge its own"),
            ("… requests are waiting for it already", "the API answers slowly; its state is in /readyz"),
        ),
        see=("platforms/commercelayer.md", "decisions/0004-bulkheads.md"),
    ),
    "store_misconfigured": Entry(
        "Nobody new can be served until it is mended; the provider's side was in order.",
        (
            ("the store's API answered …", "401 or 403: the token was revoked, or lacks a scope"),
            ("the GraphQL API answered …", "storefront_token: expired, or of another channel"),
            ("the token is for all markets, which was not asked for", "the scope was not understood: compare it"),
            ("sync is required, and was not whole: …", "a group or attribute of the map is not in the store"),
            ("the legacy token: …", "the detail says which part of it does not fit"),
        ),
        ("stores.NAME.customers.sync",),
        ("platforms/bigcommerce.md", "platforms/commercelayer.md", "customers-sync.md"),
    ),
    "store_rejected": Entry(
        "No customer was made, or the change was not taken; no link was made.",
        (
            ("creating the customer: …", "the platform's own code: a form field that it demands, an address that it blocks"),
            ("changing the customer: …", "with sync = required the sign-in ends here; best_effort goes on"),
            ("the linked customer id is not a BigCommerce id", ("an import linked ids of another platform: "
             "`bridge customers unlink`")),
            ("no address that can be a customer's", "the provider's address is none that Shopify takes"),
        ),
        ("stores.NAME.customers.sync", "stores.NAME.customers.create"),
        ("customers-sync.md", "platforms/bigcommerce.md"),
    ),
    "store_clock_unknown": Entry(
        "No token was signed: BigCommerce takes it for 30 s by its own clock only, and would show its page without a word.",
        (
            ("GET /v2/time answered …", "the store's clock could not be read"),
            ("the provider's clock is … s from ours", "this machine's clock looks wrong: NTP"),
        ),
        see=("platforms/bigcommerce.md",),
    ),
}  # fmt: skip
