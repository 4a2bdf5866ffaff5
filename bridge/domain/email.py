"""E-mail addresses: as evidence in one spelling or none, and as people type them."""

import re
import unicodedata

# Deliberately narrower than RFC 5321: what a store accepts, and nothing that two systems
# could read differently (quoted parts, comments, several @, look-alikes beyond ASCII).
_DOMAIN = r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])"
_ADDRESS = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@" + _DOMAIN,
)
MAX_LENGTH = 250

_TYPED_DOMAIN = re.compile(_DOMAIN)
_TYPED_NAME = re.compile(r"""[^\s@"(),:;<>\[\]\\]{1,64}""")
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200e\u200f\u2060\ufeff"))  # they come with copied text


def normal_email(value: object) -> str:
    """The address in lower case, or an empty text when it cannot serve as evidence."""
    # ASCII first: lower() turns the Kelvin sign into a k, and a stranger into a customer.
    if not isinstance(value, str) or len(value) > MAX_LENGTH or not value.isascii():
        return ""
    address = value.lower()
    return address if _ADDRESS.fullmatch(address) else ""


def domain_of(address: str) -> str:
    """The part behind the @ of a normal address."""
    return address.rpartition("@")[2]


def typed_domain(text: str) -> str:
    """The domain of an address as a person types it, an international one as xn--…; empty for no address.

    Shows the way to a connection and is never evidence: letters beyond ASCII are welcome here.
    """
    readable = _readable(text).strip()
    name, _, domain = readable.rpartition("@")
    return normal_domain(domain) if _TYPED_NAME.fullmatch(name) and name.isprintable() else ""


def normal_domain(text: str) -> str:
    """A domain name in the spelling of DNS and of `domains`: lower case, xn--…; empty when it is none.

    Letters are folded as browsers do (UTS 46 without its transitional letters, RFC 3492).
    """
    readable = _readable(text)
    if len(readable) > MAX_LENGTH:
        return ""
    try:
        domain = ".".join(map(_label, readable.lower().split(".")))
    except UnicodeError:
        return ""
    return domain if _TYPED_DOMAIN.fullmatch(domain) else ""


def _readable(text: str) -> str:
    """What keyboards of other scripts write for @, full stop and Latin letters, as these."""
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFKC", text[: MAX_LENGTH + 1])
    return plain.translate(_INVISIBLE).replace("\u3002", ".")


def _label(text: str) -> str:
    if text.isascii():
        return text
    text.encode()  # half a character (a lone surrogate) raises here; Punycode would take it
    return "xn--" + unicodedata.normalize("NFC", text).encode("punycode").decode("ascii")
