"""The Customer Login JWT (docs.bigcommerce.com: Start > Authentication > Customer Login API)."""

from typing import Any

from jwt.algorithms import HMACAlgorithm

from bridge.domain.base64url import encoded
from bridge.domain.compact_json import compact
from bridge.domain.customer import Customer
from bridge.domain.refusal import Reason, Refused
from bridge.domain.return_to import safe_return_to
from bridge.platforms.bigcommerce.account import Account

MAX_DIGITS = 18
TOKEN_TYPE = "customer_login"  # noqa: S105 - a kind, no token
TOKEN_LIFE = 30  # seconds of the store's clock
SIGN_OUT_PATH = "/login.php?action=logout"
_HEADER = encoded(b'{"alg":"HS256","typ":"JWT"}')
_HS256 = HMACAlgorithm(HMACAlgorithm.SHA256)


def login_claims(
    account: Account, customer: Customer, return_to: str, *, iat: int, jti: str
) -> dict[str, Any]:
    """Every claim of the token. Raises `Refused` for what the store would drop without a word.

    `iat` is in whole seconds of the store's clock; the store takes the token for 30 s, once.
    """
    if not is_customer_id(customer.id):
        raise Refused(Reason.STORE_REJECTED, "the linked customer id is not a BigCommerce id")
    claims: dict[str, Any] = {
        "iss": account.client_id,
        "iat": int(iat),
        "jti": jti,
        "operation": "customer_login",
        "store_hash": account.store_hash,
        "customer_id": int(customer.id),
        "channel_id": account.channel_id,
    }
    path = safe_return_to(return_to)  # again: an absolute one silently drops the sign-in
    if path:
        claims["redirect_to"] = path
    return claims


def is_customer_id(text: str) -> bool:
    """Whether this can be the id of a BigCommerce customer: a positive integer, as they write it."""
    return text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS and not text.startswith("0")


def sign(claims: dict[str, Any], account: Account) -> str:
    """The token (RFC 7515 compact), HS256 with the account's client secret as raw text.

    By the algorithm itself: the library's front door looks at each token whether the secret might be a key
    of another kind, in PEM, DER or JSON.
    """
    signing_input = f"{_HEADER}.{encoded(compact(claims).encode())}"
    signature = _HS256.sign(signing_input.encode(), account.client_secret.reveal().encode())
    return f"{signing_input}.{encoded(signature)}"
