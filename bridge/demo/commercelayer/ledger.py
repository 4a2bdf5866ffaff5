"""Which tokens were granted, which may be renewed, and which were ended before their time."""

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bridge.demo.commercelayer.options import Application, OrganizationOptions
from bridge.demo.commercelayer.tokens import SigningKey, UnknownTokenError

_SPARE = 900  # seconds: a token with more left than this is given again


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What a token request was granted."""

    application: Application
    scope: str
    owner_id: str = ""
    custom_claim: Mapping[str, Any] | None = None
    confidential: bool
    access_token: str
    created_at: int
    expires_at: int
    refresh_token: str = ""
    refresh_until: int = 0


class Ledger:
    """Every grant of the platform; each method is safe to call from several threads."""

    def __init__(
        self,
        options: OrganizationOptions,
        issuer: str,
        clock: Callable[[], float],
        key: SigningKey | None = None,
    ) -> None:
        """Begin with no grants, and with a new key unless one is given."""
        self.key = key or SigningKey()
        self._options, self._issuer, self._now = options, issuer, clock
        self._lock = threading.Lock()
        self._current: dict[str, Grant] = {}  # by what was asked for
        self._by_refresh_token: dict[str, Grant] = {}
        self._revoked: set[str] = set()

    def grant(
        self,
        application: Application,
        scope: str,
        *,
        owner_id: str = "",
        custom_claim: Mapping[str, Any] | None = None,
        confidential: bool,
        fresh: bool = False,
    ) -> Grant:
        """A token; unless `fresh`, the same one again for the same request, until 15 minutes are left."""
        wanted = repr((application.client_id, scope, owner_id, custom_claim, confidential))
        with self._lock:
            now, known = int(self._now()), self._current.get(wanted)
            if known is not None and not fresh and known.expires_at - now > _SPARE:
                return known
            claims = self._claims(application, scope, owner_id, custom_claim, confidential=confidential)
            refresh_token = secrets.token_urlsafe(32) if owner_id or custom_claim else ""
            made = Grant(
                application=application,
                scope=scope,
                owner_id=owner_id,
                custom_claim=custom_claim,
                confidential=confidential,
                access_token=self.key.sign({**claims, "iat": now, "exp": now + application.lifetime}),
                created_at=now,
                expires_at=now + application.lifetime,
                refresh_token=refresh_token,
                refresh_until=now + self._options.refresh_lifetime,
            )
            self._current[wanted] = made
            if refresh_token:
                self._by_refresh_token[refresh_token] = made
            return made

    def take_refresh_token(self, refresh_token: str, application: Application) -> Grant | None:
        """The grant of this application behind a refresh token, which is used up from now on."""
        with self._lock:
            known = self._by_refresh_token.get(refresh_token)
            if known is None or known.application != application or known.refresh_until <= self._now():
                return None
            del self._by_refresh_token[refresh_token]
            return known

    def revoke(self, token: str, application: Application) -> None:
        """End a token of the application, and what was granted with it; unknown ones are ended already."""
        with self._lock:
            for name, known in list(self._current.items()):
                if known.application == application and token in {known.access_token, known.refresh_token}:
                    del self._current[name]
                    self._by_refresh_token.pop(known.refresh_token, None)
                    self._revoked.add(known.access_token)
            known_refresh = self._by_refresh_token.get(token)
            if known_refresh is not None and known_refresh.application == application:
                del self._by_refresh_token[token]
                self._revoked.add(known_refresh.access_token)
            self._revoke_old(token, application)

    def read(self, token: str) -> Mapping[str, Any]:
        """The claims of an access token of this platform. Raises UnknownTokenError."""
        if token in self._revoked:
            raise UnknownTokenError("the token was revoked")
        return self.key.read(token, self._issuer, self._now())

    def _revoke_old(self, token: str, application: Application) -> None:
        """An access token that a newer one has taken the place of."""
        try:
            claims = self.key.read(token, self._issuer, self._now())
        except UnknownTokenError:
            return
        if claims["application"]["client_id"] == application.client_id:
            self._revoked.add(token)

    def _claims(
        self,
        application: Application,
        scope: str,
        owner_id: str,
        custom_claim: Mapping[str, Any] | None,
        *,
        confidential: bool,
    ) -> dict[str, Any]:
        options = self._options
        claims: dict[str, Any] = {
            "organization": {
                "id": options.id,
                "slug": options.slug,
                "enterprise": options.enterprise,
                "region": "eu-west-1",
            },
            "application": {
                "id": application.id,
                "client_id": application.client_id,
                "kind": application.kind,
                "public": application.public,
                "confidential": confidential,
            },
            "scope": scope,
            "iss": self._issuer,
            "test": options.test,
            "rand": secrets.randbelow(1 << 53) / (1 << 53),
        }
        markets = [market for market in map(options.market, scope.split()) if market is not None]
        if markets:
            claims["market"] = {
                "id": [market.id for market in markets],
                "price_list_id": markets[0].price_list_id,
                "stock_location_ids": sorted(
                    {one for market in markets for one in market.stock_location_ids}
                ),
                "geocoder_id": markets[0].geocoder_id,
                "allows_external_prices": all(market.allows_external_prices for market in markets),
            }
        if owner_id:
            claims["owner"] = {"id": owner_id, "type": "Customer"}
        if custom_claim:
            claims["custom_claim"] = dict(custom_claim)
        return claims
