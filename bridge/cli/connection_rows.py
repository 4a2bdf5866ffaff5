"""What `bridge connections list` tells of one connection."""

from typing import Any

from bridge.domain.deadline import Deadline
from bridge.domain.document import DOCUMENT_KINDS, Document
from bridge.domain.refusal import Refused
from bridge.net.kept import Kept
from bridge.wiring.bridge import Bridge

LIMIT = 10.0  # seconds for one provider


def row(bridge: Bridge, name: str) -> dict[str, Any]:
    """Everything about one connection, for JSON. Ages are seconds; no secret is in it."""
    provider = bridge.providers[name]
    connection, published = provider.connection, provider.published
    deadline, detail = Deadline(LIMIT, bridge.monotonic), ""
    shared = [bridge.documents.read(name, kind) for kind in DOCUMENT_KINDS]
    try:
        published.metadata.get(deadline)
        published.keys.get(deadline)
    except Refused as refused:
        detail = f"{refused.reason.words.cause} ({refused.detail})"
    metadata = _held(published.metadata, shared[0])
    keys, held = _held(published.keys, shared[1]), published.keys.value
    if keys is not None and held is not None:
        keys["keys"] = [{"kid": key.kid, "alg": key.alg or key.key.key_type} for key in held.keys]
    told = [document.clock_ahead for document in shared if document and document.clock_ahead is not None]
    ahead = provider.calls.clock_ahead
    if ahead is None and told:
        ahead = told[-1]
    return {
        "name": name,
        "label": connection.label,
        "provider": bridge.settings.connections[name].provider,
        "issuer": connection.issuer,
        "state": provider.state,
        "detail": detail,
        "metadata": metadata,
        "keys": keys,
        "clock_ahead": None if ahead is None else round(ahead, 1),
        "redirect_uri": connection.redirect_uri,
    }


def _held(kept: Kept[Any], shared: Document | None) -> dict[str, Any] | None:
    age = kept.age
    if age is None:
        return None
    from_redis = shared is not None and shared.fetched_at == kept.stamp
    return {"age": round(age), "from": "redis" if from_redis else "provider"}


def text(one: dict[str, Any]) -> str:
    """The same for people."""
    lines = [f"{one['name']}: {one['state']}"]
    lines += [f"    {name:<13} {value}" for name, value in _facts(one) if value]
    return "\n".join(lines)


def _facts(one: dict[str, Any]) -> list[tuple[str, str]]:
    keys, ahead = one["keys"], one["clock_ahead"]
    names = ", ".join(f"{key['kid'] or 'without kid'} ({key['alg']})" for key in keys["keys"]) if keys else ""
    return [
        ("why", one["detail"]),
        ("label", one["label"]),
        ("make", one["provider"]),
        ("issuer", one["issuer"]),
        ("metadata", _age(one["metadata"])),
        ("keys", f"{_age(keys)}: {names}" if keys else ""),
        ("clock", "" if ahead is None else f"{ahead:+.1f} s from ours"),
        ("redirect URI", one["redirect_uri"]),
    ]


def _age(document: dict[str, Any] | None) -> str:
    if document is None:
        return ""
    seconds = document["age"]
    age = (
        f"{seconds} s"
        if seconds < 120
        else f"{seconds // 60} min"
        if seconds < 7200
        else f"{seconds // 3600} h"
    )
    return f"{age} old, from {'Redis' if document['from'] == 'redis' else 'the provider'}"
