"""From a connection's settings to the domain's `Connection`, and the ways out."""

from bridge.domain.asking import PLAIN, Asking
from bridge.domain.connection import Connection
from bridge.domain.http import Http
from bridge.domain.secret import Secret
from bridge.idp.presets import PRESETS
from bridge.net.client import HttpClient, Trust
from bridge.net.lane import Lane
from bridge.settings import Settings
from bridge.settings.connection import ConnectionSettings
from bridge.settings.presets import properties_of
from bridge.settings.profile_map import profile_map


def connection_of(name: str, given: ConnectionSettings, settings: Settings) -> Connection:
    """The connection `name` of a bridge so configured."""
    return Connection(
        name=name,
        label=given.label or name,
        issuer=given.issuer,
        client_id=given.client_id,
        redirect_uri=f"{settings.server.public_url}/callback/{name}",
        client_secrets=given.client_secret,
        client_keys=given.client_keys,
        client_auth=given.client_auth,
        client_rsa_alg=given.client_rsa_alg,
        client_certificate=given.client_certificate,
        assertion_audience=given.assertion_audience,
        dpop=given.dpop,
        decryption_keys=given.decryption_keys,
        scopes=given.scopes,
        domains=given.domains,
        signing_algs=given.signing_algs,
        extra_audiences=given.extra_audiences,
        email_trust=given.email_trust,
        response_mode=given.response_mode,
        userinfo=given.userinfo,
        clock_tolerance=given.clock_tolerance,
        logout_tokens_without_exp=given.logout_tokens_without_exp,
        session_lifetime=given.session_lifetime,
        session_idle=given.session_idle,
        iss_parameter=given.iss_parameter,
        logout=given.logout,
        asking=_asking(given),
        mapped_claims=tuple(
            dict.fromkeys(
                claim
                for store in settings.stores.values()
                if name in store.connections
                for claim in profile_map(store.customers.map).claims
            )
        ),
        tells_domain=settings.server.decisions_email_domain,
        development=settings.server.development,
        tenants=given.tenants,
        apple_team_id=given.apple_team_id,
        apple_key_id=given.apple_key_id,
        **properties_of(given.provider, given.issuer),
    )


def _asking(given: ConnectionSettings) -> Asking:
    asking = Asking(
        prompt=given.prompt,
        max_age=None if given.max_age < 0 else given.max_age,
        acr_values=given.acr_values,
        ui_locales=given.ui_locales,
        claims=given.claims,
        parameters=given.authorize_parameters,
        portal_parameters=PRESETS[given.provider].portal_parameters,
        required_claims=given.required_claims,
        pushed=given.pushed_authorization_requests,
        request_objects=given.request_objects,
    )
    return PLAIN if asking == PLAIN else asking  # by which a request is known that asks for nothing more


class HttpClients:
    """The ways out: those who may trust the same share one, and so its connections."""

    def __init__(self, settings: Settings) -> None:
        self._development = settings.server.development
        self._clients: dict[Trust, HttpClient] = {}
        self.towards_stores: Http = self._client(private=False, ca_file="")

    def ways_out(self, settings: Settings) -> dict[str, Http]:
        """The client towards each provider and store, by what it is called in the configuration."""
        stores = {f"stores.{name}": self.towards_stores for name in settings.stores}
        return stores | {
            f"connections.{name}": self.towards_provider(one) for name, one in settings.connections.items()
        }

    def towards_provider(self, connection: ConnectionSettings) -> Http:
        """The client towards one provider."""
        return self._client(private=connection.allow_private_network, ca_file=connection.ca_file)

    def with_certificate(self, lane: Lane, connection: ConnectionSettings) -> Http | None:
        """The way out that shows who we are, for the endpoints that are to know; None where we do not."""
        if not connection.client_certificate:
            return None
        return lane.by(
            self._client(
                private=connection.allow_private_network,
                ca_file=connection.ca_file,
                certificate=connection.client_certificate,
                certificate_key=connection.client_certificate_key[0],
            )
        )

    def _client(
        self, *, private: bool, ca_file: str, certificate: str = "", certificate_key: Secret | None = None
    ) -> HttpClient:
        trust = Trust(
            private_network=private,
            loopback=self._development,
            plain_http=self._development,
            ca_file=ca_file,
            certificate=certificate,
            certificate_key=certificate_key,
        )
        return self._clients.setdefault(trust, HttpClient(trust))
