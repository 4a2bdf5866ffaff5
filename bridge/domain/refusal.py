"""Every way in which a sign-in ends without a customer: one table, one exception.

What a shopper reads and what an operator reads stand side by side and never mix: `Refused`
carries a detail for the log, and no renderer looks at it.
"""

from dataclasses import dataclass
from enum import Enum, unique


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


@unique
class Reason(Enum):
    """Stable codes; each is documented in docs/refusals.md under its value."""

    # The request itself
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    BAD_REQUEST = "bad_request"
    TOO_LARGE = "too_large"
    STORE_UNKNOWN = "store_unknown"
    CONNECTION_UNKNOWN = "connection_unknown"
    NOT_A_NAVIGATION = "not_a_navigation"
    SIGN_IN_LOOP = "sign_in_loop"
    # The attempt
    CALLBACK_MALFORMED = "callback_malformed"
    WRONG_CONNECTION = "wrong_connection"
    COOKIE_MISSING = "cookie_missing"
    OTHER_BROWSER = "other_browser"
    ATTEMPT_EXPIRED = "attempt_expired"
    ATTEMPT_BUSY = "attempt_busy"
    # The provider's answer
    ISSUER_MISMATCH = "issuer_mismatch"
    ACCESS_DENIED = "access_denied"
    IDP_ERROR = "idp_error"
    IDP_UNAVAILABLE = "idp_unavailable"
    IDP_TIMEOUT = "idp_timeout"
    IDP_METADATA_INVALID = "idp_metadata_invalid"
    IDP_KEYS_INVALID = "idp_keys_invalid"
    IDP_RESPONSE_INVALID = "idp_response_invalid"
    CODE_REJECTED = "code_rejected"
    CLIENT_REJECTED = "client_rejected"
    ID_TOKEN_INVALID = "id_token_invalid"  # noqa: S105 - a code, not a token
    USERINFO_INVALID = "userinfo_invalid"
    # The customer
    CUSTOMER_UNKNOWN = "customer_unknown"
    EMAIL_NOT_TRUSTED = "email_not_trusted"
    CUSTOMER_AMBIGUOUS = "customer_ambiguous"
    CUSTOMER_ALREADY_LINKED = "customer_already_linked"
    CUSTOMER_BUSY = "customer_busy"
    # The store
    STORE_UNAVAILABLE = "store_unavailable"
    STORE_MISCONFIGURED = "store_misconfigured"
    STORE_REJECTED = "store_rejected"
    STORE_CLOCK_UNKNOWN = "store_clock_unknown"
    # The bridge
    STATE_UNAVAILABLE = "state_unavailable"
    OVERLOADED = "overloaded"
    INTERNAL_ERROR = "internal_error"

    @property
    def words(self) -> Words:
        """Status and texts of this reason."""
        return _WORDS[self]


#: Anybody can cause these at will, with no attempt behind them: they are logged, and never fill
#: the audit stream, where they would push out what matters.
NOISE = frozenset({
    Reason.NOT_FOUND, Reason.METHOD_NOT_ALLOWED, Reason.BAD_REQUEST, Reason.TOO_LARGE, Reason.STORE_UNKNOWN,
    Reason.CONNECTION_UNKNOWN, Reason.NOT_A_NAVIGATION, Reason.CALLBACK_MALFORMED, Reason.STATE_UNAVAILABLE,
})  # fmt: skip

_WORDS: dict[Reason, Words] = {
    Reason.NOT_FOUND: Words(
        404, "Page not found", "There is nothing at this address.",
        "No route of the bridge has this path.", "Check the link in the storefront.", retry=False),
    Reason.METHOD_NOT_ALLOWED: Words(
        405, "That does not work here", "This page cannot be used in that way.",
        "The route exists, but not for this HTTP method.", "Check who sends this request.", retry=False),
    Reason.BAD_REQUEST: Words(
        400, "That request was not understood", "Please go back to the store and try again.",
        "The request is malformed.", "Look at the detail in the log.", retry=False),
    Reason.TOO_LARGE: Words(
        413, "That request is too large", "Please go back to the store and try again.",
        "The body, the query or the cookies exceed the bridge's limits.",
        "Look at who sends it; a shopper's browser never does.", retry=False),
    Reason.STORE_UNKNOWN: Words(
        404, "Store not found", "There is no store at this address.",
        "The store named in the link is not configured.",
        "Compare the link with the names under [stores] in the configuration.", retry=False),
    Reason.CONNECTION_UNKNOWN: Words(
        404, "Sign-in not found", "There is no such way to sign in to this store.",
        "The connection is not configured, or not for this store.",
        "Add the connection to the store's `connections`.", retry=False),
    Reason.NOT_A_NAVIGATION: Words(
        400, "Open this page in the browser", "Signing in works only when the page itself is opened.",
        "A script or a frame asked for the sign-in page; the browser would not show it.",
        "Link to /login/<store>; do not fetch it from a script.", retry=False),
    Reason.SIGN_IN_LOOP: Words(
        429, "Signing in goes round in circles",
        "You were sent to sign in several times within a minute. Please wait a moment, then try again from the store.",
        "The storefront sends the browser back to sign in right after each sign-in.",
        "See whether the store accepts the login token: clock, secret, channel, customer.", retry=False),
    Reason.CALLBACK_MALFORMED: Words(
        400, "That sign-in was not understood", "Please go back to the store and sign in again.",
        "The answer that came through the browser is not one of the authorization code flow.",
        "Look at the detail in the log; a tile in the provider's portal must not point to the callback.",
        retry=False),
    Reason.WRONG_CONNECTION: Words(
        400, "That sign-in does not fit", "Please go back to the store and sign in again.",
        "The answer arrived at another connection's address than the one where the attempt began (a mix-up).",
        "Check the redirect URI registered at the provider: one per connection."),
    Reason.COOKIE_MISSING: Words(
        400, "Your browser did not keep a cookie",
        "Signing in needs a cookie for a few minutes. Please allow cookies for this site, or finish in the browser "
        "in which you began.",
        "The attempt exists, but this browser sent no cookie of the bridge at all: cookies are blocked, or it is "
        "another browser.",
        "Ask which browser or app the shopper used; in-app browsers often switch."),
    Reason.OTHER_BROWSER: Words(
        400, "This sign-in began somewhere else", "Please sign in again here, from the store.",
        "The attempt exists, but this browser holds the cookies of other attempts only (login CSRF looks like this).",
        "Nothing, unless it happens often: then look at what rewrites cookies on the way."),
    Reason.ATTEMPT_EXPIRED: Words(
        400, "Signing in took too long", "For your safety a sign-in must be finished within a few minutes. "
        "Please try again.",
        "The attempt ran out, was begun anew once by itself, and ran out again.",
        "Raise server.attempt_lifetime if your people need longer at the provider."),
    Reason.ATTEMPT_BUSY: Words(
        503, "Still signing you in", "Your sign-in is still being finished. Please try again in a moment.",
        "The same callback arrived twice, and the first one had not ended in time.",
        "Look at what the first request waited for, under the same reference."),
    Reason.ISSUER_MISMATCH: Words(
        400, "That sign-in does not fit", "Please go back to the store and sign in again.",
        "The answer names another issuer than the connection's, or none although the provider promises one "
        "(RFC 9207: a mix-up attack looks like this).",
        "Compare `issuer` with the provider's metadata."),
    Reason.ACCESS_DENIED: Words(
        403, "Sign-in was cancelled", "You cancelled, or your organisation does not allow you to use this store. If you did not cancel, ask your "
        "organisation's help desk.",
        "The provider answered access_denied: the person cancelled, or is not assigned to the application.",
        "Assign the person, or their group, to the application at the provider."),
    Reason.IDP_ERROR: Words(
        403, "Your organisation refused the sign-in", "Please try again. If it happens again, ask your "
        "organisation's help desk, and tell them the reference below.",
        "The provider answered with an error.", "The detail in the log holds the provider's error code."),
    Reason.IDP_UNAVAILABLE: Words(
        502, "Your organisation's sign-in cannot be reached", _NOT_YOURS,
        "The provider could not be reached, or answered with a server error.",
        "See whether the provider's host resolves and answers from here (`bridge check`)."),
    Reason.IDP_TIMEOUT: Words(
        504, "Your organisation's sign-in did not answer in time", _NOT_YOURS,
        "The provider did not finish its answer within the time limit.",
        "Look at the provider's status page, and at the way there from here (`bridge check`)."),
    Reason.IDP_METADATA_INVALID: Words(
        502, "Your organisation's sign-in is not set up correctly", _ASK_STORE,
        "The provider's metadata is not usable, or belongs to another issuer.",
        "Compare the issuer with the provider's own metadata; `bridge check` says which value to configure.", retry=False),
    Reason.IDP_KEYS_INVALID: Words(
        502, "Your organisation's sign-in could not be verified", _TRY_AGAIN,
        "The provider's key set could not be read, or holds no usable key.",
        "Open the provider's jwks_uri; `bridge check` says which keys were left out, and why."),
    Reason.IDP_RESPONSE_INVALID: Words(
        502, "Your organisation's sign-in could not be understood", _TRY_AGAIN,
        "The token endpoint's answer is not a token response of OpenID Connect.",
        "The detail in the log says what is wrong with it."),
    Reason.CODE_REJECTED: Words(
        400, "Please sign in again", "The sign-in could not be completed. Please try again.",
        "The provider did not accept the code (invalid_grant): too old, used twice, or another redirect URI or "
        "client than it was made for.",
        "Check the redirect URI, and the clocks of the provider's servers."),
    Reason.CLIENT_REJECTED: Words(
        502, "This sign-in is not set up correctly", _ASK_STORE,
        "The provider did not accept the bridge's client credentials.",
        "Compare client_id, client_secret and client_auth with the provider's console; the secret may have expired. "
        "With private_key_jwt the provider must know a key of /.well-known/jwks.json, and its clock must agree with ours.",
        retry=False),
    Reason.ID_TOKEN_INVALID: Words(
        502, "Your organisation's sign-in could not be verified", _TRY_AGAIN,
        "The ID token failed a check.", "The detail in the log names the check."),
    Reason.USERINFO_INVALID: Words(
        502, "Your organisation's sign-in could not be verified", _TRY_AGAIN,
        "The userinfo answer could not be used, or speaks of another subject.",
        "The detail in the log says what is wrong with it."),
    Reason.CUSTOMER_UNKNOWN: Words(
        403, "No account in this store", "You are signed in at your organisation, but this store does not know "
        "you yet. " + _ASK_STORE,
        "No link, no customer, and the store's policy creates none for this person.",
        "Link the person by hand, or let the store create customers (stores.*.customers.create).", retry=False),
    Reason.EMAIL_NOT_TRUSTED: Words(
        403, "Your e-mail address could not be confirmed", "Your organisation did not confirm an e-mail address "
        "that this store accepts. " + _ASK_STORE,
        "There is no link, and the e-mail is missing, unverified, or outside the connection's domains.",
        "See connections.*.domains and email_trust; or link the person by hand.", retry=False),
    Reason.CUSTOMER_AMBIGUOUS: Words(
        409, "More than one account fits", "There are several accounts with your e-mail address. " + _ASK_STORE,
        "The store has more than one customer with this e-mail on this channel.",
        "Merge them in the store, or link the person by hand.", retry=False),
    Reason.CUSTOMER_ALREADY_LINKED: Words(
        409, "This account belongs to another sign-in", "An account with your e-mail address is already used by "
        "another person of your organisation. " + _ASK_STORE,
        "The customer found by e-mail is linked to another subject of the same connection: the address was "
        "recycled, or the provider made the person anew.",
        "If it is the same person, unlink the old identity first.", retry=False),
    Reason.CUSTOMER_BUSY: Words(
        503, "Still preparing your account", "Please try again in a moment.",
        "Another sign-in for the same person was still creating the customer.",
        "Look at how fast the store's API answers."),
    Reason.STORE_UNAVAILABLE: Words(
        502, "The store cannot be reached", _NOT_YOURS,
        "The store's management API did not answer, or answered with a server error. Known customers still sign in.",
        "See the platform's status page, and the way to its API from here (`bridge check`)."),
    Reason.STORE_MISCONFIGURED: Words(
        502, "This store is not set up correctly", _ASK_STORE,
        "The store's management API refused the bridge's credentials.",
        "Check access_token, store_hash and the API account's scopes.", retry=False),
    Reason.STORE_REJECTED: Words(
        502, "Your account could not be created", _ASK_STORE,
        "The store's management API refused to create the customer.",
        "The detail in the log says which status it gave.", retry=False),
    Reason.STORE_CLOCK_UNKNOWN: Words(
        503, "The store cannot be reached", _NOT_YOURS,
        "The store's clock is not known and ours looks wrong: a login token would be refused without a word.",
        "Synchronise this machine's clock (NTP); `bridge check` shows the store's."),
    Reason.STATE_UNAVAILABLE: Words(
        503, "Signing in is not possible right now", _NOT_YOURS,
        "Redis cannot be reached, or refuses to work.", "See /readyz, and the Redis server's log."),
    Reason.OVERLOADED: Words(
        503, "Very busy", "Signing in is very busy right now. Please try again in a moment.",
        "More requests wait for a thread than the bridge lets wait; often because a provider is slow.",
        "Look at which provider is slow; add workers."),
    Reason.INTERNAL_ERROR: Words(
        500, "Something went wrong", _NOT_YOURS,
        "A fault in the bridge itself.", "Report the log line with this reference to the bridge's developers."),
}  # fmt: skip


class Refused(Exception):
    """A sign-in that ends without a customer.

    `detail` says to the operator what exactly was seen; it goes to the log and the audit
    record, never to a page. It must not hold a secret, a code or a token.
    """

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason
        self.detail = detail
        self.recorded = False  # whether the audit stream has it
