"""The memory twin of codes, sessions and throttle, for unit tests."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bridge.domain.customer import Customer
from bridge.domain.grant import ClientType, Grant, Renewable, RenewalHandle, Spent
from bridge.domain.limits import CODE_LIFE, RENEWAL_GRACE, SPENT_LIFE
from bridge.domain.secret import Secret
from bridge.domain.session import SessionRef
from bridge.state.keys import digest
from bridge.state.memory import MemoryState


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lent:
    grant: Grant
    kind: ClientType
    secret: str
    before: str = ""
    changed: float = 0.0
    refresh_token: Secret | None = None


class MemoryTokens:
    """`Codes`, `Renewals` and `Throttle` at once, beside the sessions and links of `state`."""

    def __init__(self, state: MemoryState, now: Callable[[], float], token: Callable[[], str]) -> None:
        self._state = state
        self._now = now
        self._token = token
        self._lock = threading.RLock()
        self._codes: dict[tuple[str, str], tuple[Grant | Spent, float]] = {}
        self._lent: dict[tuple[str, str, str], _Lent | None] = {}
        self._counts: dict[str, tuple[int, float]] = {}

    # -- Codes ------------------------------------------------------------------------------

    def put(self, code: str, grant: Grant) -> None:
        self._codes[grant.store, code] = grant, self._now() + CODE_LIFE

    def take(self, store: str, code: str) -> Grant | Spent | None:
        with self._lock:
            held, ends = self._codes.get((store, code), (None, 0.0))
            if held is None or self._now() >= ends:
                return None
            if isinstance(held, Grant):
                self._codes[store, code] = Spent(held), self._now() + SPENT_LIFE
            return held

    # -- Renewals ---------------------------------------------------------------------------

    def lend(self, grant: Grant, code: str, kind: ClientType) -> Renewable | None:
        with self._lock:
            handle = RenewalHandle(grant.identity.digest, grant.session, digest(code), self._token())
            customer = self._customer(grant)
            if customer is None:
                return None
            place = handle.identity, handle.session, handle.grant
            if place in self._lent:
                return _renewable(grant, customer, None, handle)
            self._lent[place] = _Lent(grant=grant, kind=kind, secret=handle.secret)
            return _renewable(grant, customer, handle, handle)

    def renew(self, store: str, handle: RenewalHandle, kind: ClientType) -> Renewable | None:
        with self._lock:
            place = handle.identity, handle.session, handle.grant
            lent = self._lent.get(place)
            customer = self._customer(lent.grant) if lent else None
            if lent is None or customer is None or (lent.grant.store, lent.kind) != (store, kind):
                return None
            newest = lent.secret == handle.secret
            lately = lent.before == handle.secret and self._now() - lent.changed < RENEWAL_GRACE
            if not newest and not (kind == "public" and lately):
                self._lent[place] = None if kind == "public" else lent
                return None
            if kind == "public":
                if newest:
                    lent = replace(lent, before=lent.secret, changed=self._now())
                lent = self._lent[place] = replace(lent, secret=self._token())
            changed = replace(handle, secret=lent.secret)
            return replace(
                _renewable(lent.grant, customer, changed, changed), refresh_token=lent.refresh_token
            )

    def keep_refresh_token(self, handle: RenewalHandle, token: Secret) -> bool:
        with self._lock:
            place = handle.identity, handle.session, handle.grant
            lent = self._lent.get(place)
            if lent is None or self._customer(lent.grant) is None:
                return False
            self._lent[place] = replace(lent, refresh_token=token)
            return True

    def end(self, grant: Grant, code: str) -> Secret | None:
        with self._lock:
            place = grant.identity.digest, grant.session, digest(code)
            lent = self._lent.get(place)
            self._lent[place] = None
            return lent.refresh_token if lent else None

    def refresh_tokens(self, ref: SessionRef) -> Mapping[str, Secret]:
        with self._lock:
            return {
                grant: lent.refresh_token
                for (identity, session, grant), lent in self._lent.items()
                if (identity, session) == (ref.identity, ref.id) and lent and lent.refresh_token
            }

    def taken_back(self, ref: SessionRef, grant: str) -> None:
        with self._lock:
            if lent := self._lent.get((ref.identity, ref.id, grant)):
                self._lent[ref.identity, ref.id, grant] = replace(lent, refresh_token=None)

    def forget(self, ref: SessionRef) -> None:
        with self._lock:
            for place in [one for one in self._lent if one[:2] == (ref.identity, ref.id)]:
                del self._lent[place]

    def _customer(self, grant: Grant) -> Customer | None:
        if not any(grant.session == digest(one.id) for one in self._state.sessions):
            return None
        return self._state.linked(grant.identity, grant.store)

    # -- Throttle ---------------------------------------------------------------------------

    def wait(self, what: str, limit: int) -> int:
        count, ends = self._counts.get(what, (0, 0.0))
        left = ends - self._now()
        return max(1, int(left)) if left > 0 and count >= limit else 0

    def count(self, what: str, limit: int) -> int:
        with self._lock:
            count, ends = self._counts.get(what, (0, 0.0))
            if ends <= self._now():
                count, ends = 0, self._now() + 60
            self._counts[what] = count + 1, ends
            return max(1, int(ends - self._now())) if count + 1 > limit else 0


def _renewable(
    grant: Grant, customer: Customer, handle: RenewalHandle | None, place: RenewalHandle
) -> Renewable:
    return Renewable(
        handle=str(handle) if handle else "",
        store=grant.store,
        identity=grant.identity,
        customer=customer,
        session=f"{place.identity}.{place.session}",
        reference=grant.reference,
    )
