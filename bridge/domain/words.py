"""What shoppers and operators are told about each refusal, by its code.

What a shopper reads and what an operator reads stand side by side and never mix.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """`title` and `message` are for the shopper; `cause` and `remedy` for the operator."""

    status: int
    title: str
    message: str
    cause: str
    remedy: str
    retry: bool = True  # whether trying again may help, so that the page offers it


_TRY_AGAIN = "Please try again. If it happens again, tell the store the reference below."
_NOT_YOURS = "This is not your fault. Please try again in a few minutes; the reference below helps the store to find out."
_ASK_STORE = "Please contact the store and tell them the reference below."

WORDS: Mapping[str, Words] = {
    "not_found": Words(
        404, "Page not found", "There is nothing at this address.",
        "No route of the bridge has this path.", "Check the link in the storefront.", retry=False),
    "method_not_allowed": Words(
        405, "That does not work here", "This page cannot be used in that way.",
        "The route exists, but not for this HTTP method.", "Check who sends this request.", retry=False),
    "bad_request": Words(
        400, "That request was not understood", "Please go back to the store and try again.",
        "The request is malformed.", "Look at the detail in the log.", retry=False),
    "too_large": Words(
        413, "That request is too large", "Please go back to the store and try again.",
        "The address, the query, the headers, the cookies or the body exceed the bridge's limits (docs/limits.md).",
        "Look at who sends it; a shopper's browser never does.", retry=False),
    "store_unknown": Words(
        404, "Store not found", "There is no store at this address.",
        "The store named in the link is not configured.",
        "Compare the link with the names under [stores] in the configuration.", retry=False),
    "connection_unknown": Words(
        404, "Sign-in not found", "There is no such way to sign in to this store.",
        "The connection is not configured, or not for this store.",
        "Add the connection to the store's `connections`.", retry=False),
    "not_a_navigation": Words(
        400, "Open this page in the browser", "Signing in works only when the page itself is opened.",
        "A script or a frame asked for the sign-in page; the browser would not show it.",
        "Link to /login/<store>; do not fetch it from a script.", retry=False),
    "sign_in_loop": Words(
        429, "Signing in goes round in circles",
        "You were sent to sign in several times within a minute. Please wait a moment, then try again from the store.",
        "The storefront sends the browser back to sign in right after each sign-in.",
        "See whether the store accepts the login token: clock, secret, channel, customer.", retry=False),
    "callback_malformed": Words(
        400, "That sign-in was not understood", "Please go back to the store and sign in again.",
        "The answer that came through the browser is not one of the authorization code flow.",
        "Look at the detail in the log; a tile in the provider's portal must not point to the callback, and "
        'response_mode = "form_post" is ignored by some providers (`bridge check`).',
        retry=False),
    "wrong_connection": Words(
        400, "That sign-in does not fit", "Please go back to the store and sign in again.",
        "The answer arrived at another connection's address than the one where the attempt began (a mix-up).",
        "Check the redirect URI registered at the provider: one per connection."),
    "cookie_missing": Words(
        400, "Your browser did not keep a cookie",
        "Signing in needs a cookie for a few minutes. Please allow cookies for this site, or finish in the browser "
        "in which you began.",
        "The attempt exists, but this browser sent no cookie of the bridge at all: cookies are blocked, or it is "
        "another browser.",
        "Ask which browser or app the shopper used; in-app browsers often switch."),
    "other_browser": Words(
        400, "This sign-in began somewhere else", "Please sign in again here, from the store.",
        "The attempt exists, but this browser holds the cookies of other attempts only (login CSRF looks like this).",
        "Nothing, unless it happens often: then look at what rewrites cookies on the way."),
    "attempt_expired": Words(
        400, "Signing in took too long", "For your safety a sign-in must be finished within a few minutes. "
        "Please try again.",
        "The attempt ran out, was begun anew once by itself, and ran out again.",
        "Raise server.attempt_lifetime if your people need longer at the provider."),
    "attempt_busy": Words(
        503, "Still signing you in", "Your sign-in is still being finished. Please try again in a moment.",
        "The same callback arrived twice, and the first one had not ended in time.",
        "Look at what the first request waited for, under the same reference."),
    "issuer_mismatch": Words(
        400, "That sign-in does not fit", "Please go back to the store and sign in again.",
        "The answer names another issuer than the connection's, or none although the provider promises one "
        "(RFC 9207: a mix-up attack looks like this).",
        "Compare `issuer` with the provider's metadata."),
    "access_denied": Words(
        403, "Sign-in was cancelled", "You cancelled, or your organisation does not allow you to use this store. If you did not cancel, ask your "
        "organisation's help desk.",
        "The provider answered access_denied: the person cancelled, or is not assigned to the application.",
        "Assign the person, or their group, to the application at the provider."),
    "idp_error": Words(
        403, "Your organisation refused the sign-in", "Please try again. If it happens again, ask your "
        "organisation's help desk, and tell them the reference below.",
        "The provider answered with an error.", "The detail in the log holds the provider's error code."),
    "idp_unavailable": Words(
        502, "Your organisation's sign-in cannot be reached", _NOT_YOURS,
        "The provider could not be reached, or answered with a server error.",
        "See whether the provider's host resolves and answers from here (`bridge check`)."),
    "idp_timeout": Words(
        504, "Your organisation's sign-in did not answer in time", _NOT_YOURS,
        "The provider did not finish its answer within the time limit.",
        "Look at the provider's status page, and at the way there from here (`bridge check`)."),
    "idp_busy": Words(
        503, "Your organisation's sign-in is very busy", "Too many people are waiting for it right now. "
        "Please try again in a moment.",
        "More requests wait for this provider's answers than its share of the worker's places: it is slow, or hangs. "
        "Others are not affected.",
        "Look at how fast the provider answers; add workers if it is merely popular."),
    "idp_metadata_invalid": Words(
        502, "Your organisation's sign-in is not set up correctly", _ASK_STORE,
        "The provider's metadata is not usable, or belongs to another issuer.",
        "Compare the issuer with the provider's own metadata; `bridge check` says which value to configure.", retry=False),
    "idp_keys_invalid": Words(
        502, "Your organisation's sign-in could not be verified", _TRY_AGAIN,
        "The provider's key set could not be read, or holds no usable key.",
        "Open the provider's jwks_uri; `bridge check` says which keys were left out, and why."),
    "idp_response_invalid": Words(
        502, "Your organisation's sign-in could not be understood", _TRY_AGAIN,
        "The token endpoint's answer is not a token response of OpenID Connect.",
        "The detail in the log says what is wrong with it."),
    "code_rejected": Words(
        400, "Please sign in again", "The sign-in could not be completed. Please try again.",
        "The provider did not accept the code (invalid_grant): too old, used twice, or another redirect URI or "
        "client than it was made for.",
        "Check the redirect URI, and the clocks of the provider's servers."),
    "client_rejected": Words(
        502, "This sign-in is not set up correctly", _ASK_STORE,
        "The provider did not accept the bridge's client credentials.",
        "Compare client_id, client_secret and client_auth with the provider's console; the secret may have expired. "
        "`bridge check` tries each of them. "
        "With private_key_jwt the provider must know a key of /.well-known/jwks.json, and its clock must agree with ours; "
        "with tls_client_auth it must know client_certificate (`bridge check` says how long that is good).",
        retry=False),
    "id_token_invalid": Words(
        502, "Your organisation's sign-in could not be verified", _TRY_AGAIN,
        "The ID token failed a check.", "The detail in the log names the check; `bridge connections test` shows the claims, and what to do."),
    "logout_token_invalid": Words(
        400, "The sign-out was not understood", "Please sign out at the store itself.",
        "A provider, or somebody in its place, sent a logout token that is not believed.",
        "The detail in the log names the check. exp: set logout_tokens_without_exp where the provider leaves it out; "
        "alg: signing_algs; jti: it was used before, which a provider that tries again may do.", retry=False),
    "userinfo_invalid": Words(
        502, "Your organisation's sign-in could not be verified", _TRY_AGAIN,
        "The userinfo answer could not be used, or speaks of another subject.",
        "The detail in the log says what is wrong with it."),
    "tenant_not_allowed": Words(
        403, "Your organisation cannot sign in here", "This store does not accept sign-ins from your organisation. "
        + _ASK_STORE,
        "The ID token is of a tenant that the connection does not list.",
        "If its people are meant, add the tenant's GUID, which the detail in the log holds, to connections.*.tenants.",
        retry=False),
    "authentication_insufficient": Words(
        403, "Please prove again who you are", "This store asks for a fresh or stronger sign-in than the one your "
        "organisation let you through with. Please try again; if it happens again, ask your organisation's help desk.",
        "The ID token does not show the authentication that was asked for: auth_time is missing or too old, or acr is "
        "none of those wanted.",
        "The detail in the log names the claim. Compare connections.*.max_age, prompt, acr_values and claims with what "
        "the provider can do and sends; some need the claim added to the application."),
    "organization_mismatch": Words(
        403, "You signed in to another organisation", "This store is for members of one organisation, and you signed in "
        "as a member of another. Please sign in again with the account that you have there.",
        "The ID token does not name the organization (org_id, org_name) or domain (hd) that the request asked for.",
        "Compare connections.*.authorize_parameters with the provider's console; a portal's link may name an "
        "organization that the person is no member of."),
    "claim_required": Words(
        403, "You have no access to this store", "Your organisation did not confirm that you may use this store. "
        "Please ask your organisation's help desk.",
        "A claim that the connection demands is missing, or has another value.",
        "The detail in the log names the claim. Give the person the group or role at the provider, let the provider "
        "send the claim, or change connections.*.required_claims or claims.", retry=False),
    "customer_unknown": Words(
        403, "No account in this store", "You are signed in at your organisation, but this store does not know "
        "you yet. " + _ASK_STORE,
        "No link, no customer, and the store's policy creates none for this person.",
        "Link the person by hand, or let the store create customers (stores.*.customers.create).", retry=False),
    "email_not_trusted": Words(
        403, "Your e-mail address could not be confirmed", "Your organisation did not confirm an e-mail address "
        "that this store accepts. " + _ASK_STORE,
        "There is no link, and the e-mail is missing, unverified, or outside the connection's domains.",
        "See connections.*.domains and email_trust; or link the person by hand.", retry=False),
    "email_outside_domains": Words(
        403, "That account is not one for this sign-in", "You are signed in with an e-mail address that your "
        "organisation does not use for this store. Please use your work account. If this is your work account, "
        "contact the store and tell them the reference below.",
        "The provider signed in a person whose e-mail is outside the connection's domains: a private or guest account, "
        "or a domain that is not listed. Known links do not change that.",
        "Add the domain to connections.*.domains if these people belong there. Where people have several accounts at "
        "the provider, let it ask which one (prompt = select_account).", retry=False),
    "customer_ambiguous": Words(
        409, "More than one account fits", "There are several accounts with your e-mail address. " + _ASK_STORE,
        "The store has more than one customer with this e-mail on this channel.",
        "Merge them in the store, or link the person by hand.", retry=False),
    "email_changed": Words(
        409, "Your e-mail address has changed", "Your organisation gives another e-mail address for you now than the "
        "one of your account here. " + _ASK_STORE,
        "The store knows its customers by e-mail alone, and the address the provider vouches for is not the one "
        "that the person signed in with before.",
        "Change the customer's address in the store, then unlink the identity: the next sign-in takes the new "
        "address. Without that change the person begins there as a new customer.", retry=False),
    "customer_already_linked": Words(
        409, "This account belongs to another sign-in", "An account with your e-mail address is already used by "
        "another person of your organisation. " + _ASK_STORE,
        "The customer found by e-mail is linked to another subject of the same connection: the address was "
        "recycled, or the provider made the person anew.",
        "If it is the same person, unlink the old identity first.", retry=False),
    "customer_busy": Words(
        503, "Still preparing your account", "Please try again in a moment.",
        "Another sign-in for the same person was still creating the customer.",
        "Look at how fast the store's API answers."),
    "customer_rejected": Words(
        403, "The store did not accept your account", _ASK_STORE,
        "The platform gave no token for the linked customer, or one for somebody else: the customer was deleted or "
        "merged, or the platform did not take the assertion.",
        "See whether the customer still exists there; if not, unlink it, and the next sign-in finds or creates one.",
        retry=False),
    "customer_blocked": Words(
        403, "You cannot sign in to this store right now", _ASK_STORE,
        "An operator blocked this identity, or the customer it is linked to.",
        "`bridge customers show` says which; `bridge customers unblock` lets the person in again.",
        retry=False),
    "store_unavailable": Words(
        502, "The store cannot be reached", _NOT_YOURS,
        "The store's management API did not answer, or answered with a server error. Known customers still sign in.",
        "See the platform's status page, and the way to its API from here (`bridge check`)."),
    "store_busy": Words(
        503, "The store is very busy", "Too many people are waiting for it right now. Please try again in a moment.",
        "More requests wait for the answers of this store's management API than its share of the worker's places "
        "(known customers still sign in); or the platform's rate limit is used up, and was so after a short wait.",
        "Look at how fast the platform's API answers. The detail in the log names a rate limit; Commerce Layer counts "
        "by shopper where stores.*.commercelayer.backend_auth is set."),
    "store_misconfigured": Words(
        502, "This store is not set up correctly", _ASK_STORE,
        "The platform refused the bridge's credentials, or what they are used for.",
        "BigCommerce: check access_token, store_hash and the API account's scopes. Commerce Layer: client_id, "
        "client_secret and scope, and the integration's. `bridge check` says which.", retry=False),
    "store_rejected": Words(
        502, "Your account could not be set up", _ASK_STORE,
        "The store's management API refused to create or to change the customer.",
        "The detail in the log says which status it gave.", retry=False),
    "store_clock_unknown": Words(
        503, "The store cannot be reached", _NOT_YOURS,
        "The store's clock is not known and ours looks wrong: a login token would be refused without a word.",
        "Synchronise this machine's clock (NTP); `bridge check` shows the store's."),
    "sign_out_incomplete": Words(
        503, "You are not signed out yet",
        "Please try again in a moment. Until it works, do not leave this device to somebody else.",
        "The session could not be ended, because Redis cannot be reached or takes no writes.",
        "See whether Redis answers (`bridge check`); the session's cookie was kept, so that trying again ends it."),
    "invalid_request": Words(
        400, "That request was not understood", "Please go back to the store and try again.",
        "A storefront asked for a token in a way that does not fit /token/<store>.",
        "The detail in the log says what is missing or too much; see the guide for storefronts.", retry=False),
    "invalid_client": Words(
        401, "The store did not prove who it is", _ASK_STORE,
        "A storefront asked for a token without the store's name and handoff_secret, or a page without "
        "code_challenge.",
        "Compare the storefront's secret with stores.*.handoff_secret; list pages in browser_origins.", retry=False),
    "invalid_grant": Words(
        400, "Please sign in again", "This sign-in cannot be used any more.",
        "The code or the session is unknown, too old, used before, of another store, or its verifier is wrong.",
        "Send the shopper to /login/<store> again; redeem a code once, and within a minute.", retry=False),
    "unsupported_grant_type": Words(
        400, "That request was not understood", "Please go back to the store and try again.",
        "A storefront asked for a token by another grant_type than authorization_code and refresh_token.",
        "Send one of the two.", retry=False),
    "too_many_requests": Words(
        429, "Too many requests", "Please wait a minute, then try again.",
        "One address began too many sign-ins or sent too many wrong secrets or codes, too many sign-ins began at"
        " one connection, or a storefront renews a token again and again. The log line's detail says which.",
        "Look at who sends them. Raise the limit in [server.limits] where many people share one address; name the"
        " proxies in server.trusted_proxies. Keep a token until shortly before it ends."),
    "state_unavailable": Words(
        503, "Signing in is not possible right now", _NOT_YOURS,
        "Redis cannot be reached, or refuses to work.", "See /readyz, and the Redis server's log."),
    "overloaded": Words(
        503, "Very busy", "Signing in is very busy right now. Please try again in a moment.",
        "More requests are there than the bridge can answer in time, or lets wait for providers.",
        "Look at which provider is slow; add workers."),
    "internal_error": Words(
        500, "Something went wrong", _NOT_YOURS,
        "A fault in the bridge itself.", "Report the log line with this reference to the bridge's developers."),
}  # fmt: skip
