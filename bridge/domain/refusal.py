"""Every way in which a sign-in ends without a customer: one list of codes, one exception.

What is said of each stands in `words`. `Refused` carries a detail for the log, and no renderer looks at it.
"""

from enum import Enum, unique

from bridge.domain.words import WORDS, Words


@unique
class Reason(Enum):
    """Stable codes; each has its page in docs/refusals/."""

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
    IDP_BUSY = "idp_busy"
    IDP_METADATA_INVALID = "idp_metadata_invalid"
    IDP_KEYS_INVALID = "idp_keys_invalid"
    IDP_RESPONSE_INVALID = "idp_response_invalid"
    CODE_REJECTED = "code_rejected"
    CLIENT_REJECTED = "client_rejected"
    ID_TOKEN_INVALID = "id_token_invalid"  # noqa: S105 - a code, not a token
    LOGOUT_TOKEN_INVALID = "logout_token_invalid"  # noqa: S105 - a code, not a token
    USERINFO_INVALID = "userinfo_invalid"
    AUTHENTICATION_INSUFFICIENT = "authentication_insufficient"
    ORGANIZATION_MISMATCH = "organization_mismatch"
    CLAIM_REQUIRED = "claim_required"
    TENANT_NOT_ALLOWED = "tenant_not_allowed"
    # The customer
    CUSTOMER_UNKNOWN = "customer_unknown"
    EMAIL_NOT_TRUSTED = "email_not_trusted"
    EMAIL_OUTSIDE_DOMAINS = "email_outside_domains"
    EMAIL_CHANGED = "email_changed"
    CUSTOMER_AMBIGUOUS = "customer_ambiguous"
    CUSTOMER_ALREADY_LINKED = "customer_already_linked"
    CUSTOMER_BUSY = "customer_busy"
    CUSTOMER_REJECTED = "customer_rejected"
    CUSTOMER_BLOCKED = "customer_blocked"
    # The store
    STORE_UNAVAILABLE = "store_unavailable"
    STORE_BUSY = "store_busy"
    STORE_MISCONFIGURED = "store_misconfigured"
    STORE_REJECTED = "store_rejected"
    STORE_CLOCK_UNKNOWN = "store_clock_unknown"
    # A sign-out
    SIGN_OUT_INCOMPLETE = "sign_out_incomplete"
    # A storefront that asks for a token: the codes are OAuth's own words (RFC 6749 section 5.2)
    INVALID_REQUEST = "invalid_request"
    INVALID_CLIENT = "invalid_client"
    INVALID_GRANT = "invalid_grant"
    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type"
    TOO_MANY_REQUESTS = "too_many_requests"
    # The bridge
    STATE_UNAVAILABLE = "state_unavailable"
    OVERLOADED = "overloaded"
    INTERNAL_ERROR = "internal_error"

    @property
    def words(self) -> Words:
        """Status and texts of this reason."""
        return WORDS[self.value]


#: Anybody can cause these at will, as often as they like, and no attempt is used up by them: they are logged,
#: and never fill the audit stream, where they would push out what matters.
NOISE = frozenset({
    Reason.NOT_FOUND, Reason.METHOD_NOT_ALLOWED, Reason.BAD_REQUEST, Reason.TOO_LARGE, Reason.STORE_UNKNOWN,
    Reason.CONNECTION_UNKNOWN, Reason.NOT_A_NAVIGATION, Reason.SIGN_IN_LOOP, Reason.CALLBACK_MALFORMED,
    Reason.WRONG_CONNECTION, Reason.COOKIE_MISSING, Reason.OTHER_BROWSER, Reason.ATTEMPT_EXPIRED,
    Reason.SIGN_OUT_INCOMPLETE, Reason.STATE_UNAVAILABLE, Reason.INVALID_REQUEST, Reason.INVALID_CLIENT, Reason.INVALID_GRANT,
    Reason.UNSUPPORTED_GRANT_TYPE, Reason.TOO_MANY_REQUESTS,
})  # fmt: skip

#: The account was not the right one for this store, or the person changed their mind: the connection of
#: such an attempt is not taken silently again, and another account may help where the provider offers one.
WRONG_ACCOUNT = frozenset({
    Reason.ACCESS_DENIED, Reason.IDP_ERROR, Reason.CUSTOMER_UNKNOWN, Reason.EMAIL_NOT_TRUSTED,
    Reason.EMAIL_OUTSIDE_DOMAINS, Reason.CUSTOMER_ALREADY_LINKED, Reason.CUSTOMER_BLOCKED,
    Reason.ORGANIZATION_MISMATCH, Reason.CLAIM_REQUIRED,
})  # fmt: skip


class Refused(Exception):
    """A sign-in that ends without a customer.

    `detail` says to the operator what exactly was seen; it goes to the log and the audit
    record, never to a page. It must not hold a secret, a code or a token.
    """

    def __init__(self, reason: Reason, detail: str = "", *, retry_after: int = 0) -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason
        self.detail = detail
        self.retry_after = retry_after  # seconds, where it is known
        self.reference = ""  # of the attempt, where only the flow knows it
        self.recorded = False  # whether the audit stream has it
        self.cut_short = False  # whether the attempt was taken, and Redis could not note how it ended
