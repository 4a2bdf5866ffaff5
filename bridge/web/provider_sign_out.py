"""Where providers tell of sign-outs: `/backchannel-logout/<…>` and `/frontchannel-logout/<…>`."""

from collections.abc import Callable

from flask import Blueprint, Request, jsonify, request
from werkzeug.wrappers import Response

from bridge.domain.reference import reference_of
from bridge.domain.refusal import NOISE, Reason, Refused
from bridge.web.headers import policy
from bridge.web.lean import current_request
from bridge.web.request import check_size, is_speculative, single, time_left
from bridge.web.where_from import origin_of
from bridge.wiring.bridge import Bridge

_FORM = "application/x-www-form-urlencoded"


def routes(bridge: Bridge, address: Callable[[Request], str]) -> Blueprint:
    """The blueprint. `address` tells who sent a request."""
    views = _Views(bridge, address)
    pages = Blueprint("provider_sign_out", __name__)
    pages.before_request(views.begin)
    pages.add_url_rule("/backchannel-logout/<connection>", view_func=views.backchannel, methods=["POST"])
    pages.add_url_rule("/frontchannel-logout/<connection>", view_func=views.frontchannel, methods=["GET"])
    return pages


class _Views:
    def __init__(self, bridge: Bridge, address: Callable[[Request], str]) -> None:
        self._bridge = bridge
        self._address = address
        self._flow = bridge.provider_sign_out

    def begin(self) -> Response | None:
        """No cookie is read: the provider's server has none, and its frame brings none."""
        if is_speculative(request):
            return Response(status=204)
        notes, names = current_request().notes, request.view_args or {}
        notes.event = "sessions_ended"
        notes.connection = names.get("connection", "")
        check_size(request)
        return None

    def backchannel(self, connection: str) -> Response:
        """200, 400 for a token that is not believed, 503 where the provider should try again; 429 instead of
        400 for an address that sent too many of those. A good one is believed wherever it comes from.
        """
        try:
            deadline = time_left(request, self._bridge.monotonic)
            ended = self._flow.backchannel(connection, _logout_token(), deadline)
        except Refused as refused:
            return self._refusal(self._counted(refused))
        current_request().notes.detail = f"{ended} by the back channel"
        return Response(status=200)

    def frontchannel(self, connection: str) -> Response:
        """An empty page, for a frame in the provider's own page and in no other."""
        if request.headers.get("Sec-Fetch-Dest", "iframe") not in ("iframe", "frame", "document"):
            raise Refused(Reason.BAD_REQUEST, "asked for by a page's picture or script")
        iss, sid = single(current_request().pairs, "iss", "sid")
        ended = self._flow.frontchannel(connection, iss, sid)
        current_request().notes.detail = f"{ended} by the front channel"
        response = Response("", mimetype="text/html")
        response.headers["Content-Security-Policy"] = policy(
            frame_ancestors=" ".join(self._framers(connection))
        )
        return response

    def _framers(self, connection: str) -> list[str]:
        """The provider's own origins: of its issuer, and of the pages that it sends browsers to."""
        known = self._flow.connections[connection]
        urls = (known.issuer, *self._bridge.providers[connection].pages)
        return list(dict.fromkeys(origin_of(url) for url in urls if url))

    def _counted(self, refused: Refused) -> Refused:
        """Anybody can send what is no logout token, and each would be an event of the audit."""
        if refused.reason is Reason.LOGOUT_TOKEN_INVALID:
            try:
                self._bridge.limits.failed("logout token", self._address(request))
            except Refused as too_many:
                return too_many
        return refused

    def _refusal(self, refused: Refused) -> Response:
        """The error JSON that the specification asks for: for a program, in the words of OAuth."""
        reason, notes = refused.reason, current_request().notes
        notes.event, notes.reason, notes.detail = "refused", reason.value, refused.detail
        notes.reference = reference = reference_of(self._bridge.token())
        if not refused.recorded:
            tell = self._bridge.audit.stray if reason in NOISE else self._bridge.audit.refused
            tell(reference, refused, "", notes.connection)
        too_many = reason is Reason.TOO_MANY_REQUESTS
        again = too_many or reason.words.status >= 500
        response: Response = jsonify(
            error="temporarily_unavailable" if again else "invalid_request",
            error_description=reason.words.title,
            reference=reference,
        )
        response.status_code = 429 if too_many else 503 if again else 400
        response.headers["Bridge-Refusal"] = reason.value
        if again:
            response.headers["Retry-After"] = str(refused.retry_after or 5)
        return response


def _logout_token() -> str:
    """Section 2.5. Other parameters are ignored. Raises `Refused`."""
    if request.mimetype != _FORM:
        raise Refused(Reason.LOGOUT_TOKEN_INVALID, f"the body is not {_FORM}")
    (token,) = single(request.form.items(multi=True), "logout_token")
    if not token:
        raise Refused(Reason.LOGOUT_TOKEN_INVALID, "logout_token: missing")
    return token
