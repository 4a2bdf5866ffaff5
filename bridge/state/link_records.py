"""How a link is written down: a few bytes on either side, since there may be a hundred million.

| map | field | value |
|---|---|---|
| links of a store | the identity's digest (22 characters) | evidence (1), when (5), customer id |
| holders of its customers | customer id, space, connection | the identity's digest (22), claimed when (5) |
| e-mails of its customers | the address's digest (22) | customer ids, a space between |

All of it is text, so that an operator can read it with redis-cli. *When* counts seconds from 2020 in
base 64, and lasts until 2054. The digest stands for issuer and subject, which need not be stored.

The evidence's letter is the version too: versions before wrote keys of another name (`old_links`), and
a later one takes letters that are free. One that this version does not know is refused, never guessed.
"""

import hashlib

from bridge.domain.base64url import encoded
from bridge.domain.customer import Evidence
from bridge.domain.refusal import Reason, Refused

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
SINCE = 1_577_836_800  # 2020-01-01T00:00:00Z
WHEN = 5  # characters
DIGEST = 22  # characters
#: Characters of a link before its customer's id.
HEAD = 1 + WHEN
LETTERS: dict[Evidence, str] = {"claim": "c", "email": "e", "created": "n", "imported": "i", "operator": "o"}
_EVIDENCE = {letter: evidence for evidence, letter in LETTERS.items()}
_VALUES = {character: value for value, character in enumerate(ALPHABET)}


def when_text(seconds: int) -> str:
    """Five characters for a time in seconds since the epoch; times outside are cut to what fits."""
    value = min(max(seconds - SINCE, 0), 64**WHEN - 1)
    return "".join(ALPHABET[value >> shift & 63] for shift in range(6 * (WHEN - 1), -1, -6))


def when_read(text: str) -> int:
    """Seconds since the epoch."""
    value = 0
    for character in text:
        value = value << 6 | _VALUES[character]
    return value + SINCE


def link_text(customer: str, evidence: Evidence, created_at: int) -> str:
    """The value of a link."""
    return f"{LETTERS[evidence]}{when_text(created_at)}{customer}"


def link_read(text: str) -> tuple[str, Evidence, int]:
    """Customer id, evidence, and when in seconds since the epoch. Raises `Refused`."""
    try:
        return text[HEAD:], _EVIDENCE[text[0]], when_read(text[1:HEAD])
    except (KeyError, IndexError):
        raise Refused(
            Reason.INTERNAL_ERROR, "a link is written in a way this version does not know"
        ) from None


def customer_of(text: str) -> str:
    """The customer id alone. Raises `Refused`."""
    if text[:1] not in _EVIDENCE:
        raise Refused(Reason.INTERNAL_ERROR, "a link is written in a way this version does not know")
    return text[HEAD:]


def holder_field(customer: str, connection: str) -> str:
    """Where the identity of that connection stands which holds the customer."""
    return f"{customer} {connection}"


def claim_read(text: str) -> tuple[str, int]:
    """Digest of the identity that holds a customer, and since when."""
    return text[:DIGEST], when_read(text[DIGEST:])


def email_digest(email: str) -> str:
    """22 characters that stand for a normal address (128 bits of SHA-256).

    It keeps addresses out of sight, not out of reach: who has the whole map can try addresses.
    """
    return encoded(hashlib.sha256(email.encode()).digest()[:16])


#: Lua: `stamp(seconds)` is `when_text`, `age(claim, seconds)` how old a claim is.
WHEN_LUA = """
local alphabet = 'ALPHABET'
local function stamp(seconds)
  local text, value = '', seconds - SINCE
  for _ = 1, 5 do
    local digit = value % 64
    text = string.sub(alphabet, digit + 1, digit + 1) .. text
    value = (value - digit) / 64
  end
  return text
end
local function age(claim, seconds)
  local value = 0
  for i = 23, 27 do
    value = value * 64 + string.find(alphabet, string.sub(claim, i, i), 1, true) - 1
  end
  return seconds - SINCE - value
end
""".replace("ALPHABET", ALPHABET).replace("SINCE", str(SINCE))
