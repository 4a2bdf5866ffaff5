"""The files of PEM that [redis] names: looked into when the bridge starts, not when Redis is first asked."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import AfterValidator, ValidationInfo

from bridge.settings.faults import WrongValueError
from bridge.settings.values import FileName


def _looked_into(read: Callable[[bytes], object], expected: str) -> AfterValidator:
    def look(value: str, info: ValidationInfo) -> str:
        if not value or not isinstance(info.context, Path):
            return value
        try:
            read(Path(value).read_bytes())
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
            raise WrongValueError(f"must be the path of a file that holds {expected}") from None
        return value

    return AfterValidator(look)


_certificates = _looked_into(x509.load_pem_x509_certificates, "certificates in PEM")

CertificateFile = Annotated[FileName, _certificates]
KeyFile = Annotated[
    FileName,
    _looked_into(
        lambda data: load_pem_private_key(data, password=None), "a private key in PEM without a passphrase"
    ),
]
