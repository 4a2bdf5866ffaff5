"""What a tester can make this provider do wrong. A fault stays on until it is cleared."""

from enum import StrEnum, unique
from typing import Self


@unique
class Fault(StrEnum):
    """The name is what the API takes; `words` is what the page says."""

    words: str

    def __new__(cls, name: str, words: str) -> Self:
        """A member that is its name and knows its words."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.words = words
        return member

    @classmethod
    def named(cls, name: object) -> "Fault | None":
        """The fault of that name, if there is one; the empty name clears."""
        return next((fault for fault in cls if fault.value == name), None)

    NONE = "", "No fault: follow the rules"
    WRONG_NONCE = "wrong_nonce", "ID token with another nonce"
    NO_NONCE = "no_nonce", "ID token without the nonce"
    WRONG_AUDIENCE = "wrong_audience", "ID token for another client"
    WRONG_ISSUER = "wrong_issuer", "ID token of another issuer"
    EXPIRED = "expired", "ID token that has expired"
    ISSUED_IN_FUTURE = "issued_in_future", "ID token issued an hour from now"
    WRONG_AT_HASH = "wrong_at_hash", "ID token for another access token"
    ALG_NONE = "alg_none", "ID token without a signature (alg none)"
    ALG_HS256 = "alg_hs256", "ID token signed HS256 with the public key as the secret"
    BAD_SIGNATURE = "bad_signature", "ID token with a damaged signature"
    UNKNOWN_KID = "unknown_kid", "ID token signed with a key that is not published"
    NO_ID_TOKEN = "no_id_token", "Token answer without an ID token"
    THIN_ID_TOKEN = "thin_id_token", "ID token without e-mail and names: they stand at userinfo only"
    TOKEN_500 = "token_500", "Token endpoint answers 500"
    TOKEN_SLOW = "token_slow", "Token endpoint answers a few bytes at a time"
    TOKEN_REDIRECT = "token_redirect", "Token endpoint redirects (307) to another address"
    TOKEN_HTML = "token_html", "Token endpoint answers 200 with a web page"
    TOKEN_HUGE = "token_huge", "Token endpoint answers 32 MB"
    USERINFO_SLOW = "userinfo_slow", "Userinfo answers late"
    USERINFO_500 = "userinfo_500", "Userinfo answers 500"
    USERINFO_OTHER_SUBJECT = "userinfo_other_subject", "Userinfo speaks of another person"
    WRONG_RESPONSE_ISSUER = "wrong_response_issuer", "Authorization answer says another issuer (mix-up)"
    NO_RESPONSE_ISSUER = "no_response_issuer", "Authorization answer says no issuer"
    WRONG_STATE = "wrong_state", "Authorization answer carries another state"
    JWKS_500 = "jwks_500", "Key set answers 500"
    DISCOVERY_500 = "discovery_500", "Metadata answers 500"
    DISCOVERY_OTHER_ISSUER = "discovery_other_issuer", "Metadata of another issuer"
