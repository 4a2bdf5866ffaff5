"""Where the browser ends its session at the provider (RP-Initiated Logout 1.0), and what each make wants."""

from bridge.domain.connection import Connection
from bridge.domain.jws import TokenFault, UnverifiedToken
from bridge.domain.metadata import ProviderMetadata
from bridge.domain.refusal import Reason, Refused
from bridge.domain.sign_out import LogoutRequest, ToLogout
from bridge.idp.authorization import with_parameters

#: Characters. Many servers take no address of more than 8 kB, and some of them half of that.
MAX_HINT = 4_000
_MAX_LOGOUT_HINT = 512  # characters


def logout_url(connection: Connection, metadata: ProviderMetadata, request: LogoutRequest) -> ToLogout | None:
    """The address for this connection's make; None where it has none.

    Raises `Refused` where it cannot be asked with what is known.
    """
    endpoint, style = metadata.end_session_endpoint, connection.logout_style
    if style == "auth0" and endpoint is None:
        return _auth0(connection, request)
    if style == "none" or endpoint is None:
        return None
    if style == "cognito":
        # No OpenID Connect: GET alone, its own names, and no state handed back.
        form = {"client_id": connection.client_id, "logout_uri": request.back}
        return ToLogout(with_parameters(endpoint, form), has_state=False)
    hint = request.id_token.reveal()
    if len(hint) > MAX_HINT:
        hint = ""
    if connection.logout_needs_hint and not hint:
        # It would show an error of its own, and send nobody back.
        raise Refused(Reason.IDP_ERROR, "no ID token is left that could be its hint")
    form = {
        "id_token_hint": hint,
        "logout_hint": _logout_hint(connection, request, hint),
        "client_id": connection.client_id,
        "post_logout_redirect_uri": request.back,
        "state": request.state,
    }
    return ToLogout(with_parameters(endpoint, {name: value for name, value in form.items() if value}))


def _auth0(connection: Connection, request: LogoutRequest) -> ToLogout:
    """Tenants from before November 2023 name no endpoint, and have this one. Queries of `returnTo` are not
    compared with the list of allowed addresses (auth0/docs-v2: redirect-users-after-logout).
    """
    back = with_parameters(request.back, {"state": request.state})
    form = {"client_id": connection.client_id, "returnTo": back}
    return ToLogout(with_parameters(connection.issuer.removesuffix("/") + "/v2/logout", form))


def _logout_hint(connection: Connection, request: LogoutRequest, hint: str) -> str:
    """By the make: a claim that names the session, or the account, without the whole token."""
    name = connection.logout_hint_claim
    if not name or (name == "sid" and hint):
        return ""
    if name == "sid":
        return request.sid if len(request.sid) <= _MAX_LOGOUT_HINT else ""
    try:
        # Verified when it came, and kept under our own seal since.
        value = UnverifiedToken.parse(request.id_token.reveal()).unverified_claims.get(name)
    except TokenFault:
        return ""
    return value if isinstance(value, str) and 0 < len(value) <= _MAX_LOGOUT_HINT else ""
