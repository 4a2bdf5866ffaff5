"""The provider's answer, judged before anything in it is used."""

from bridge.domain.callback import Callback
from bridge.domain.connection import Connection
from bridge.domain.metadata import ProviderMetadata
from bridge.domain.quoting import error_name, url_name
from bridge.domain.refusal import Reason, Refused

#: RFC 6749 4.1.2.1, and the word that Apple has for a person who cancelled.
_CANCELLED = ("access_denied", "user_cancelled_authorize")


def check_answer(callback: Callback, connection: Connection, metadata: ProviderMetadata) -> None:
    """RFC 9207, and that the answer came the way we asked for: before the code is used.

    Raises `Refused`; an error that the provider tells is one of its answers.
    """
    if callback.form_post != (connection.response_mode == "form_post"):
        raise Refused(Reason.CALLBACK_MALFORMED, "came by another response mode than asked for")
    if callback.iss is not None and callback.iss != metadata.issuer:
        raise Refused(Reason.ISSUER_MISMATCH, f"the answer names {url_name(callback.iss)}")
    if callback.error:
        # Some providers leave `iss` out of errors: an error proves nothing, so it need not be proven.
        reason = Reason.ACCESS_DENIED if callback.error in _CANCELLED else Reason.IDP_ERROR
        raise Refused(reason, f"the provider answered {error_name(callback.error)}")
    if callback.iss is None and _iss_is_due(connection, metadata):
        raise Refused(Reason.ISSUER_MISMATCH, "the answer names no issuer, though it should")


def _iss_is_due(connection: Connection, metadata: ProviderMetadata) -> bool:
    """Whether an answer must name its issuer; a wrong one is refused in any case."""
    if connection.iss_parameter == "auto":
        return metadata.iss_parameter
    return connection.iss_parameter == "require"
