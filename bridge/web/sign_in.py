"""The routes of a sign-in: `/login/<store>` and `/callback/<connection>`."""

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from bridge.domain.attempt import store_of
from bridge.domain.callback import Callback
from bridge.domain.deadline import Deadline
from bridge.domain.limits import REQUEST_LIMIT
from bridge.domain.reference import reference_of
from bridge.domain.refusal import Reason, Refused
from bridge.flows.sign_in import Choose, SignedIn, ToProvider
from bridge.web.cookies import Cookies
from bridge.web.pages import chooser, way_back
from bridge.web.request import check_navigation, check_size, is_speculative, single, was_clicked
from bridge.wiring import Bridge


def routes(bridge: Bridge, cookies: Cookies) -> Blueprint:
    """The blueprint."""
    pages = Blueprint("sign_in", __name__)
    flow = bridge.sign_in

    @pages.get("/login/<store>")
    def login(store: str) -> Response:
        if is_speculative(request):
            return Response(status=204)
        check_size(request)
        g.store, g.event = store, "sign_in_started"
        g.back = way_back(flow.stores.get(store))
        check_navigation(request)
        connection, return_to, login_hint = single(
            request.args.items(multi=True), "connection", "return_to", "login_hint"
        )
        turns = cookies.turns(request.cookies)
        if not was_clicked(request):
            turns = turns.next(bridge.now())
            if turns.endless:
                raise Refused(Reason.SIGN_IN_LOOP)
        step = flow.start(store, connection, return_to, (login_hint or "")[:254], _deadline(bridge))
        if isinstance(step, Choose):
            return chooser(step.store, step.connections, step.return_to)
        response = _to_provider(step)
        if not was_clicked(request):
            cookies.set_turns(response, turns)
        return response

    @pages.route("/callback/<connection>", methods=["GET", "POST"])
    def callback(connection: str) -> Response:
        if is_speculative(request):
            return Response(status=204)
        check_size(request)
        g.connection, g.event = connection, "signed_in"
        check_navigation(request)
        if connection not in flow.connections:
            raise Refused(Reason.CONNECTION_UNKNOWN, connection[:64])
        form_post = request.method == "POST"
        parameters = request.form if form_post else request.args
        answer = Callback.parse(connection, parameters.items(multi=True), form_post=form_post)
        g.reference = reference_of(answer.state)
        # Only a way back: a state without its ticket may have been written by anybody.
        g.back = way_back(flow.stores.get(store_of(answer.state)), connection)
        ticket = cookies.ticket(request.cookies, answer.state)
        if ticket is not None:
            g.store = ticket.store
            g.back = way_back(flow.stores.get(ticket.store), ticket.connection, ticket.return_to)
        other_tickets = ticket is None and cookies.has_tickets(request.cookies)
        step = flow.finish(answer, ticket, _deadline(bridge), other_tickets=other_tickets)
        return _to_store(step) if isinstance(step, SignedIn) else _to_provider(step)

    def _to_provider(step: ToProvider) -> Response:
        g.reference, g.store, g.connection = step.ticket.reference, step.ticket.store, step.ticket.connection
        g.event = "sign_in_restarted" if step.ticket.restarts else "sign_in_started"
        response = _see_other(step.url)
        form_post = flow.connections[step.ticket.connection].response_mode == "form_post"
        cookies.issue(response, step.ticket, request.cookies, form_post=form_post)
        return response

    def _to_store(step: SignedIn) -> Response:
        response = _see_other(step.hand_off.url)
        form_post = flow.connections[step.ticket.connection].response_mode == "form_post"
        cookies.ended(response, step.ticket, form_post=form_post)
        cookies.set_session(response, step.ticket.store, step.session)
        return response

    return pages


def _see_other(url: str) -> Response:
    """Without a body: the address may be a one-time token, and a body is one place more to leak from."""
    return Response(status=303, headers={"Location": url})


def _deadline(bridge: Bridge) -> Deadline:
    """What the request waited for its thread is part of what the shopper waits."""
    return Deadline(REQUEST_LIMIT - request.environ.get("bridge.waited", 0.0), bridge.monotonic)
