"""The certificate authorities that are trusted: those of this system, and what a connection adds."""

import os
import re
import ssl
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

#: Where systems keep a bundle that OpenSSL's own default does not lead to (Debian and others, Red Hat,
#: Alpine and macOS).
BUNDLES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")

_HASHED = re.compile(r"[0-9a-f]{8}\.[0-9]")


@dataclass(frozen=True, slots=True)
class Authorities:
    """A bundle in PEM, a directory with hashed names, or both; an empty text where there is none."""

    file: str
    directory: str

    @classmethod
    def of_system(cls) -> "Authorities":
        """What SSL_CERT_FILE and SSL_CERT_DIR say, else OpenSSL's defaults, else the usual places.

        Of these only what exists: libcurl refuses every connection over a bundle that does not. Where
        no bundle is asked for, a directory does: of it only the authority is read that signed.
        """
        paths = ssl.get_default_verify_paths()
        file, directory = paths.cafile or "", paths.capath or ""
        if not file and not _is_hashed(directory):
            file = next((bundle for bundle in BUNDLES if Path(bundle).is_file()), "")
        return cls(file, directory)


class Bundle:
    """A bundle in PEM that exists in memory only, as a file for libcurl while this object lives.

    Of a file libcurl keeps what it read for all connections of an event loop; of anything else it reads
    and keeps everything for each connection anew (docs/decisions/0004-bulkheads.md: 1 MB and 5 ms).
    """

    def __init__(self, text: bytes) -> None:
        self._file = os.memfd_create("authorities", os.MFD_CLOEXEC)
        self.path = f"/proc/self/fd/{self._file}"
        with os.fdopen(os.dup(self._file), "wb") as file:
            file.write(text)

    def __del__(self) -> None:
        with suppress(AttributeError):  # the system gave no such file
            os.close(self._file)


def bundle_of(system: Authorities, own: bytes) -> bytes:
    """All that is trusted, where the system has a bundle; `own` alone where it has a directory."""
    if not system.file:
        return own
    parts = [Path(system.file).read_bytes()]
    if _is_hashed(system.directory):
        parts += (
            text for path in _hashed(system.directory) if (text := path.read_bytes().strip()) not in parts[0]
        )
    return b"\n".join((*parts, own))


def _is_hashed(directory: str) -> bool:
    """Whether certificates lie there under their names' hashes, as OpenSSL looks for them."""
    return any(True for _ in _hashed(directory))


def _hashed(directory: str) -> Iterator[Path]:
    if directory:
        yield from (path for path in Path(directory).glob("*.[0-9]") if _HASHED.fullmatch(path.name))
