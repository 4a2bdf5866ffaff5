"""What to do where a check of an ID token did not pass, by its name: more than the refusal's words."""

from collections.abc import Mapping

_CLOCKS = "Synchronise both machines' clocks (NTP); a small difference is what clock_tolerance is for."
_PASSED_ON = (
    "The bridge must be told the token that the provider made for this very request: look for a cache "
    "or a proxy that answers in the provider's place."
)

#: Names as `DryProvider` notes them.
FIXES: Mapping[str, str] = {
    "algorithm": (
        "Have the provider sign this client's ID tokens by an algorithm of signing_algs, or name its own "
        "there (never none, never HS256)."
    ),
    "critical": "Take the extension of ID tokens off at the provider.",
    "token type": "Have the provider send an ID token as id_token, and no access or logout token.",
    "issuer": (
        "Set issuer to what the token names, if that is your provider; with several tenants see the page "
        "of its make."
    ),
    "audience": (
        "Compare client_id with the provider's console, and take further audiences of this client off there."
    ),
    "authorized party": (
        "Compare client_id with the provider's console: the token was made for another client."
    ),
    "expiry": _CLOCKS,
    "issued at": _CLOCKS,
    "not before": _CLOCKS,
    "nonce": _PASSED_ON,
    "subject": "Have the provider send a sub of 1 to 255 printable ASCII characters.",
    "access token hash": _PASSED_ON,
    "code hash": _PASSED_ON,
    "required": (
        "Have the provider send an ID token as id_token: its other tokens do not say what this make's ID "
        "tokens say."
    ),
    "tenant": "Name the tenant under tenants, if its people may come.",
    "signature": (
        "See whether jwks_uri of the provider's metadata holds the key of the token's kid: bridge "
        "connections refresh fetches it anew."
    ),
}
