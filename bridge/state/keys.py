"""The one table of Redis keys: what they are called, how long they live, how large they get.

| key | type | life | size | holds |
|---|---|---|---|---|
| `attempt:<state>` | string | `attempt_lifetime`; 12 s; 60 s | 0.3 kB | under way; taken; how it ended |
| `link:{<identity>}:<store>` | string | for ever | 0.1 kB | the customer of an identity, and what proved it |
| `held:<store>:<customer>` | hash | for ever | 0.1 kB | connection -> identity that holds this customer |
| `session:{<identity>}:<id>` | string | 12 h | 0.3 kB + ID token | what sign-out needs |
| `sessions:{<identity>}` | sorted set | 12 h | 40 B a session | the sessions of an identity, by end |
| `lock:<store>:<e-mail digest>` | string | 15 s | 0.1 kB | who is creating a customer |
| `probe` | string | 10 s | 0.1 kB | that Redis takes writes: asked by `/readyz` |
| `audit` | stream | newest 100,000 | 0.3 kB an event | what happened, for operators |

`<identity>` is the digest of issuer and subject. It is the hash tag of what changes together, so
that the customers of one store spread over a whole Redis Cluster.
"""

import hashlib
from dataclasses import dataclass

from bridge.domain.customer import Customer
from bridge.domain.identity import IdentityKey

MAX_HINT = 16_384  # characters; a larger ID token is not kept as a hint for sign-out
AUDIT_LENGTH = 100_000  # events, about


@dataclass(frozen=True, slots=True)
class Keys:
    """Names under one prefix."""

    prefix: str

    def attempt(self, state: str) -> str:
        return f"{self.prefix}:attempt:{state}"

    def link(self, identity: IdentityKey, store: str) -> str:
        return f"{self.prefix}:link:{{{identity.digest}}}:{store}"

    def held(self, store: str, customer: Customer) -> str:
        return f"{self.prefix}:held:{store}:{customer.id}"

    def session(self, identity: IdentityKey, session_id: str) -> str:
        return f"{self.prefix}:session:{{{identity.digest}}}:{digest(session_id)}"

    def sessions(self, identity: IdentityKey) -> str:
        return f"{self.prefix}:sessions:{{{identity.digest}}}"

    def lock(self, store: str, email: str) -> str:
        return f"{self.prefix}:lock:{store}:{digest(email)}"

    @property
    def probe(self) -> str:
        return f"{self.prefix}:probe"

    @property
    def audit(self) -> str:
        return f"{self.prefix}:audit"


def digest(text: str) -> str:
    """Stands for a value that Redis need not know (a session id, an address)."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]
