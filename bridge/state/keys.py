"""The one table of Redis keys: what they are called, how long they live, how large they get.

| key | type | life | size | holds |
|---|---|---|---|---|
| `attempt:<state>` | string | `attempt_lifetime`; 12 s; 60 s | 0.3 kB | under way; taken; how it ended |
| `taken:{<prefix>:attempt:<state>}` | string | `attempt_fallback` + 60 s | 0.2 kB | that it was taken |
| `dry:<state digest>` | string | `--timeout`; 60 s | 0.1 kB; 20 kB | a connection's test; its answer |
| `links:{<tag>}:<store>[:<number>]` | hash | for ever | 45 B each | identity -> customer, what proved it |
| `links:{<tag>}:<store>:n` | string | for ever | 0.1 kB | how many hashes the part with that tag has |
| `holders:{<tag>}:<store>[:<number>]` | hash | for ever | 45 B each | customer and connection -> identity |
| `unclaimed:<store>` | string | for ever | 0.1 kB | how often a holder was taken away (not on a Cluster) |
| `holders:{<tag>}:<store>:n` | string | for ever | 0.1 kB | the same of this map |
| `emails:{<tag>}:<store>[:<number>]` | hash | for ever | 35 B each | e-mail digest -> customer known by it |
| `emails:{<tag>}:<store>:n` | string | for ever | 0.1 kB | the same of this map |
| `notes:{<tag>}:<store>[:<number>]` | hash | for ever | 70 B | what a store was last told of its customer |
| `notes:{<tag>}:<store>:n` | string | for ever | 0.1 kB | the same of this map |
| `blocked:{<tag>}:<store>` | hash | for ever | 40 B each | identities that may not sign in |
| `barred:<store>` | hash | for ever | 30 B each | customers who may not, and since when |
| `pending:{<store>}` | hash | newest 1,000 | 0.3 kB a case | refused sign-ins for an operator to judge |
| `pending:{<store>}:ends` | sorted set | newest 1,000 | 40 B a case | until when: 30 days, rejected 365 |
| `imported:<store>:<file digest>` | string | 720 h | 0.1 kB | how far the import of a file came |
| `session:{<tag>}:<identity>:<id>` | string | `session_lifetime` | 0.3 kB + ID token | for sign-out |
| `sessions:{<tag>}:<identity>` | sorted set | `session_lifetime` | 40 B each | its sessions, by end |
| `sid:<connection>:<sid digest>` | set | `session_lifetime` | 0.1 kB | whose sessions came of a provider's session |
| `logout-token:<connection>:<jti digest>` | string | 1200 s | 0.1 kB | that a logout token was used |
| `renewals:{<tag>}:<identity>:<id>` | hash | `session_lifetime` | 0.2 kB a code, 16 at most | what one renews by |
| `code:<store>:<code digest>` | string | 60 s; 600 s | 0.4 kB | whom a code is for; that it was used |
| `endings:{endings}` | hash | until done | 0.3 kB each | sessions that ended: what is left to do |
| `endings:{endings}:due` | sorted set | until done | 60 B each | when each of them is due |
| `endings:{endings}:dead` | hash | newest 1,000 | 0.3 kB each | those that were given up |
| `endings:{endings}:died` | sorted set | newest 1,000 | 60 B each | when they were |
| `endings:{endings}:counts` | hash | for ever | 0.1 kB | webhooks delivered, failed, given up |
| `rate:<digest>` | string | 60 s | 0.1 kB | what an address began or failed at, starts at a connection |
| `lock:<store>:<e-mail digest>` | string | 15 s | 0.1 kB | who is creating a customer of that address |
| `creating:{<tag>}:<store>:<identity>` | string | 15 s | 0.1 kB | who is creating one for that identity |
| `document:<connection>:<kind>` | string | 168 h; 24 h | 5 kB | a provider's metadata; its keys: as fetched |
| `fetching:<connection>:<kind>` | string | 8 s | 0.1 kB | that a process is fetching it |
| `budget:<connection>` | string | 150 s | 0.1 kB | how many more fetches unknown keys may cause |
| `refreshes` | hash | for ever | 0.1 kB each | connection -> mark, changed by `bridge connections refresh` |
| `probe` | string | 10 s | 0.1 kB | that Redis takes writes: asked by `/readyz` |
| `audit` | stream | newest `audit_length`, `audit_days` | 0.3 kB an event | what happened, for operators |
| `audit-seals` | stream | newest, as what they seal | 0.3 kB + 8 B an event | what proves that nothing was changed |
| `audit-sealing` | string | 1 s | 0.1 kB | that a process is sealing |
| `decisions` | stream | newest `decisions`, `decisions_days` | 0.9 kB a sign-in | what each sign-in did, step by step |
| `strays` | stream | newest 5,000 | 0.2 kB | refusals that belong to no attempt |

`<identity>` is the digest of issuer and subject, `<tag>` three hexadecimal digits that follow from it
(for `holders` from the customer's id, for `emails` from the e-mail's digest). The tag is the hash tag of
what changes together, so that the customers of one store spread over a whole Redis Cluster. A map has
4,096 parts, one for each tag, and a part one hash for some 30 entries: the first has no number.

Versions before kept a link in `link:{<identity>}:<store>` and `held:<store>:<customer>`. Such a link is
still found, and moved to where it belongs now, when its person signs in.
"""

import hashlib
from dataclasses import dataclass

from bridge.domain.identity import IdentityKey, digest_of
from bridge.state.growing import tag_of

MAX_HINT = 16_384  # characters; a larger ID token is not kept as a hint for sign-out
AUDIT_NET = 200_000


@dataclass(frozen=True, slots=True)
class Keys:
    """Names under one prefix."""

    prefix: str
    #: Audit events that are kept in any case, about: a net. `RedisAuditSeals.retain` lets go before.
    audit_most: int = AUDIT_NET

    def attempt(self, state: str) -> str:
        return f"{self.prefix}:attempt:{state}"

    def taken(self, state: str) -> str:
        """In one slot with the attempt: its hash tag is the other key's whole name."""
        return f"{self.prefix}:taken:{{{self.attempt(state)}}}"

    def dry(self, state: str) -> str:
        return f"{self.prefix}:dry:{digest(state)}"

    def links(self, tag: str, store: str) -> str:
        """One part of a store's links. This and its neighbours take a tag of `growing`."""
        return f"{self.prefix}:links:{{{tag}}}:{store}"

    def holders(self, tag: str, store: str) -> str:
        return f"{self.prefix}:holders:{{{tag}}}:{store}"

    def unclaimed(self, store: str) -> str:
        """In no slot with the holders: only where all slots are on one server."""
        return f"{self.prefix}:unclaimed:{store}"

    def emails(self, tag: str, store: str) -> str:
        return f"{self.prefix}:emails:{{{tag}}}:{store}"

    def notes(self, identity: IdentityKey | str, store: str) -> str:
        """In one slot with the identity's links, as is `blocked`."""
        return f"{self.prefix}:notes:{{{tag_of(digest_of(identity))}}}:{store}"

    def blocked(self, identity: IdentityKey | str, store: str) -> str:
        return f"{self.prefix}:blocked:{{{tag_of(digest_of(identity))}}}:{store}"

    def barred(self, store: str) -> str:
        """The blocked customers of a store, for whom identities are blocked when they are linked."""
        return f"{self.prefix}:barred:{store}"

    def pending(self, store: str) -> tuple[str, str]:
        """The cases, and until when they are kept."""
        return f"{self.prefix}:pending:{{{store}}}", f"{self.prefix}:pending:{{{store}}}:ends"

    def imported(self, store: str, file: str) -> str:
        """By the file's digest."""
        return f"{self.prefix}:imported:{store}:{file}"

    def session(self, identity: IdentityKey | str, session_id: str, *, digested: bool = False) -> str:
        """`digested`: it is the digest of the id already, which is all that a storefront's handle tells."""
        known = session_id if digested else digest(session_id)
        return f"{self.prefix}:session:{_tagged(identity)}:{known}"

    def sessions(self, identity: IdentityKey | str) -> str:
        return f"{self.prefix}:sessions:{_tagged(identity)}"

    def sid(self, connection: str, sid: str) -> str:
        """By the provider's own session id: logout tokens may name nothing else."""
        return f"{self.prefix}:sid:{connection}:{digest(sid)}"

    def logout_token(self, connection: str, jti: str) -> str:
        return f"{self.prefix}:logout-token:{connection}:{digest(jti)}"

    def renewals(self, identity: IdentityKey | str, session: str) -> str:
        """Of a session, by the digest of its id."""
        return f"{self.prefix}:renewals:{_tagged(identity)}:{session}"

    def creating(self, identity: IdentityKey | str, store: str) -> str:
        """In one slot with the identity's links."""
        known = digest_of(identity)
        return f"{self.prefix}:creating:{{{tag_of(known)}}}:{store}:{known}"

    def code(self, store: str, code: str) -> str:
        return f"{self.prefix}:code:{store}:{digest(code)}"

    def rate(self, what: str) -> str:
        return f"{self.prefix}:rate:{digest(what)}"

    def lock(self, store: str, email: str) -> str:
        return f"{self.prefix}:lock:{store}:{digest(email)}"

    def document(self, connection: str, kind: str) -> str:
        return f"{self.prefix}:document:{connection}:{kind}"

    def fetching(self, connection: str, kind: str) -> str:
        return f"{self.prefix}:fetching:{connection}:{kind}"

    def budget(self, connection: str) -> str:
        return f"{self.prefix}:budget:{connection}"

    @property
    def endings(self) -> tuple[str, str, str, str, str]:
        """What is left to do about sessions that ended, when it is due; what was given up, and when; counts."""
        head = f"{self.prefix}:endings:{{endings}}"
        return head, f"{head}:due", f"{head}:dead", f"{head}:died", f"{head}:counts"

    @property
    def refreshes(self) -> str:
        return f"{self.prefix}:refreshes"

    @property
    def probe(self) -> str:
        return f"{self.prefix}:probe"

    @property
    def audit(self) -> str:
        return f"{self.prefix}:audit"

    @property
    def audit_seals(self) -> str:
        return f"{self.prefix}:audit-seals"

    @property
    def audit_sealing(self) -> str:
        return f"{self.prefix}:audit-sealing"

    @property
    def decisions(self) -> str:
        return f"{self.prefix}:decisions"

    @property
    def strays(self) -> str:
        return f"{self.prefix}:strays"


def links_of(keys: Keys, identity: IdentityKey | str, store: str) -> str:
    """The part of a store's links that an identity is in: one slot with its sessions and its lock."""
    return keys.links(tag_of(digest_of(identity)), store)


def _tagged(identity: IdentityKey | str) -> str:
    """`{<tag>}:<identity>`."""
    known = digest_of(identity)
    return f"{{{tag_of(known)}}}:{known}"


def digest(text: str) -> str:
    """Stands for a value that Redis need not know (a session id, an address)."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]
