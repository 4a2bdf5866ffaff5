"""The assertion of the JWT bearer grant (docs.commercelayer.io: Core > Authentication > JWT bearer)."""

import secrets

from bridge.domain.hand_off import Visit
from bridge.domain.reference import reference_of
from bridge.domain.refusal import Reason, Refused
from bridge.platforms.commercelayer.hs512 import signed

CLAIMS = "https://commercelayer.io/claims"
MAX_SIZE = 4096  # bytes of the whole assertion
_KEY_LENGTH = 64  # bytes: as long as what SHA-512 puts out (RFC 7518 section 3.2)


def bearer_assertion(visit: Visit, now: float) -> str:
    """Asks for a token of the visiting customer. Raises `Refused` when it would be too large.

    The platform reads the assertion without verifying its signature (its own library signs with the
    constant text "cl"); what it trusts is the client's id and secret beside it. So a key is thrown away
    after each: the client secret gains nothing by signing what nobody verifies, and a key as short as "cl"
    is none.

    `custom_claim` comes back inside the customer's token, which browsers read: digests only, which
    let an auditor find the sign-in, and nobody else anything.
    """
    payload = {
        CLAIMS: {
            "owner": {"type": "Customer", "id": visit.customer.id},
            "custom_claim": {"session": reference_of(visit.session), "identity": visit.identity.digest},
        },
        "iat": int(now),
    }
    assertion = signed(payload, secrets.token_bytes(_KEY_LENGTH))
    if len(assertion) > MAX_SIZE:
        raise Refused(
            Reason.CUSTOMER_REJECTED, f"the assertion would have {len(assertion)} bytes of {MAX_SIZE}"
        )
    return assertion
