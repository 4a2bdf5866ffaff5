"""Sign-out: the provider's own page, and the one that clients send people to (RP-Initiated Logout 1.0)."""

from urllib.parse import urlencode, urlsplit

from flask import Flask, redirect, render_template, request, session
from flask.typing import ResponseReturnValue

from bridge.demo.idp.backchannel import Notifier
from bridge.demo.idp.memory import Memory, Session
from bridge.demo.idp.options import Client, IdpOptions
from bridge.demo.idp.parameters import repeated
from bridge.demo.idp.steps import step
from bridge.demo.loopback import refuse_other_origins


def add_routes(app: Flask, options: IdpOptions, memory: Memory, notify: Notifier) -> None:
    """The start page, `/signout` and the end session endpoint."""
    door = _Door(options, memory, notify)
    app.add_url_rule("/", endpoint="home", view_func=lambda: redirect("/signout", 303))
    app.add_url_rule("/signout", view_func=door.show)
    app.add_url_rule("/signout", view_func=door.sign_out, methods=["POST"])
    app.add_url_rule("/end-session", view_func=door.end_session, methods=["GET", "POST"])


class _Door:
    """The way out."""

    def __init__(self, options: IdpOptions, memory: Memory, notify: Notifier) -> None:
        self._options, self._memory, self._notify = options, memory, notify

    def show(self) -> ResponseReturnValue:
        return render_template("signout.html", known=self._session(), back="")

    def sign_out(self) -> ResponseReturnValue:
        refuse_other_origins()
        self._end(session.get("sid", ""))
        back = session.pop("back", "")
        if back and request.form.get("back") == back:
            return redirect(back, 303)
        return render_template("signed_out.html")

    def end_session(self) -> ResponseReturnValue:
        values = request.form if request.method == "POST" else request.args
        hint = self._memory.keys.read_own(values.get("id_token_hint", ""), self._options.issuer)
        client_id = str(hint["aud"]) if hint else values.get("client_id", "")
        agree = not repeated(values) and values.get("client_id", client_id) == client_id
        client = self._options.client(client_id)
        back = _way_back(client, values.get("post_logout_redirect_uri", ""), values.get("state", ""))
        if back is None or not agree:
            # Signed out of nothing unasked, and sent nowhere.
            step("sign out", error="invalid_request", client=client_id)
            words = "The application asked to go on to an address that is not registered for it."
            return render_template("problem.html", title="This sign-out cannot go on", words=words), 400
        known = self._session()
        if hint is None or (known is not None and hint.get("sid") != known.sid):
            # Anybody can link here; without proof that a client of this session asks, the person is asked.
            session["back"] = back
            return render_template("signout.html", known=known, back=back)
        self._end(str(hint.get("sid", "")), asked_by=client_id)
        return redirect(back, 303) if back else render_template("signed_out.html")

    def _session(self) -> Session | None:
        return self._memory.session(session.get("sid", ""))

    def _end(self, sid: str, *, asked_by: str = "") -> None:
        ended = self._memory.sign_out(sid)
        if session.get("sid") == sid:
            session.pop("sid")
        if ended is not None:
            step("sign out", subject=ended.person.subject, client=asked_by)
            self._notify.session_ended(ended, but_not=asked_by)


def _way_back(client: Client | None, wanted: str, state: str) -> str | None:
    """The address to go on to, "" for none wanted, None for one that is not registered."""
    if not wanted:
        return ""
    if client is None or wanted not in client.post_logout_redirect_uris:
        return None
    if not state:
        return wanted
    return wanted + ("&" if urlsplit(wanted).query else "?") + urlencode({"state": state})
