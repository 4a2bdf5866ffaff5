"""The certificate authorities that are trusted: those of this system, and what a connection adds."""

import os
import re
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

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
    """A bundle in PEM that is a file for libcurl while this object lives, in memory where that can be.

    Of a file libcurl keeps what it read for all connections of an event loop; of anything else it reads
    and keeps everything for each connection anew (docs/decisions/0004-bulkheads.md: 1 MB and 5 ms).
    """

    def __init__(self, text: bytes) -> None:
        self._file, self.path = _file_in_memory() or _file_of_our_own()
        self._file.write(text)
        self._file.flush()

    def __del__(self) -> None:
        with suppress(AttributeError):  # the system gave no such file
            self._file.close()


def _file_in_memory() -> tuple[IO[bytes], str] | None:
    """None where there is none: beyond Linux, and where /proc is not mounted."""
    try:
        number = os.memfd_create("authorities", os.MFD_CLOEXEC)
    except (AttributeError, OSError):
        return None
    file, path = os.fdopen(number, "wb"), f"/proc/self/fd/{number}"
    if os.access(path, os.R_OK):
        return file, path
    file.close()
    return None


def _file_of_our_own() -> tuple[IO[bytes], str]:
    """One that nobody else may write to, and that goes when it is closed."""
    file = tempfile.NamedTemporaryFile(prefix="bridge-authorities-")  # noqa: SIM115 - it lives with a `Bundle`
    return cast(IO[bytes], file), file.name


def bundle_of(system: Authorities, own: bytes) -> bytes:
    """All that is trusted, where the system has a bundle; `own` alone where it has a directory."""
    if not system.file:
        return own
    parts = [Path(system.file).read_bytes()]
    for path in _hashed(system.directory):
        with suppress(OSError):  # a link that leads nowhere; libcurl, too, would trust one less
            text = path.read_bytes().strip()
            if text not in parts[0]:
                parts.append(text)
    return b"\n".join((*parts, own))


def _is_hashed(directory: str) -> bool:
    """Whether certificates lie there under their names' hashes, as OpenSSL looks for them."""
    return any(True for _ in _hashed(directory))


def _hashed(directory: str) -> Iterator[Path]:
    if directory:
        yield from (path for path in Path(directory).glob("*.[0-9]") if _HASHED.fullmatch(path.name))
