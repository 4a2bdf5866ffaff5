"""What a provider publishes about itself, kept: its metadata and its keys."""

from collections.abc import Callable

from bridge.domain.connection import SIGNING_ALGS, Connection
from bridge.domain.deadline import Deadline
from bridge.domain.http import HttpReply, HttpRequest
from bridge.domain.jws import UnverifiedToken
from bridge.domain.metadata import MetadataFault, ProviderMetadata, discovery_url
from bridge.domain.refusal import Reason, Refused
from bridge.domain.strict_json import JsonFault, parse_object
from bridge.idp.calls import Calls
from bridge.idp.keys import KeySet, UnknownKey
from bridge.net.kept import Ages, Kept

#: Seconds. Keys go stale sooner: a key that the provider withdrew must not verify for long.
METADATA_AGES = Ages(fresh=3600, stale=86400, last_good=7 * 86400)
KEYS_AGES = Ages(fresh=600, stale=3600, last_good=86400)


class Published:
    """One provider's documents: fetched when needed, renewed behind the shoppers' backs."""

    def __init__(self, connection: Connection, calls: Calls, monotonic: Callable[[], float]) -> None:
        self._connection = connection
        self._calls = calls
        self.metadata = Kept(self._fetch_metadata, **METADATA_AGES, monotonic=monotonic)
        self.keys = Kept(self._fetch_keys, **KEYS_AGES, monotonic=monotonic)

    @property
    def state(self) -> str:
        """How this provider is, as far as known; asks nobody."""
        failure = self.metadata.failure or self.keys.failure
        if failure is not None:
            return failure.reason.value
        return "ok" if self.metadata.value else "not asked yet"

    def verify_signature(self, token: UnverifiedToken, deadline: Deadline) -> None:
        """By the keys held; else once more by newer ones: providers rotate, also under the same kid.

        Raises `UnknownKey` when no key verifies it, `Refused` when there are no keys to be had.
        """
        keys = self.keys.get(deadline)
        try:
            keys.verify(token)
        except UnknownKey:
            newer = self.keys.renew(keys, deadline)
            if newer is keys:
                raise
            newer.verify(token)

    def _fetch_metadata(self, deadline: Deadline) -> ProviderMetadata:
        reply = self._calls.send(HttpRequest("GET", discovery_url(self._connection.issuer)), deadline)
        try:
            document = parse_object(_body(reply, "the metadata", Reason.IDP_METADATA_INVALID))
            metadata = ProviderMetadata.check(
                document, self._connection.issuer, development=self._connection.development
            )
        except (JsonFault, MetadataFault) as fault:
            raise Refused(Reason.IDP_METADATA_INVALID, str(fault)) from None
        if not (self._connection.signing_algs or metadata.signing_algs):
            known = ", ".join(SIGNING_ALGS)
            raise Refused(Reason.IDP_METADATA_INVALID, f"it offers no signature algorithm among {known}")
        return metadata

    def _fetch_keys(self, deadline: Deadline) -> KeySet:
        reply = self._calls.send(HttpRequest("GET", self.metadata.get(deadline).jwks_uri), deadline)
        try:
            return KeySet.parse(parse_object(_body(reply, "the key set", Reason.IDP_KEYS_INVALID)))
        except ValueError as fault:
            raise Refused(Reason.IDP_KEYS_INVALID, str(fault)) from None


def _body(reply: HttpReply, what: str, otherwise: Reason) -> bytes:
    if reply.status >= 500 or reply.status == 429:
        raise Refused(Reason.IDP_UNAVAILABLE, f"{what}: status {reply.status}")
    if reply.status != 200:  # a redirect could lead to an attacker's document
        raise Refused(otherwise, f"{what}: status {reply.status}")
    return reply.body
