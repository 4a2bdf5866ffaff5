"""The pages of the shop, and the three turns of its sign-in: away, back, and out."""

import base64
import hashlib
import logging
from urllib.parse import urlencode

from flask import Blueprint, g, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from bridge.demo.commercelayer.storefront.calls import CallError, Calls, Token
from bridge.demo.commercelayer.storefront.catalog import PRODUCTS
from bridge.demo.commercelayer.storefront.options import StorefrontOptions
from bridge.demo.commercelayer.storefront.sessions import Session, Sessions, SignedIn
from bridge.demo.loopback import refuse_other_origins

COOKIE = "demo_morgenrot"  # cookies ignore ports: a name that no other demo server has
_DEFAULT_PAGE = "/account"


def create_pages(options: StorefrontOptions, sessions: Sessions) -> Blueprint:
    """Everything but the style sheet."""
    pages = Blueprint("pages", __name__)
    views = _Views(options, sessions)
    pages.before_app_request(views.recognise)
    pages.app_context_processor(views.everywhere)
    pages.add_url_rule("/", view_func=views.home)
    pages.add_url_rule("/account", view_func=views.account)
    pages.add_url_rule("/sign-in", view_func=views.leave_for_the_bridge)
    pages.add_url_rule("/auth/return", view_func=views.come_back)
    pages.add_url_rule("/renew", view_func=views.renew, methods=["POST"])
    pages.add_url_rule("/sign-out", view_func=views.sign_out, methods=["POST"])
    return pages


class _Views:
    def __init__(self, options: StorefrontOptions, sessions: Sessions) -> None:
        self._options, self._sessions, self._calls = options, sessions, Calls(options)
        self._log = logging.getLogger("bridge.demo.commercelayer.storefront")

    def recognise(self) -> None:
        g.session = self._sessions.get(request.cookies.get(COOKIE, ""))

    def everywhere(self) -> dict[str, object]:
        session: Session | None = g.get("session")
        signed_in = session.signed_in if session is not None else None
        return {"store": self._options, "signed_in": signed_in, "who": _name(signed_in)}

    def home(self) -> ResponseReturnValue:
        return render_template("home.html", products=PRODUCTS)

    def leave_for_the_bridge(self) -> ResponseReturnValue:
        """The state binds the answer to this browser (login CSRF), the challenge the code to this server."""
        session_id, session = request.cookies.get(COOKIE, ""), g.session
        if session is None:
            session_id, session = self._sessions.begin()
        departure = self._sessions.depart(session)
        digest = hashlib.sha256(departure.verifier.encode()).digest()
        asked = {
            "return_to": _path(request.args.get("return_to", "")),
            "state": departure.state,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        options = self._options
        away = redirect(f"{options.bridge_url}/login/{options.store}?{urlencode(asked)}", 303)
        return _with_cookie(away, session_id)

    def come_back(self) -> ResponseReturnValue:
        """Where the bridge sends the browser, with a one-time code."""
        code, state = request.args.get("code", ""), request.args.get("state", "")
        if code and not state:
            # Begun elsewhere, in the provider's portal perhaps, or by somebody who wants this browser in
            # their own account. Nobody can tell, so the shop begins one of its own, and the code is let go.
            own = {"return_to": _path(request.args.get("return_to", ""))}
            return redirect(f"/sign-in?{urlencode(own)}", 303)
        departure = self._sessions.arrive(g.session, state)
        if departure is None or not code:
            self._log.info("return refused: no sign-in of this browser has this state")
            return self._problem("This sign-in was not begun in this browser, or was finished before.", 403)
        try:
            token = self._calls.redeem(code, departure.verifier)
            signed_in = self._signed_in(token)
        except CallError as failed:
            self._log.info("return failed: %s %s %s", failed, failed.status, failed.code)
            return self._failed(failed)
        g.session.signed_in, g.session.was_ended = signed_in, False
        self._log.info("customer %s signed in", signed_in.customer_id)
        # The code must stand in no address bar, and the id of the session be new.
        on = redirect(_path(request.args.get("return_to", "")), 303)
        return _with_cookie(on, self._sessions.renamed(request.cookies[COOKIE]))

    def account(self) -> ResponseReturnValue:
        """Asks the platform, with the customer's own token."""
        if g.session is None or g.session.signed_in is None:
            return render_template("door.html", gone=g.session is not None and g.session.was_ended), 401
        signed_in: SignedIn = g.session.signed_in
        try:
            self._look(signed_in)
        except CallError as failed:
            if failed.status not in {401, 404}:
                return self._failed(failed)
            g.session.signed_in = None  # ended elsewhere, or renewal refused; or a customer who is gone
            return render_template("door.html", gone=True), 401
        left = max(0, int(signed_in.expires_at - self._sessions.clock()))
        return render_template("account.html", left=left)

    def renew(self) -> ResponseReturnValue:
        """A button for what a real shop does by itself when a token nears its end."""
        refuse_other_origins()
        if g.session is None or g.session.signed_in is None:
            return redirect("/account", 303)
        try:
            self._renew(g.session.signed_in)
        except CallError as failed:
            self._log.info("renewal failed: %s %s %s", failed, failed.status, failed.code)
            if failed.status in {400, 401}:
                g.session.signed_in = None
            return self._failed(failed)
        return redirect("/account", 303)

    def sign_out(self) -> ResponseReturnValue:
        """Forget the customer here, and have the platform end the token."""
        refuse_other_origins()
        signed_in = g.session.signed_in if g.session is not None else None
        if signed_in is not None:
            g.session.signed_in = None
            try:
                self._calls.revoke(signed_in.access_token)
            except CallError as failed:  # it ends by itself, later
                self._log.info("revocation failed: %s", failed)
        if self._options.bridge_logout_url:
            # By the session's name the bridge knows that we sent the browser, and need not ask anybody.
            asked = {"return_to": "/"} | ({"sid": signed_in.sid} if signed_in and signed_in.sid else {})
            return redirect(f"{self._options.bridge_logout_url}?{urlencode(asked)}", 303)
        return render_template("signed_out.html")

    def _signed_in(self, token: Token) -> SignedIn:
        signed_in = SignedIn("", "", "", 0.0, "")
        self._take(signed_in, token)
        signed_in.customer = self._calls.customer(token.access_token, token.customer_id)
        return signed_in

    def _take(self, signed_in: SignedIn, token: Token) -> None:
        signed_in.customer_id, signed_in.access_token = token.customer_id, token.access_token
        signed_in.handle, signed_in.scope, signed_in.sid = token.handle, token.scope, token.sid
        signed_in.expires_at = self._sessions.clock() + token.expires_in

    def _renew(self, signed_in: SignedIn) -> None:
        token = self._calls.renew(signed_in.handle)
        if token.customer_id != signed_in.customer_id:
            raise CallError("the renewed token is another customer's", 401)
        self._take(signed_in, token)
        signed_in.renewals += 1

    def _look(self, signed_in: SignedIn) -> None:
        """The customer as of now; a token that is over is renewed, once."""
        try:
            signed_in.customer = self._calls.customer(signed_in.access_token, signed_in.customer_id)
        except CallError as failed:
            if failed.status != 401 or not signed_in.handle:
                raise
            try:
                self._renew(signed_in)
            except CallError as refused:
                raise CallError(str(refused), 401) from None
            signed_in.customer = self._calls.customer(signed_in.access_token, signed_in.customer_id)

    def _failed(self, failed: CallError) -> ResponseReturnValue:
        """Trouble that passes is told from a no."""
        if failed.status in {0, 429} or failed.status >= 500:
            return self._problem("That takes too long just now. Please try again in a minute.", 502, failed)
        return self._problem("The sign-in did not work.", 403, failed)

    def _problem(self, words: str, status: int, failed: CallError | None = None) -> ResponseReturnValue:
        return render_template("problem.html", words=words, failed=failed), status


def _name(signed_in: SignedIn | None) -> str:
    """As the shop greets: the platform has no names, but an organization may note one."""
    if signed_in is None:
        return ""
    metadata = signed_in.customer.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    return name if isinstance(name, str) and name else str(signed_in.customer.get("email", ""))


def _path(wanted: str) -> str:
    """A page of this shop, whatever the address says."""
    plain = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if plain else _DEFAULT_PAGE


def _with_cookie(answer: Response, session_id: str) -> Response:
    response = make_response(answer)
    response.set_cookie(COOKIE, session_id, httponly=True, samesite="Lax")
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
