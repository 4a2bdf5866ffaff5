"""What a storefront gets at `/token/<store>`: its customer's token for a code, and a fresh one later."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from bridge.domain.binding import fits
from bridge.domain.deadline import Deadline
from bridge.domain.grant import ClientType, Grant, Renewable, RenewalHandle, Spent
from bridge.domain.hand_off import PlatformToken, Visit
from bridge.domain.network import network_of
from bridge.domain.ports import TokenIssuer
from bridge.domain.refusal import Reason, Refused
from bridge.domain.secret import Secret
from bridge.domain.store import Store, store_named
from bridge.domain.token_ports import Codes, Renewals, Throttle
from bridge.flows.profiles import Profiles

#: Wrong secrets, and wrong codes and handles of pages, that one address may send to a store in a minute.
FAILURES = 20
#: Renewals of one handle in a minute; a storefront that needs more renews at every page.
RENEWALS = 6
_TOO_LONG = 256  # characters; no code, verifier or handle of ours is as long


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks for a token, as far as the request tells."""

    address: str  # of the storefront's server, or of the shopper's browser
    origin: str | None = None  # the header Origin, which browsers send
    basic: tuple[str, str] | None = None  # user name and password
    tried_otherwise: bool = False  # there was an Authorization header, but no proper Basic


@dataclass(frozen=True, slots=True)
class Given:
    """A token for the storefront's answer."""

    token: PlatformToken
    renewable: Renewable
    return_to: str


@dataclass(frozen=True, slots=True)
class _Renewal:
    """An `Occasion`."""

    reference: str
    store: str
    connection: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenEndpoint:
    """The token endpoint of every store that takes its tokens by code."""

    stores: Mapping[str, Store]
    issuers: Mapping[str, TokenIssuer]
    codes: Codes
    renewals: Renewals
    throttle: Throttle
    profiles: Profiles | None = None

    def store(self, name: str) -> Store:
        """Raises `Refused`."""
        return store_named(name, self.stores)

    def give(self, name: str, asker: Asker, form: Mapping[str, str], deadline: Deadline) -> Given:
        """The token that the parameters in `form` ask for. Raises `Refused`."""
        store = self.store(name)
        grant_type = form.get("grant_type", "")
        if store.storefront.delivery != "code":
            raise Refused(Reason.INVALID_REQUEST, 'the store does not take its tokens by code ("delivery")')
        _check_origin(store, asker)
        if not grant_type:
            raise Refused(Reason.INVALID_REQUEST, "grant_type: missing")
        if grant_type not in ("authorization_code", "refresh_token"):
            raise Refused(Reason.UNSUPPORTED_GRANT_TYPE)
        source = f"{store.name} {network_of(asker.address)}"
        wait = self.throttle.wait(source, FAILURES)
        kind: ClientType = "public"
        try:
            kind = _known_client(store, asker, form, wait)
            grant = "renewal" if grant_type == "refresh_token" else "code"
            deadline.story.tell("token_asked", grant=grant, client=kind)
            if grant_type == "refresh_token":
                return self._renew(store, asker, kind, form, deadline)
            return self._redeem(store, kind, form, deadline)
        except Refused as refused:
            # Not the wrong codes of a server that proved itself: anybody can make it send those, by opening
            # its return_url, and would lock out all of its shoppers.
            if refused.reason in (Reason.INVALID_CLIENT, Reason.INVALID_GRANT) and kind == "public":
                self.throttle.count(source, FAILURES)
            raise

    # -- a code -----------------------------------------------------------------------------

    def _redeem(self, store: Store, kind: ClientType, form: Mapping[str, str], deadline: Deadline) -> Given:
        code, verifier = _parameter(form, "code"), form.get("code_verifier", "")
        if form.get("redirect_uri", store.storefront.return_url) != store.storefront.return_url:
            raise Refused(Reason.INVALID_GRANT, "redirect_uri: not the store's return_url")
        taken = self.codes.take(store.name, code)
        if taken is None:
            raise Refused(Reason.INVALID_GRANT, "no code of this store, or too old")
        grant = taken.grant if isinstance(taken, Spent) else taken
        with _under(grant.reference):
            # First, also for a used one: who holds no more than the code can do no harm with it.
            _check_verifier(grant, verifier, kind)
            if isinstance(taken, Spent):
                raise self._used_twice(store, grant, code, deadline)
            renewable = self.renewals.lend(grant, code, kind)
            if renewable is None:
                raise Refused(Reason.INVALID_GRANT, "signed out, or unlinked from the customer, meanwhile")
            visit = _visit(renewable, grant.return_to, grant.client_address, form)
            with self._customer_may_be_gone(renewable, deadline):
                token = self.issuers[store.name].issue(visit, deadline)
            return self._given(token, renewable, visit, deadline)

    def _used_twice(self, store: Store, grant: Grant, code: str, deadline: Deadline) -> Refused:
        """RFC 6749 4.1.2: the code may have been stolen, so what it gave is taken back."""
        refresh_token = self.renewals.end(grant, code)
        if refresh_token is not None:
            self._revoke(store.name, refresh_token, deadline)
        return Refused(Reason.INVALID_GRANT, "the code was used before; its renewal ended")

    # -- a renewal --------------------------------------------------------------------------

    def _renew(
        self, store: Store, asker: Asker, kind: ClientType, form: Mapping[str, str], deadline: Deadline
    ) -> Given:
        if kind == "public" and asker.origin is None:
            raise Refused(Reason.INVALID_CLIENT, "neither a secret nor one of the store's browser_origins")
        handle = RenewalHandle.parse(_parameter(form, "refresh_token"))
        if handle is None:
            raise Refused(Reason.INVALID_GRANT, "no handle of ours")
        if wait := self.throttle.count(f"renewal {handle.session} {handle.grant}", RENEWALS):
            raise slow_down(f"{RENEWALS} renewals", wait)
        renewable = self.renewals.renew(store.name, handle, kind)
        if renewable is None:
            raise Refused(Reason.INVALID_GRANT, "signed out, unlinked from the customer, or not lent so")
        visit = _visit(renewable, "", asker.address if kind == "public" else "", form)
        issuer, by = self.issuers[store.name], renewable.refresh_token
        with _under(renewable.reference):
            with self._customer_may_be_gone(renewable, deadline):
                token = issuer.issue(visit, deadline) if by is None else issuer.renew(by, visit, deadline)
            return self._given(token, renewable, visit, deadline)

    @contextmanager
    def _customer_may_be_gone(self, renewable: Renewable, deadline: Deadline) -> Iterator[None]:
        """Where the platform takes the customer no more, and the store has none: the next sign-in knows."""
        try:
            yield
        except Refused as refused:
            if refused.reason is Reason.CUSTOMER_REJECTED and self.profiles is not None:
                occasion = _Renewal(renewable.reference, renewable.store)
                self.profiles.drop_if_gone(occasion, renewable.identity, renewable.customer, deadline)
            raise

    # -- both -------------------------------------------------------------------------------

    def _given(self, token: PlatformToken, renewable: Renewable, visit: Visit, deadline: Deadline) -> Given:
        """What the platform would renew it by stays here, sealed; it ends where the renewal did meanwhile."""
        handle, by = RenewalHandle.parse(renewable.handle), token.refresh_token
        if by and handle and not self.renewals.keep_refresh_token(handle, by):
            self._revoke(renewable.store, by, deadline)
            # The store may have been told so before: nobody is given a token for a session that ended.
            raise Refused(Reason.INVALID_GRANT, "the session or its renewal ended while the token was made")
        deadline.story.tell("token_given", expires_in=token.expires_in, renewable=bool(renewable.handle))
        return Given(token, renewable, visit.return_to)

    def _revoke(self, store: str, refresh_token: Secret, deadline: Deadline) -> None:
        with suppress(Refused):  # the renewal has ended, whether the platform hears of it or not
            self.issuers[store].revoke(refresh_token, deadline)


@contextmanager
def _under(reference: str) -> Iterator[None]:
    """Refusals in here are of a sign-in that has a reference already."""
    try:
        yield
    except Refused as refused:
        refused.reference = reference
        raise


def _check_origin(store: Store, asker: Asker) -> None:
    """Compared byte for byte: `https://shop.example.eu.evil.example` and `null` are no origins of ours."""
    if asker.origin is not None and asker.origin not in store.storefront.browser_origins:
        raise Refused(Reason.INVALID_REQUEST, "the page's origin is none of the store's browser_origins")


def _known_client(store: Store, asker: Asker, form: Mapping[str, str], wait: int) -> ClientType:
    """Where its address has to `wait`, a server is heard all the same once it has proven itself.

    Addresses are shared (a cloud's way out, a proxy that nobody told us of), and somebody else there could
    lock a store's shoppers out. It helps no guesser: secrets have 32 characters at least. Raises `Refused`.
    """
    try:
        kind = _client(store, asker, form)
    except Refused:
        if wait:
            raise slow_down(f"{FAILURES} failures", wait) from None
        raise
    if wait and kind == "public":
        raise slow_down(f"{FAILURES} failures", wait)
    return kind


def _client(store: Store, asker: Asker, form: Mapping[str, str]) -> ClientType:
    """Who asks: the storefront's server by its secret, or one of its pages. Raises `Refused`."""
    if "client_secret" in form:
        raise Refused(Reason.INVALID_REQUEST, "client_secret: in the Authorization header only (HTTP Basic)")
    if form.get("client_id", store.name) != store.name:
        raise Refused(Reason.INVALID_CLIENT, "client_id: not the name of the store")
    if asker.basic is not None:
        user, password = asker.basic
        if user != store.name or not store.storefront.knows(password):
            raise Refused(Reason.INVALID_CLIENT, "not the store's name and handoff_secret")
        return "confidential"
    if asker.tried_otherwise:
        raise Refused(Reason.INVALID_CLIENT, "the Authorization header is not HTTP Basic")
    if not store.storefront.has_pages:
        raise Refused(Reason.INVALID_CLIENT, "no Authorization header, and the store has no browser_origins")
    return "public"


def _check_verifier(grant: Grant, verifier: str, kind: ClientType) -> None:
    """PKCE is all or nothing: neither half may be left out (RFC 9700 section 4.8.2)."""
    if grant.code_challenge and not fits(verifier, grant.code_challenge):
        raise Refused(Reason.INVALID_GRANT, "code_verifier: missing, or not the one of code_challenge")
    if verifier and not grant.code_challenge:
        raise Refused(Reason.INVALID_GRANT, "code_verifier: the sign-in began without code_challenge")
    if kind == "public" and not grant.code_challenge:
        raise Refused(Reason.INVALID_CLIENT, "a page redeemed a code of a sign-in without code_challenge")


def slow_down(what: str, wait: int) -> Refused:
    """So many of these were too many; free again in `wait` seconds."""
    return Refused(
        Reason.TOO_MANY_REQUESTS, f"{what} within a minute; free again in {wait} s", retry_after=wait
    )


def _parameter(form: Mapping[str, str], name: str) -> str:
    value = form.get(name, "")
    if not value:
        raise Refused(Reason.INVALID_REQUEST, f"{name}: missing")
    if len(value) > _TOO_LONG:
        raise Refused(Reason.INVALID_GRANT, f"{name}: too long to be ours")
    return value


def _visit(renewable: Renewable, return_to: str, address: str, form: Mapping[str, str]) -> Visit:
    return Visit(
        customer=renewable.customer,
        identity=renewable.identity,
        session=renewable.session,
        return_to=return_to,
        reference=renewable.reference,
        client_address=address,
        cart=form.get("cart_id", ""),
    )
