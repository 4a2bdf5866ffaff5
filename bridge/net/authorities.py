"""Where this system keeps the certificate authorities it trusts."""

import re
import ssl
from dataclasses import dataclass
from pathlib import Path

#: Where systems keep a bundle that OpenSSL's own default does not lead to (Debian and others, Red Hat,
#: Alpine and macOS).
BUNDLES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")

_HASHED = re.compile(r"[0-9a-f]{8}\.0")


@dataclass(frozen=True, slots=True)
class Authorities:
    """A bundle in PEM, a directory with hashed names, or both; an empty text where there is none."""

    file: str
    directory: str

    @classmethod
    def of_system(cls) -> "Authorities":
        """What SSL_CERT_FILE and SSL_CERT_DIR say, else OpenSSL's defaults, else the usual places.

        Of these only what exists: libcurl refuses every connection over a bundle that does not. Where
        no bundle is asked for, a directory does: of it only the authority is read that signed, while a
        bundle is read whole for each connection (docs/decisions/0004-bulkheads.md: 1 MB and 5 ms).
        """
        paths = ssl.get_default_verify_paths()
        file, directory = paths.cafile or "", paths.capath or ""
        if not file and not _is_hashed(directory):
            file = next((bundle for bundle in BUNDLES if Path(bundle).is_file()), "")
        return cls(file, directory)


def _is_hashed(directory: str) -> bool:
    """Whether certificates lie there under their names' hashes, as OpenSSL looks for them."""
    return bool(directory) and any(_HASHED.fullmatch(path.name) for path in Path(directory).glob("*.0"))
