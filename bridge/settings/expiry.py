"""When the secrets and certificates of a configuration end."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from cryptography import x509

from bridge.settings.declaration import Settings


def ends(settings: Settings) -> Iterator[tuple[str, str, float]]:
    """Whose, what of it, and when, in seconds since the epoch. Of several certificates the first to end."""
    for name, connection in settings.connections.items():
        subject = f"connections.{name}"
        if connection.client_secret_expires and connection.client_secret:
            yield subject, "client_secret", _day_after(connection.client_secret_expires)
        keys = connection.client_keys[:1]  # the one that signs
        files = (Path(connection.ca_file),) if connection.ca_file else ()
        for what, texts in (
            ("client_key", [key.reveal() for key in keys]),
            ("client_certificate", [connection.client_certificate]),
            ("ca_file", [_text_of(file) for file in files]),
        ):
            for text in texts:
                end = first_end(text)
                if end is not None:
                    yield subject, what, end


def first_end(pem: str) -> float | None:
    """When the first of some certificates in PEM ends; None where there is none."""
    if "-----BEGIN CERTIFICATE-----" not in pem:
        return None
    try:
        found = x509.load_pem_x509_certificates(pem.encode())
    except ValueError:
        return None
    return min(one.not_valid_after_utc for one in found).timestamp()


def _day_after(day: date) -> float:
    """It is good for the whole of its last day."""
    return datetime.combine(day + timedelta(days=1), time(), UTC).timestamp()


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
