"""The Flask app: routes, one error handler, one line of log for each request."""

import logging
from collections.abc import Container
from pathlib import Path
from time import perf_counter

from flask import Flask, request, send_file
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.wrappers import Response

from bridge import __version__
from bridge.domain.quoting import place_name
from bridge.domain.reference import reference_of
from bridge.domain.refusal import NOISE, Reason, Refused
from bridge.web import health, keys, look_files, provider_sign_out, session, sign_in, sign_out, token
from bridge.web.bounds import MAX_BODY
from bridge.web.cookies import Cookies
from bridge.web.headers import secure
from bridge.web.lean import Answer, App, BridgeRequest, RequestNotes, current_request
from bridge.web.logs import LOGGER, write
from bridge.web.look import EXTENSION, Looks
from bridge.web.metrics.page import Metrics, measure
from bridge.web.pages import WayBack, refusal
from bridge.web.request import client_address
from bridge.wiring.bridge import Bridge

_STATUS_REASONS = {
    308: Reason.NOT_FOUND,  # the router's own redirects name the Host header's host
    404: Reason.NOT_FOUND,
    405: Reason.METHOD_NOT_ALLOWED,
    413: Reason.TOO_LARGE,
    414: Reason.TOO_LARGE,
}


def create_app(bridge: Bridge, metrics: Metrics | None = None) -> Flask:
    """The WSGI application around a wired bridge. `metrics`: the worker's, else it has some of its own."""
    server = bridge.settings.server
    https = server.public_url.startswith("https:")
    cookies = Cookies(server.cookie_keys, secure=https)
    address = client_address(server.trusted_proxies)
    log = logging.getLogger(LOGGER)

    app = App("bridge.web", static_url_path="/static")
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY, MAX_FORM_PARTS=50, SEND_FILE_MAX_AGE_DEFAULT=3600)
    # Else werkzeug answers `//login/us` itself, with an address made from the Host header.
    app.url_map.merge_slashes = False
    app.jinja_env.globals.update(theme=bool(server.theme_css), version=__version__)
    own = {name: store.pages for name, store in bridge.settings.stores.items()}
    app.extensions[EXTENSION] = looks = Looks(bridge.settings.pages, own, cookies.language)
    app.register_blueprint(look_files.routes(looks.files))
    app.register_blueprint(sign_in.routes(bridge, cookies, address))
    app.register_blueprint(token.routes(bridge, address))
    app.register_blueprint(session.routes(bridge, address))
    app.register_blueprint(sign_out.routes(bridge, cookies, address))
    for others in (provider_sign_out.routes(bridge, address), health.routes(bridge), keys.routes(bridge)):
        app.register_blueprint(others)
    count = measure(app, bridge, metrics or Metrics())

    @app.after_request
    def end(answer: Answer) -> Answer:
        request = current_request()
        notes = request.notes
        secure(answer, https=https)
        level = notes.level or (logging.DEBUG if request.endpoint in _QUIET else logging.INFO)
        if log.isEnabledFor(level):
            write(log, level, notes.event, _line(request, answer, _places(notes), address(request)))
        count(request, answer)
        return answer

    def _places(notes: RequestNotes) -> tuple[str, str]:
        """For logs: what stands in an address may be anything, a secret by mistake among it."""
        stores, connections = bridge.settings.stores, bridge.settings.connections
        return _known(notes.store, stores), _known(notes.connection, connections)

    @app.errorhandler(Refused)
    def refused(error: Refused) -> Response:
        """The one way in which a refusal reaches a shopper."""
        notes = current_request().notes
        reference = notes.reference or error.reference or reference_of(bridge.token())
        notes.event, notes.reference = "refused", reference
        notes.reason, notes.detail = error.reason.value, error.detail
        notes.level = logging.WARNING if error.reason.words.status >= 500 else logging.INFO
        if not error.recorded:
            tell = bridge.audit.stray if error.reason in NOISE else bridge.audit.refused
            tell(reference, error, *_places(notes), notes.story)
        return refusal(
            request,
            error.reason,
            reference,
            notes.back() if notes.back else WayBack(),  # worked out here: most requests are not refused
            retry_after=error.retry_after,
            as_json=request.path.startswith(("/token/", "/session/")),  # whoever asks there is a program
        )

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        response = refused(Refused(_STATUS_REASONS.get(error.code or 500, Reason.BAD_REQUEST), error.name))
        if isinstance(error, MethodNotAllowed) and error.valid_methods:
            response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
        return response

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        """A fault of ours: logged with its place, shown as a page like any other refusal."""
        log.error("fault", exc_info=error, extra={"reference": current_request().notes.reference})
        return refused(Refused(Reason.INTERNAL_ERROR, type(error).__name__))

    if server.theme_css:
        theme = Path(server.theme_css)

        @app.get("/static/theme.css", endpoint="theme")
        def theme_css() -> Response:
            return send_file(theme, mimetype="text/css", max_age=3600)

    return app


def _line(request: BridgeRequest, answer: Answer, places: tuple[str, str], client: str) -> dict[str, object]:
    notes, (store, connection) = request.notes, places
    return {
        "reference": notes.reference,
        "method": request.method,
        "route": request.url_rule.rule if request.url_rule else "",
        "status": answer.status_code,
        "ms": round((perf_counter() - notes.began) * 1000, 1),
        "store": store,
        "connection": connection,
        "reason": notes.reason,
        "detail": notes.detail,
        "client": client,
    }


def _known(name: str, names: Container[str]) -> str:
    return name if not name or name in names else place_name(name)


#: Asked every few seconds by orchestrators and browsers; worth a line only when debugging.
_QUIET = frozenset({"health.healthz", "health.readyz", "static", "theme", "look_files.file", "metrics.tell"})
