"""What a provider publishes about itself, kept: its metadata and its keys."""

from collections.abc import Callable

from bridge.domain.connection import SIGNING_ALGS, Connection
from bridge.domain.deadline import Deadline
from bridge.domain.document import Documents
from bridge.domain.freshness import Bounds
from bridge.domain.jws import UnverifiedToken
from bridge.domain.metadata import MetadataFault, ProviderMetadata, discovery_url
from bridge.domain.refusal import Reason, Refused
from bridge.domain.strict_json import JsonFault, parse_object
from bridge.idp.calls import Calls
from bridge.idp.document_source import DocumentSource, Recipe
from bridge.idp.keys import KeySet, UnknownKey
from bridge.net.kept import Ages, Kept
from bridge.net.source import Fetched

#: Seconds for which a document is fresh. Keys go stale soon, whatever the provider says of them (Okta: two
#: weeks): a key that it withdrew must not verify for long. At least five minutes, since that often and
#: no oftener they may be asked for (Entra); Auth0 says five to ten.
METADATA_FRESH = Bounds(usual=3600, floor=600, ceiling=12 * 3600)
KEYS_FRESH = Bounds(usual=600, floor=300, ceiling=3600)
#: Seconds; see `Ages`.
METADATA_AGES = Ages(fresh=METADATA_FRESH.usual, stale=86400, last_good=7 * 86400)
KEYS_AGES = Ages(fresh=KEYS_FRESH.usual, stale=7200, last_good=86400)
#: Seconds. Metadata that is younger says where the keys are now: to ask again would tell nothing new.
_JUST_FETCHED = 30.0


class Published:
    """One provider's documents: fetched when needed, renewed behind the shoppers' backs."""

    def __init__(
        self,
        connection: Connection,
        calls: Calls,
        now: Callable[[], float],
        monotonic: Callable[[], float],
        documents: Documents | None = None,
    ) -> None:
        self._connection = connection
        metadata = Recipe(
            kind="metadata",
            invalid=Reason.IDP_METADATA_INVALID,
            bounds=METADATA_FRESH,
            life=int(METADATA_AGES["last_good"]),
            url=lambda _deadline: discovery_url(connection.issuer),
            read=self._read_metadata,
        )
        keys = Recipe(
            kind="keys",
            invalid=Reason.IDP_KEYS_INVALID,
            bounds=KEYS_FRESH,
            life=int(KEYS_AGES["last_good"]),
            url=lambda deadline: self.metadata.get(deadline).jwks_uri,
            read=self._read_keys,
        )
        self.metadata = Kept(
            DocumentSource(metadata, connection.name, calls, documents, now),
            **METADATA_AGES,
            monotonic=monotonic,
            waiting=calls.waiting,
        )
        self.keys = Kept(
            _MovingKeys(DocumentSource(keys, connection.name, calls, documents, now), self.metadata),
            **KEYS_AGES,
            monotonic=monotonic,
            waiting=calls.waiting,
        )

    @property
    def state(self) -> str:
        """How this provider is, as far as known; asks nobody."""
        failure = self.metadata.failure or self.keys.failure
        if failure is not None:
            return failure.reason.value
        return "ok" if self.metadata.value else "not asked yet"

    @property
    def is_fresh(self) -> bool:
        """Whether nothing has to be renewed yet."""
        return self.metadata.is_fresh and self.keys.is_fresh

    def freshen(self, deadline: Deadline) -> None:
        """Renews what is not fresh, in this thread. Raises `Refused`."""
        self.metadata.freshen(deadline)
        self.keys.freshen(deadline)

    def expire(self) -> None:
        """Makes both too old to be used without asking the provider."""
        self.metadata.expire()
        self.keys.expire()

    def verify_signature(self, token: UnverifiedToken, deadline: Deadline) -> None:
        """By the keys held; else once more by newer ones: providers rotate, also under the same kid.

        The newer ones may be another process's, and too old as well: then the provider is asked.
        Raises `UnknownKey` when no key verifies it, `Refused` when there are no keys to be had.
        """
        keys = self.keys.get(deadline)
        for _ in ("from another process", "from the provider"):
            try:
                keys.verify(token)
            except UnknownKey:
                deadline.story.tell("kid_unknown")
                newer = self.keys.renew(keys, deadline)
                if newer is keys:
                    raise
                keys = newer
            else:
                return
        keys.verify(token)

    def _read_metadata(self, body: bytes) -> ProviderMetadata:
        try:
            metadata = ProviderMetadata.check(
                parse_object(body),
                self._connection.issuer,
                development=self._connection.development,
                issuer_template=self._connection.issuer_template,
            )
        except (JsonFault, MetadataFault) as fault:
            raise Refused(Reason.IDP_METADATA_INVALID, str(fault)) from None
        if not (self._connection.signing_algs or metadata.signing_algs):
            known = ", ".join(SIGNING_ALGS)
            raise Refused(Reason.IDP_METADATA_INVALID, f"it offers no signature algorithm among {known}")
        return metadata.for_mutual_tls() if self._connection.client_certificate else metadata

    def _read_keys(self, body: bytes) -> KeySet:
        try:
            return KeySet.parse(parse_object(body), of_tenants=bool(self._connection.issuer_template))
        except ValueError as fault:
            raise Refused(Reason.IDP_KEYS_INVALID, str(fault)) from None


class _MovingKeys:
    """The keys' source; where they cannot be had any more, the metadata may know where they moved."""

    def __init__(self, source: DocumentSource[KeySet], metadata: Kept[ProviderMetadata]) -> None:
        self._source = source
        self._metadata = metadata
        self.newest, self.spend, self.ask = source.newest, source.spend, source.ask

    def fetch(self, deadline: Deadline) -> Fetched[KeySet]:
        try:
            return self._source.fetch(deadline)
        except Refused as refused:
            if refused.reason in (Reason.IDP_TIMEOUT, Reason.IDP_BUSY) or not self._moved(deadline):
                raise
            return self._source.fetch(deadline)

    def _moved(self, deadline: Deadline) -> bool:
        """Whether newer metadata names another address; asks within the budget of forced renewals."""
        known, age = self._metadata.value, self._metadata.age
        if known is None or age is None or age < _JUST_FETCHED:
            return False
        try:
            return self._metadata.renew(known, deadline).jwks_uri != known.jwks_uri
        except Refused:
            return False
