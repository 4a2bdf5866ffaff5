"""What to do about a refusal, in the words of that provider or platform."""

import re
from collections.abc import Iterator, Mapping

from bridge.domain.handbook import HANDBOOK
from bridge.domain.refusal import Reason
from bridge.idp.consoles import console_of

#: Which place in a provider's console a reason leads to: fields of `Console`.
_AT_PROVIDER: Mapping[Reason, tuple[str, ...]] = {
    Reason.ACCESS_DENIED: ("assignment",),
    Reason.IDP_ERROR: ("redirect_uris", "assignment"),
    Reason.ISSUER_MISMATCH: ("issuer",),
    Reason.IDP_METADATA_INVALID: ("issuer",),
    Reason.IDP_KEYS_INVALID: ("signing",),
    Reason.ID_TOKEN_INVALID: ("signing", "issuer"),
    Reason.CODE_REJECTED: ("redirect_uris",),
    Reason.CLIENT_REJECTED: ("client", "renewal", "method"),
    Reason.WRONG_CONNECTION: ("redirect_uris",),
    Reason.CALLBACK_MALFORMED: ("redirect_uris",),
    Reason.TENANT_NOT_ALLOWED: ("issuer",),
}
_PLACES = {
    "issuer": "the issuer",
    "client": "client id and secret",
    "renewal": "a new secret",
    "method": "how the client proves itself",
    "redirect_uris": "redirect URIs",
    "signing": "signing algorithm and keys",
    "assignment": "who may use the client",
}
_STORE = frozenset({
    Reason.CUSTOMER_REJECTED, Reason.STORE_UNAVAILABLE, Reason.STORE_BUSY, Reason.STORE_MISCONFIGURED,
    Reason.STORE_REJECTED, Reason.STORE_CLOCK_UNKNOWN, Reason.CUSTOMER_AMBIGUOUS, Reason.CUSTOMER_UNKNOWN,
})  # fmt: skip
#: Where the store's side of it stands, in the platform's words.
_PLATFORMS = {
    "bigcommerce": {
        "access": "BigCommerce control panel > Settings > API > Store-level API accounts",
        "customer": "BigCommerce control panel > Customers > All customers",
    },
    "commercelayer": {
        "access": "Commerce Layer dashboard > Settings > API credentials",
        "customer": "Commerce Layer dashboard > Customers",
    },
    "shopify": {
        "access": "Shopify admin > Settings > Customer accounts > Multipass",
        "customer": "Shopify admin > Customers",
    },
}
_OF_CUSTOMER = frozenset({Reason.CUSTOMER_REJECTED, Reason.CUSTOMER_AMBIGUOUS, Reason.CUSTOMER_UNKNOWN})


def meanings(reason: Reason, detail: str) -> list[str]:
    """What the handbook says of a detail: what fits its words, else everything it knows of the reason."""
    entry = HANDBOOK.get(reason.value)
    if entry is None:
        return []
    fitting = [meaning for seen, meaning in entry.seen if not seen.startswith("(") and _fits(seen, detail)]
    return fitting or [f"{seen}: {meaning}" for seen, meaning in entry.seen if seen.startswith("(")]


def places(reason: Reason, make: str, platform: str) -> Iterator[str]:
    """Where to look, in the vendor's console. `make`: of the connection; `platform`: of the store."""
    if make:
        console = console_of(make)
        for field in _AT_PROVIDER.get(reason, ()):
            yield f"{_PLACES[field]}: {getattr(console, field)}"
    if reason in _STORE and platform in _PLATFORMS:
        yield _PLATFORMS[platform]["customer" if reason in _OF_CUSTOMER else "access"]


def guide(reason: Reason, make: str) -> Iterator[str]:
    """Pages below docs/."""
    yield f"refusals/{reason.value}.md"
    if make and reason in _AT_PROVIDER:
        yield f"idps/{make}.md"


def _fits(seen: str, detail: str) -> bool:
    parts = [re.escape(part) for part in seen.split("…")]
    return bool(detail) and re.search(".*".join(parts), detail, re.DOTALL) is not None
