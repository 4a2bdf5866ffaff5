"""What a check-up says of secrets: who can read them, how good they are, how long, which stand twice."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from cryptography import x509

from bridge.domain.finding import Finding
from bridge.settings.declaration import Settings
from bridge.settings.faults import KeyPath, shown_path
from bridge.settings.standing import Standing, open_to, referred_files, standings

#: Days before its end from which a secret or certificate is warned of: time to have another one made.
WARNED_BEFORE = 30
_FEW = 10  # different characters; 32 random ones of a base64 alphabet have 20 and more
_KNOWN_WORDS = ("change", "secret", "example", "password", "insecure", "default", "0123456789", "abcdefgh")
_MAKE = 'python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
_READERS = "Whoever has an account or another program on this machine could take the secret."


def secret_advice(settings: Settings, path: Path, today: date) -> Iterator[Finding]:
    """`path`: the file the settings were read from."""
    known = standings(settings, path)
    yield from _files(known, path)
    yield from _weak_cookie_keys(settings)
    yield from _twice(settings, known)
    yield from _expiring_secrets(settings, today)
    yield from _expiring_certificates(settings, today)


def _files(known: Sequence[Standing], path: Path) -> Iterator[Finding]:
    clear = [one for one in known if one.in_clear]
    to = open_to(path)
    if clear and to:
        first = ", ".join(shown_path(one.path) for one in clear[:3])
        more = f" and {len(clear) - 3} more" if len(clear) > 3 else ""
        yield Finding(
            "warning",
            "configuration",
            f"the file holds secrets in clear text ({first}{more}) and can be {to} by others on this machine",
            f"chmod 600 {path}, owned by who runs the bridge; better: write env:NAME or file:PATH in place of"
            " each secret.",
            _READERS,
        )
    elif to == "changed":
        yield Finding(
            "warning",
            "configuration",
            "the file can be changed by its group or by everybody on this machine",
            f"chmod 640 {path}, owned by who runs the bridge.",
            "Who changes it can send your shoppers to an identity provider of their own.",
        )
    secret_paths = {one.path for one in known} | {one.path[:-1] for one in known if one.path[-1] == 0}
    for where, file in referred_files(path):
        to = open_to(file) if where in secret_paths else ""
        if to:
            yield Finding(
                "warning",
                group_of(where),
                f"the file of {shown_path(where)} can be {to} by others on this machine",
                f"chmod 600 {file}, owned by who runs the bridge (Kubernetes: defaultMode: 0400, fsGroup).",
                _READERS,
            )


def _weak_cookie_keys(settings: Settings) -> Iterator[Finding]:
    for position, key in enumerate(settings.server.cookie_keys):
        text = key.reveal()
        if len(set(text)) < _FEW or any(word in text.lower() for word in _KNOWN_WORDS):
            yield Finding(
                "failed",
                "server",
                f"server.cookie_keys[{position}] is weak: made up by a person, or copied from an example",
                f"Make one with: {_MAKE}; put it first in the list, and take the weak one out at once.",
                "Who guesses it can write cookies of the bridge, and read what it seals in Redis.",
            )


def _twice(settings: Settings, known: Sequence[Standing]) -> Iterator[Finding]:
    by_value: dict[str, list[KeyPath]] = defaultdict(list)
    for one in known:
        if one.path != ("redis", "url"):
            by_value[one.secret.reveal()].append(one.path)
    for paths in by_value.values():
        owners = {_owner(settings, path) for path in paths}
        if len(owners) < 2:
            continue
        listed = ", ".join(shown_path(path) for path in paths[:4])
        own = any(path[0] == "server" or "handoff_secret" in path for path in paths)
        yield Finding(
            "failed" if own else "warning",
            group_of(paths[0]),
            f"the same secret stands in several places: {listed}",
            f"Give each its own. Those of the bridge's own are made with: {_MAKE}."
            if own
            else "Copy each anew from where it was made: one of them was likely pasted into the wrong key.",
            "Who learns one learns all, and one of them is likely to be refused.",
        )


def _owner(settings: Settings, path: KeyPath) -> tuple[object, ...]:
    """What a secret belongs to: two connections or stores with the same client share its secret rightly."""
    names = tuple(part for part in path if isinstance(part, str))
    key = names[-1]
    if path[0] == "connections":
        connection = settings.connections[str(path[1])]
        return (key, connection.issuer, connection.client_id)
    if path[0] == "stores" and len(names) > 3:
        account = settings.stores[str(path[1])].account
        ids = [getattr(account, name, "") for name in ("slug", "store_hash", "shop_domain")]
        whose = "integration_client_id" if key.startswith("integration_") else "client_id"
        return (key, *names[2:-1], *ids, getattr(account, whose, ""))
    return names


def _expiring_secrets(settings: Settings, today: date) -> Iterator[Finding]:
    for name, connection in settings.connections.items():
        ends, path = connection.client_secret_expires, f"connections.{name}"
        renew = (
            f"Have a new one made, put it first ({path}.client_secret = [NEW, OLD]), and write its day into"
            " client_secret_expires."
        )
        if ends is not None and connection.client_secret:
            yield _end(path, "client_secret", ends, today, renew)
        elif connection.provider == "entra" and connection.client_secret:
            yield Finding(
                "note",
                path,
                "secrets of Entra ID expire, and when this one does is not known here",
                f"Set {path}.client_secret_expires = 2027-01-31 to the day in Entra admin center > App"
                " registrations > the app > Certificates & secrets, column Expires.",
            )


def _expiring_certificates(settings: Settings, today: date) -> Iterator[Finding]:
    for name, connection in settings.connections.items():
        path = f"connections.{name}"
        for position, key in enumerate(connection.client_keys):
            ends = _first_end(key.reveal())
            if ends is not None:
                renew = (
                    "Make a new key with its certificate, upload that (Entra: App registrations > the app >"
                    " Certificates & secrets > Certificates), and put its file first in client_keys."
                )
                yield _end(path, f"the certificate of client_keys[{position}]", ends, today, renew)
        if connection.ca_file:
            ends = _first_end(_text_of(Path(connection.ca_file)))
            if ends is not None and (ends - today).days < WARNED_BEFORE:
                renew = "Have its owner give you the new authority's certificate, and add it to that file."
                yield _end(path, "a certificate in ca_file", ends, today, renew)


def _end(subject: str, what: str, ends: date, today: date, renew: str) -> Finding:
    days = (ends - today).days
    if days < 0:
        words = f"{what} expired on {ends}"
        return Finding("failed", subject, words, renew, "The provider refuses it: client_rejected.")
    if days < WARNED_BEFORE:
        words = f"{what} expires on {ends}, in {days} day{'s' * (days != 1)}"
        return Finding("warning", subject, words, renew, "From then on nobody can sign in through it.")
    return Finding("ok", subject, f"{what} is good until {ends}")


def _first_end(pem: str) -> date | None:
    if "-----BEGIN CERTIFICATE-----" not in pem:
        return None
    try:
        found = x509.load_pem_x509_certificates(pem.encode())
    except ValueError:
        return None
    return min(one.not_valid_after_utc for one in found).astimezone(UTC).date()


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""


def group_of(path: KeyPath) -> str:
    """The part of the configuration that a key belongs to, as findings call it."""
    depth = 2 if path and path[0] in ("connections", "stores") else 1
    return shown_path(path[:depth])


def today_of(now: float) -> date:
    """The day of a time in seconds since the epoch."""
    return datetime.fromtimestamp(now, UTC).date()
