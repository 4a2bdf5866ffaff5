"""What a store is told of a known customer at sign-in, before any token is made; and whether it still has it.

Whether there is anything to do follows from the claims and from a note beside the link, which is read
in the same trip as the link itself: a person of whom nothing changed costs no call to the store.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from bridge.domain.connection import Connection
from bridge.domain.customer import Customer, CustomerGone, Due, Note, Stale
from bridge.domain.deadline import Deadline
from bridge.domain.identity import Identity, IdentityKey
from bridge.domain.link_ports import Links
from bridge.domain.ports import Occasion, Platform, SignIns
from bridge.domain.profile import EMAIL_STAYS, NO_DETAILS, Details, details
from bridge.domain.refusal import Reason, Refused
from bridge.domain.store import Store
from bridge.flows.ending import SessionEnder

#: A known customer waits no longer for what can as well be done at the next sign-in.
PATIENCE = 3.0  # seconds
UNKNOWN_GROUP = "the claim names no group of the table `groups`"
_LOG = logging.getLogger("bridge")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a sign-in wants the store to know."""

    details: Details
    due: Due


@dataclass(frozen=True, slots=True, kw_only=True)
class Profiles:
    """The policies `map`, `sync`, `update_email`, `verify_customer` and `relink` of every store."""

    stores: Mapping[str, Store]
    connections: Mapping[str, Connection]
    platforms: Mapping[str, Platform]
    sign_ins: SignIns
    links: Links
    now: Callable[[], float]
    ender: SessionEnder | None = None  # of the sessions of customers who are gone

    def details(self, store: Store, identity: Identity) -> Details:
        """What the claims say of the customer, by the store's map. Without a map nothing."""
        policy = store.customers
        email = identity.trusted_email(self.connections[identity.connection]) if policy.update_email else ""
        if not (policy.profile or email):
            return NO_DETAILS
        return details(policy.profile, identity.claims, email)

    def plan(self, store: Store, identity: Identity) -> Plan | None:
        """None where the store wants to be told nothing, and never asked."""
        policy = store.customers
        if not (policy.profile or policy.update_email or policy.verify_every):
            return None
        wanted = self.details(store, identity)
        # Nothing to say is nothing due: what is not claimed stays as it is.
        profile = wanted.digest if wanted or wanted.group_unknown else ""
        since = int(self.now()) - policy.verify_every if policy.verify_every else 0
        return Plan(wanted, Due(profile=profile, seen_since=since))

    def bring_up(
        self, occasion: Occasion, store: Store, key: IdentityKey, stale: Stale, plan: Plan, deadline: Deadline
    ) -> Note | None:
        """Tells the store what is new, or asks whether it still has the customer; what is true from then on.

        None where the store could not be told or asked: the next sign-in tries again. Raises
        `CustomerGone`; `Refused` only where the store must not be entered with an old profile.
        """
        due, customer = plan.due, stale.customer
        changed = due.profile not in ("", stale.note.profile)
        tell = partial(deadline.story.tell, "profile", what="update" if changed else "verify")
        try:
            if changed:
                left = self._update(store, customer, plan.details, deadline.within(PATIENCE))
            else:
                self._verify(store, customer, deadline.within(PATIENCE))
                left = []
        except CustomerGone:
            tell(outcome="gone")
            raise
        except Refused as refused:
            tell(outcome="failed")
            seen = f"{refused.reason.value}: {refused.detail}" if refused.detail else refused.reason.value
            self.tell(occasion, key, "profile_not_written", customer, seen)
            if changed and store.customers.sync_required:
                raise
            return None
        tell(outcome="done", left=len(left))
        for what in left:
            self.tell(occasion, key, "profile_kept", customer, what)
        # Neither who is in no group of the table nor whose new address somebody else has is kept out: else
        # whoever takes an address first could keep its owner out.
        missed = [what for what in left if what != UNKNOWN_GROUP and not what.startswith(EMAIL_STAYS)]
        if missed and store.customers.sync_required:
            raise Refused(Reason.STORE_MISCONFIGURED, f"sync is required, and was not whole: {missed[0]}")
        return Note(profile=due.profile or stale.note.profile, seen=int(self.now()))

    def _verify(self, store: Store, customer: Customer, deadline: Deadline) -> None:
        """Raises `CustomerGone`."""
        if not self.platforms[store.name].exists(customer, deadline):
            raise CustomerGone

    def _update(self, store: Store, customer: Customer, wanted: Details, deadline: Deadline) -> list[str]:
        left = [UNKNOWN_GROUP] if wanted.group_unknown else []
        return [*left, *self.platforms[store.name].update(customer, wanted, deadline)] if wanted else left

    def drop(self, occasion: Occasion, store: Store, key: IdentityKey, customer: Customer) -> None:
        """Takes the link to a customer away whom the store has no more. Raises `Refused` where it stays.

        By the store's policy: a customer may have been deleted to keep the person out. Either way the
        sessions that the person has as this customer end.
        """
        self.tell(occasion, key, "customer_gone", customer, "relinked" if store.customers.relink else "kept")
        if not store.customers.relink:
            self._end_sessions(key, store, customer)
            raise Refused(
                Reason.CUSTOMER_UNKNOWN,
                f"the store has no customer {customer.id[:40]} any more, and relink is off;"
                " `bridge customers unlink` lets the person begin anew",
            )
        # Another tab may have found somebody else for this person by now.
        if self.links.unlink(key, store.name, customer):
            self._end_sessions(key, store, customer)

    def _end_sessions(self, key: IdentityKey, store: Store, customer: Customer) -> None:
        if self.ender is not None:
            self.ender.end_of(key, store.name, "unlinked", customer.id)

    def is_gone(self, store: Store, customer: Customer, deadline: Deadline) -> bool:
        """Whether the store says that it has no such customer; when it says nothing, False."""
        try:
            return not self.platforms[store.name].exists(customer, deadline)
        except Refused:
            return False

    def drop_if_gone(
        self, occasion: Occasion, key: IdentityKey, customer: Customer, deadline: Deadline
    ) -> None:
        """For a renewal, which knows no claims to begin anew with: the next sign-in does. See `drop`."""
        store = self.stores[occasion.store]
        if self.is_gone(store, customer, deadline):
            self.drop(occasion, store, key, customer)

    def tell(self, occasion: Occasion, key: IdentityKey, event: str, customer: Customer, detail: str) -> None:
        """To the log and to the audit."""
        told = {
            "reference": occasion.reference,
            "store": occasion.store,
            "connection": occasion.connection,
            "detail": detail[:300],
        }
        _LOG.warning(event, extra=told)
        self.sign_ins.remark(occasion, key, event, customer.id, detail)
