"""Judge a Customer Login token as the platform does; written out by hand, without a token library."""

import base64
import binascii
import contextlib
import hmac
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bridge.demo.bigcommerce.customers import Customer, CustomerBook
from bridge.demo.bigcommerce.options import StoreOptions

_LIFETIME = 30  # seconds after iat
_FUTURE = 5  # seconds that iat may be ahead of the store's clock; the platform documents none
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")
_DEFAULT_PAGE = "/account.php"


class LoginRefusedError(ValueError):
    """Why a token signs nobody in; the shopper never sees this."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True)
class Login:
    """A token that may sign in."""

    customer: Customer
    redirect_to: str
    jti: str


@dataclass(frozen=True)
class LoginJudge:
    """The store's side of the token: what it must say here and now. `first_use` never forgets a `jti`."""

    options: StoreOptions
    customers: CustomerBook
    clock: Callable[[], float]
    first_use: Callable[[str], bool]

    def judge(self, token: str, *, browser_ip: str) -> Login:
        """The login that `token` stands for. Raises LoginRefusedError with the first rule that it breaks."""
        claims = _read_signed(token, self._secret_of)
        self._check_origin(claims)
        self._check_time(claims.get("iat"))
        jti = claims.get("jti")
        if not isinstance(jti, str) or not jti:
            raise LoginRefusedError("jti_missing", "jti must be a text, new each time")
        if not self.first_use(jti):
            raise LoginRefusedError("replayed", "this jti was used before")
        wanted_ip = claims.get("request_ip")
        if wanted_ip is not None and wanted_ip != browser_ip:
            raise LoginRefusedError("wrong_ip", f"request_ip is not the browser's address {browser_ip}")
        return Login(self._customer(claims), _redirect_to(claims), jti)

    def _secret_of(self, issuer: object) -> str:
        known = self.options.accounts.get(issuer) if isinstance(issuer, str) else None
        return known[0] if known else self.options.client_secret

    def _check_origin(self, claims: dict[str, Any]) -> None:
        expected = {
            "operation": ("wrong_operation", "customer_login"),
            "store_hash": ("wrong_store", self.options.store_hash),
        }
        if claims.get("iss") not in self.options.accounts:
            raise LoginRefusedError("wrong_issuer", f"iss must be {self.options.client_id!r}")
        for name, (reason, value) in expected.items():
            if claims.get(name) != value:
                raise LoginRefusedError(reason, f"{name} must be {value!r}")
        if "store_v2_customers_login" not in self.options.scopes:
            raise LoginRefusedError("scope_missing", "the API account lacks the scope Customers Login")
        channel = claims.get("channel_id", 1)
        if not _is_integer(channel) or channel != self.options.channel_id:
            raise LoginRefusedError("wrong_channel", f"channel_id must be {self.options.channel_id} here")

    def _check_time(self, iat: object) -> None:
        if not isinstance(iat, int) or isinstance(iat, bool):
            raise LoginRefusedError("iat_not_integer", "iat must be an integer")
        age = int(self.clock()) - iat
        if age > _LIFETIME:
            raise LoginRefusedError(
                "expired", f"iat is {age} seconds old by the store's clock, at most {_LIFETIME}"
            )
        if age < -_FUTURE:
            raise LoginRefusedError("from_the_future", f"iat is {-age} seconds ahead of the store's clock")

    def _customer(self, claims: dict[str, Any]) -> Customer:
        customer_id = claims.get("customer_id")
        if not _is_integer(customer_id):
            raise LoginRefusedError("customer_id_not_integer", "customer_id must be an integer")
        customer = self.customers.get(int(customer_id or 0))
        if customer is None:
            raise LoginRefusedError("unknown_customer", f"no customer {customer_id}")
        if not self.customers.may_sign_in(customer, self.options.channel_id):
            raise LoginRefusedError("customer_not_on_channel", f"customer {customer_id} has no access here")
        return customer


def _read_signed(token: str, secret_of: Callable[[object], str]) -> dict[str, Any]:
    parts = token.split(".")
    if len(parts) != 3:
        raise LoginRefusedError("malformed", "a token has three parts")
    header, claims = _json(parts[0]), _json(parts[1])
    if header.get("alg") != "HS256":
        raise LoginRefusedError("wrong_algorithm", "the header's alg must be HS256")
    if header.get("typ") != "JWT":
        raise LoginRefusedError("wrong_type", "the header's typ must be JWT")
    expected = hmac.digest(
        secret_of(claims.get("iss")).encode(), f"{parts[0]}.{parts[1]}".encode("ascii"), "sha256"
    )
    if not hmac.compare_digest(expected, _bytes(parts[2])):
        raise LoginRefusedError("bad_signature", "not signed with this API account's client secret")
    return claims


def _json(part: str) -> dict[str, Any]:
    try:
        value = json.loads(_bytes(part))
    except (ValueError, RecursionError):
        raise LoginRefusedError("malformed", "a part of the token is not JSON") from None
    if not isinstance(value, dict):
        raise LoginRefusedError("malformed", "a part of the token is not a JSON object")
    return value


def _bytes(part: str) -> bytes:
    """base64url without padding, and nothing else (RFC 7515 2)."""
    if _BASE64URL.fullmatch(part):
        with contextlib.suppress(binascii.Error):
            return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    raise LoginRefusedError("malformed", "a part of the token is not base64url")


def _redirect_to(claims: dict[str, Any]) -> str:
    wanted = claims.get("redirect_to", _DEFAULT_PAGE)
    relative = isinstance(wanted, str) and wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    if not relative or any(character < " " for character in wanted):
        raise LoginRefusedError("bad_redirect", "redirect_to must be a path that starts with a single slash")
    return str(wanted)


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
