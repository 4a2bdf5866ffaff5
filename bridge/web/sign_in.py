"""The routes of a sign-in: `/login/<store>`, `/initiate/<store>` and `/callback/<connection>`."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from flask import Blueprint, Request, after_this_request
from flask import Response as FlaskResponse
from werkzeug.wrappers import Response

from bridge.domain.attempt import Ticket, store_of
from bridge.domain.binding import Binding
from bridge.domain.callback import Callback
from bridge.domain.deadline import Deadline
from bridge.domain.dry_sign_in import is_dry
from bridge.domain.hand_off import FormPost
from bridge.domain.portal import portal_parameters
from bridge.domain.quoting import place_name
from bridge.domain.reference import reference_of
from bridge.domain.refusal import WRONG_ACCOUNT, Reason, Refused
from bridge.domain.return_to import safe_return_to
from bridge.flows.steps import Choose, SignedIn, ToProvider
from bridge.web.cookies import Cookies
from bridge.web.lean import BridgeRequest, current_request
from bridge.web.look import looks
from bridge.web.pages import WayBack, arrived, form_post, leaving, question, see_other, way_back
from bridge.web.request import (
    check_navigation,
    check_size,
    is_speculative,
    parameters,
    single,
    time_left,
    was_clicked,
)
from bridge.wiring.bridge import Bridge

_BINDING = ("state", "code_challenge", "code_challenge_method")
_ASKED = ("connection", "return_to", "login_hint", "typed", "ui_locales", *_BINDING)
_OF_PORTAL = ("organization", "organization_name", "invitation")
_HINT_LENGTH = 254  # the longest e-mail address (RFC 5321 4.5.3.1.3)


def routes(bridge: Bridge, cookies: Cookies, address: Callable[[Request], str]) -> Blueprint:
    """The blueprint."""
    views = _Views(bridge, cookies, address)
    pages = Blueprint("sign_in", __name__)
    pages.before_request(views.only_people)
    pages.add_url_rule("/login/<store>", view_func=views.login)
    pages.add_url_rule("/initiate/<store>", view_func=views.initiate, methods=["GET", "POST"])
    pages.add_url_rule("/callback/<connection>", view_func=views.callback, methods=["GET", "POST"])
    return pages


class _Views:
    def __init__(self, bridge: Bridge, cookies: Cookies, address: Callable[[Request], str]) -> None:
        self._bridge = bridge
        self._flow = bridge.sign_in
        self._cookies = cookies
        self._address = address

    def only_people(self) -> Response | None:
        """Nothing is used up by who is not a person at a browser's window."""
        request = current_request()
        if is_speculative(request):
            return Response(status=204)
        check_size(request)
        notes, names = request.notes, request.view_args or {}
        notes.store, notes.connection = names.get("store", ""), names.get("connection", "")
        notes.event = "signed_in" if notes.connection else "sign_in_started"
        notes.back = partial(way_back, self._flow.stores.get(notes.store))
        check_navigation(request)
        return None

    # -- going ------------------------------------------------------------------------------

    def login(self, store: str) -> Response:
        """The storefront's "sign in" link."""
        request = current_request()
        connection, return_to, hint, mark, ui_locales, *bound = single(parameters(request), *_ASKED)
        if ui_locales:
            self._remember_language(store, ui_locales)
        binding = Binding.parse(*bound)
        last, typed = self._cookies.last(request.cookies, store), mark is not None

        def begin() -> ToProvider | Choose:
            return self._flow.start(
                store,
                connection,
                return_to,
                _hint(hint),
                self._deadline(request),
                last=last,
                typed=typed,
                binding=binding,
                asks_again=self._cookies.was_signed_out(request.cookies),
                client_address=self._address(request),
            )

        try:
            return self._go(request, begin, by_form=typed)
        except Refused:
            goal = safe_return_to(return_to)
            request.notes.back = partial(way_back, self._flow.stores.get(store), "", goal, binding=binding)
            raise

    def _remember_language(self, store: str, ui_locales: str) -> None:
        """For the pages that end this sign-in: the provider's answer names no language of ours."""
        tag = looks().of(store).languages.named(ui_locales) if store in self._flow.stores else ""
        if not tag:
            return

        @after_this_request
        def remember(response: FlaskResponse) -> FlaskResponse:
            self._cookies.set_language(response, store, tag)
            return response

    def initiate(self, store: str) -> Response:
        """The tile in a provider's portal."""
        request = current_request()
        iss, target, hint, id_token, *of_portal = single(
            parameters(request), "iss", "target_link_uri", "login_hint", "id_token", *_OF_PORTAL
        )
        if id_token is not None:  # the "simplified" tile of some portals
            raise Refused(Reason.BAD_REQUEST, "an ID token was sent without being asked for")
        asked_by_portal = portal_parameters(*of_portal)
        last = self._cookies.last(request.cookies, store)
        return self._go(
            request,
            lambda: self._flow.initiate(
                store,
                iss,
                target,
                _hint(hint),
                self._deadline(request),
                last=last,
                portal_parameters=asked_by_portal,
                client_address=self._address(request),
            ),
        )

    def _go(
        self, request: BridgeRequest, begin: Callable[[], ToProvider | Choose], *, by_form: bool = False
    ) -> Response:
        """What every way into a sign-in has in common: it must not go round in circles."""
        turns, clicked = self._cookies.turns(request.cookies), was_clicked(request)
        if not clicked:
            turns = turns.next(self._bridge.now())
            if turns.endless:
                raise Refused(Reason.SIGN_IN_LOOP)
        step = begin()
        if isinstance(step, Choose):
            return question(step)
        response = self._to_provider(request, step, by_form=by_form)
        if not clicked:
            self._cookies.set_turns(response, turns)
        return response

    def _to_provider(self, request: BridgeRequest, step: ToProvider, *, by_form: bool = False) -> Response:
        ticket, notes = step.ticket, request.notes
        notes.reference, notes.store, notes.connection = ticket.reference, ticket.store, ticket.connection
        notes.event = "sign_in_restarted" if ticket.restarts else "sign_in_started"
        response = leaving(step.url) if by_form else see_other(step.url)
        self._cookies.issue(response, ticket, request.cookies, form_post=self._by_form(ticket))
        return response

    # -- coming back ------------------------------------------------------------------------

    def callback(self, connection: str) -> Response:
        """The provider's answer, brought by the browser."""
        if connection not in self._flow.connections:
            raise Refused(Reason.CONNECTION_UNKNOWN, place_name(connection))
        request = current_request()
        notes, form_post = request.notes, request.method == "POST"
        answer = Callback.parse(connection, parameters(request), form_post=form_post)
        notes.reference = reference_of(answer.state)
        if is_dry(answer.state):
            notes.event = "dry_sign_in_arrived"
            return self._arrived(answer)
        # Only a way back: a state without its ticket may have been written by anybody.
        notes.back = partial(way_back, self._flow.stores.get(store_of(answer.state)), connection)
        ticket = self._cookies.ticket(request.cookies, answer.state)
        if ticket is not None:
            notes.store = ticket.store
            notes.back = partial(self._way_back, ticket, same=not form_post)
        others = ticket is None and self._cookies.has_tickets(request.cookies)
        try:
            step = self._flow.finish(
                answer,
                ticket,
                self._deadline(request),
                other_tickets=others,
                client_address=self._address(request),
            )
        except Refused as refused:
            if ticket is not None and refused.reason in WRONG_ACCOUNT:
                self._forget_last(request, ticket)
            if ticket is not None and refused.cut_short:
                after_this_request(partial(self._cut_short, ticket))
            raise
        if isinstance(step, SignedIn):
            return self._to_store(request, step)
        return self._to_provider(request, step)

    def _arrived(self, answer: Callback) -> Response:
        """For `bridge connections test`: handed over unread. No cookie is asked for: nobody is signed in."""
        self._bridge.dry_sign_in.arrive(answer)
        return arrived(self._flow.connections[answer.connection])

    def _to_store(self, request: BridgeRequest, step: SignedIn) -> Response:
        to_store = step.hand_off
        response = form_post(to_store) if isinstance(to_store, FormPost) else see_other(to_store.url)
        self._cookies.ended(response, step.ticket, request.cookies, form_post=self._by_form(step.ticket))
        self._cookies.set_session(response, step.ticket.store, step.session, step.session_life)
        # A provider's own form brings no Lax cookie along: then it may be there, unseen.
        if request.method == "POST" or self._cookies.was_signed_out(request.cookies):
            self._cookies.forget_signed_out(response)
        store = self._flow.stores[step.ticket.store]
        if len(store.connections) > 1:
            self._cookies.set_last(response, store.name, step.ticket.connection)
        return response

    def _cut_short(self, ticket: Ticket, response: FlaskResponse) -> FlaskResponse:
        self._cookies.cut_short(response, ticket, form_post=self._by_form(ticket))
        return response

    def _way_back(self, ticket: Ticket, *, same: bool) -> WayBack:
        connection = self._flow.connections.get(ticket.connection)
        asks = connection is not None and not {"select_account", "login"}.isdisjoint(connection.asking.prompt)
        store = self._flow.stores.get(ticket.store)
        back = way_back(
            store, ticket.connection, ticket.return_to, binding=ticket.binding, other_account=asks
        )
        # A form of ours could not be: browsers hold `form-action` against the redirect to the store, too.
        return replace(back, same=same)

    def _forget_last(self, request: BridgeRequest, ticket: Ticket) -> None:
        """Else the next click would lead to the same refusal."""
        last = self._cookies.last(request.cookies, ticket.store)
        # A provider's own form brings no Lax cookie along: then it may be there, unseen.
        unseen = (
            not last and request.method == "POST" and len(self._flow.stores[ticket.store].connections) > 1
        )
        if last != ticket.connection and not unseen:
            return

        @after_this_request
        def forget(response: FlaskResponse) -> FlaskResponse:
            self._cookies.forget_last(response, ticket.store)
            return response

    # -- both -------------------------------------------------------------------------------

    def _by_form(self, ticket: Ticket) -> bool:
        return self._flow.connections[ticket.connection].response_mode == "form_post"

    def _deadline(self, request: BridgeRequest) -> Deadline:
        deadline = time_left(request, self._bridge.monotonic)
        request.notes.story = deadline.story  # for what may still be told of a refusal
        return deadline


def _hint(text: str | None) -> str:
    return (text or "")[:_HINT_LENGTH]
