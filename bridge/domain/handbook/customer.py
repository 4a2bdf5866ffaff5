"""Of people whom the provider vouches for, and who become no customer of the store."""

from collections.abc import Mapping

from bridge.domain.handbook.entry import Entry

_NONE = "The person is who they say; no link was made, and nothing changed in the store."

CUSTOMER: Mapping[str, Entry] = {
    "customer_unknown": Entry(
        f"{_NONE} Another account may help: the next sign-in asks again.",
        (
            ("no customer has this e-mail, and create is off", "create the customer in the store, or create = true"),
            ("a customer has this e-mail, and match_email is off", "link by hand: `bridge customers link`"),
            ("the store neither matches e-mails nor creates customers", ("both are off: every person must be linked by hand "
             "or by import, or come with a claim")),
            ("holds no customer id", "the claim is there, and is no id of the platform's"),
            ("the store has no customer …", "deleted or merged there: `bridge customers unlink`, or relink = true"),
            ("no access_token is configured: only known customers sign in", "give the bridge one to look people up"),
            ("no integration is configured: only known customers sign in", "the same, for Commerce Layer"),
        ),
        ("stores.NAME.customers.match_email", "stores.NAME.customers.create", "stores.NAME.customers.claim",
         "stores.NAME.customers.relink"),
        ("customers.md", "customers-sync.md"),
    ),
    "email_not_trusted": Entry(
        f"{_NONE} Known links do not need an e-mail: this is about first sign-ins.",
        (
            ("no usable e-mail", "none in ID token and userinfo, or no plain address: scope `email`, a mapper"),
            ("email_verified is false", "the provider itself does not vouch for it: verify it there"),
            ("not vouched for as `domains` and `email_trust` want it",
             ('the provider says nothing of email_verified: email_trust = "asserted", if only your administrators can '
             "set addresses there; or the connection has no domains")),
        ),
        ("connections.NAME.email_trust", "connections.NAME.domains", "connections.NAME.scopes"),
        ("customers.md",),
    ),
    "email_outside_domains": Entry(
        "Refused before any link was looked at: also known people, since the account is not one for this connection.",
        (("its domain is not in the connection's `domains`",
          "a guest or private account at the provider; or a second domain of the organisation: list both"),),
        ("connections.NAME.domains", "connections.NAME.prompt"),
        ("finding-the-connection.md",),
    ),
    "email_changed": Entry(
        f"{_NONE} Only platforms that know customers by e-mail alone (Shopify) end here.",
        (
            ("the trusted e-mail is not the one that is linked", "a marriage, a new domain, a correction: change the customer first"),
            ("the link was changed at this very moment", "somebody works on it; try again"),
        ),
        see=("platforms/shopify.md", "customers-sync.md"),
    ),
    "customer_ambiguous": Entry(
        _NONE,
        (
            ("… customers have this e-mail", "per channel: the store lets one address be several customers"),
            ("… customers were created for this identity", "sign-ins that died half-way made two: keep the one with orders"),
        ),
        ("stores.NAME.customers.match_email",),
        ("customers.md",),
    ),
    "customer_already_linked": Entry(
        f"{_NONE} The other person's link is untouched.",
        (
            ("customer …", "the id in question: `bridge customers show` tells whose it is"),
            ("the e-mail is another identity's", ("the address was given to a new person (a takeover of the old account "
             "is what this prevents), or the provider made the same person anew")),
        ),
        see=("customers.md", "customers-sync.md"),
    ),
    "customer_busy": Entry(
        "Another sign-in of the same person is still at work; its customer will be there a moment later.",
        (("this sign-in took so long that its lock ran out", ("nothing was linked, so that nobody is made twice: the "
          "store's API takes longer than 15 s")),),
        see=("customers.md",),
    ),
    "customer_rejected": Entry(
        "The person is linked; the platform gives no token for that customer.",
        (
            ("the store signed nobody in, or somebody else", "never passed on. Deleted, merged, or of another channel"),
            ("the token is another customer's, or nobody's", "the same at Commerce Layer: report it to the vendor"),
            ("the assertion would have … bytes of …", "too many claims for the platform's assertion: map fewer"),
        ),
        ("stores.NAME.customers.relink", "stores.NAME.customers.verify_customer"),
        ("customers-sync.md", "platforms/commercelayer.md", "platforms/bigcommerce.md"),
    ),
    "customer_blocked": Entry(
        "Refused although the provider vouches for the person; sessions and renewals ended when the block was set.",
        (
            ("an operator blocked this identity, or its customer", "`bridge customers show` says which of the two, and since when"),
            ("blocked since the sign-in that is repeated", "the callback was repeated after the block"),
        ),
        see=("customers-sync.md",),
    ),
}  # fmt: skip
