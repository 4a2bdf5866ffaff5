"""The routes of a sign-out: `/logout/<store>` and `/signed-out/<store>`, where providers send people back."""

from collections.abc import Callable
from hmac import compare_digest
from urllib.parse import urlencode

from flask import Blueprint, Request, after_this_request, request
from flask import Response as FlaskResponse
from werkzeug.wrappers import Response

from bridge.domain.hand_off import FormPost
from bridge.domain.refusal import Reason, Refused
from bridge.domain.return_to import safe_return_to
from bridge.domain.session import SessionRef
from bridge.domain.sign_out import LeaveTicket
from bridge.domain.store import Store
from bridge.web.cookies import Cookies
from bridge.web.lean import current_request
from bridge.web.pages import WayBack, form_post, leaving, see_other
from bridge.web.request import check_navigation, check_size, is_speculative, parameters, single, time_left
from bridge.web.sign_out_cookies import LeaveTickets
from bridge.web.sign_out_pages import confirm, no_ticket, receipt_page
from bridge.web.where_from import came_from, is_own_form, origin_of
from bridge.wiring.bridge import Bridge


def routes(bridge: Bridge, cookies: Cookies, address: Callable[[Request], str]) -> Blueprint:
    """The blueprint. `address` tells who sent a request."""
    views = _Views(bridge, cookies, address)
    pages = Blueprint("sign_out", __name__)
    pages.before_request(views.only_people)
    pages.add_url_rule("/logout/<store>", view_func=views.logout, methods=["GET", "POST"])
    pages.add_url_rule("/signed-out/<store>", view_func=views.signed_out)
    return pages


class _Views:
    def __init__(self, bridge: Bridge, cookies: Cookies, address: Callable[[Request], str]) -> None:
        server = bridge.settings.server
        self._bridge, self._flow = bridge, bridge.sign_out
        self._cookies, self._tickets = cookies, LeaveTickets(server.cookie_keys, cookies)
        self._own_origin = origin_of(server.public_url)
        self._address = address

    def only_people(self) -> Response | None:
        """Nobody is signed out by a picture, a frame, a script, or by a browser that looks ahead."""
        if is_speculative(request):
            return Response(status=204)
        check_size(request)
        notes, names = current_request().notes, request.view_args or {}
        notes.event = "sign_out_asked"
        notes.store = names.get("store", "")
        known = self._flow.stores.get(notes.store)
        notes.back = lambda: WayBack(known.url, name=known.name) if known else WayBack()
        check_navigation(request)
        return None

    # -- going ------------------------------------------------------------------------------

    def logout(self, store: str) -> Response:
        """The storefront's "sign out" link, and the button of the page that asks whether it is meant."""
        known, by_form = self._flow.store(store), request.method == "POST"
        return_to, sid = single(parameters(current_request()), "return_to", "sid")
        handle = self._cookies.session(request.cookies, known.name)
        before = self._tickets.newest(request.cookies, known.name, self._bridge.now())
        if not (
            is_own_form(request, self._own_origin) if by_form else self._is_meant(known, handle, sid, before)
        ):
            return confirm(known, safe_return_to(return_to))
        try:
            left = self._flow.leave(
                known.name,
                handle,
                return_to,
                time_left(request, self._bridge.monotonic),
                last=self._cookies.last(request.cookies, known.name),
                before=before,
                client_address=self._address(request),
            )
        except Refused as refused:
            if refused.reason is Reason.SIGN_OUT_INCOMPLETE:
                self._not_yet(known, return_to)
            raise
        notes = current_request().notes
        notes.event = "signed_out"
        notes.reference, notes.connection = left.ticket.reference, left.ticket.connection
        notes.detail = f"provider: {left.ticket.provider}"
        response = leaving(left.url, out=True) if by_form else see_other(left.url)
        self._cookies.signed_out(response, request.cookies, known.name)
        self._tickets.issue(response, left.ticket, request.cookies)
        return response

    def _is_meant(self, store: Store, handle: str, sid: str | None, before: LeaveTicket | None) -> bool:
        """Whether nobody needs to be asked.

        Who knows the session's own name is the storefront's server, and made this link for this session. Else
        the click must come from a page of the store or of ours, in a browser that is signed in, or was until
        the first half of a double click.
        """
        ref = SessionRef.of(handle) if handle else None
        if sid and ref and compare_digest(str(ref).encode(), sid.encode()):
            return True
        front = store.storefront
        origins = {origin_of(url) for url in (store.url, front.return_url, *front.browser_origins) if url}
        return (ref is not None or before is not None) and came_from(request, {*origins, self._own_origin})

    def _not_yet(self, store: Store, return_to: str | None) -> None:
        """Nobody else gets in by what is in this browser; and trying again finds the session."""
        goal = safe_return_to(return_to)
        again = f"/logout/{store.name}" + (f"?{urlencode({'return_to': goal})}" if goal else "")
        current_request().notes.back = lambda: WayBack(store.url, again, name=store.name)

        @after_this_request
        def forget(response: FlaskResponse) -> FlaskResponse:
            self._cookies.signed_out(response, request.cookies, store.name, ended=False)
            return response

    # -- coming back ------------------------------------------------------------------------

    def signed_out(self, store: str) -> Response:
        """Where the provider sends the browser back, or we ourselves where there is nothing to do there."""
        known, notes = self._flow.store(store), current_request().notes
        state, error, read = single(current_request().pairs, "state", "error", "read")
        ticket = self._tickets.ticket(request.cookies, store, state, self._bridge.now())
        if ticket is None:
            notes.event = "sign_out_unknown"
            return no_ticket(known)
        was_read = read is not None
        receipt = self._flow.arrive(
            ticket,
            by_provider=not was_read,
            failed=error is not None,
            was_read=was_read,
            deadline=time_left(request, self._bridge.monotonic),
        )
        notes.event = "sign_out_finished"
        notes.reference, notes.connection = ticket.reference, ticket.connection
        notes.detail = f"provider: {receipt.provider}"
        onward = receipt.onward
        if onward is None:
            next_step = receipt.has_sign_out and not was_read
            response = receipt_page(receipt, ticket.state if next_step else "")
            if next_step:
                return response  # with its ticket, for the step that follows
        else:
            response = form_post(onward) if isinstance(onward, FormPost) else see_other(onward.url)
        self._tickets.drop(response, ticket)
        return response
