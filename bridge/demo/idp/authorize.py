"""The authorization endpoint: judge the request, let a person choose, answer with a code."""

import secrets

from flask import Flask, redirect, render_template, request, session
from flask.typing import ResponseReturnValue

from bridge.demo.idp.answer import answer, answer_error
from bridge.demo.idp.judging import RequestRefusedError, Unanswerable, judge
from bridge.demo.idp.memory import AuthorizationRequest, Memory, Session
from bridge.demo.idp.options import IdpOptions
from bridge.demo.idp.steps import step


def add_routes(app: Flask, options: IdpOptions, memory: Memory) -> None:
    """The endpoint itself, and the page where the person chooses."""
    desk = _Desk(options, memory)
    app.add_url_rule("/authorize", view_func=desk.authorize, methods=["GET", "POST"])
    app.add_url_rule("/choose", view_func=desk.choose, methods=["POST"])
    # Reloading the page after a choice must not end on "method not allowed".
    app.add_url_rule("/choose", endpoint="stray", view_func=lambda: redirect("/", 303), methods=["GET"])


class _Desk:
    """Where people are received; each method is one turn of the conversation."""

    def __init__(self, options: IdpOptions, memory: Memory) -> None:
        self._options, self._memory = options, memory

    def authorize(self) -> ResponseReturnValue:
        values = request.form if request.method == "POST" else request.args
        browser = session.setdefault("browser", secrets.token_urlsafe(12))
        try:
            asked = judge(values, self._options, browser=browser, now=self._memory.clock())
        except Unanswerable as wrong:  # no address to trust: the person is told, not the client
            step("refused", why=wrong)
            return render_template("problem.html", title="This sign-in cannot start", words=str(wrong)), 400
        except RequestRefusedError as refused:
            step("refused", error=refused.error, why=refused.description)
            return answer_error(
                self._options, self._memory, refused.reply, refused.error, refused.description
            )
        step(
            "authorize",
            client=asked.client_id,
            scope=" ".join(sorted(asked.scopes)),
            prompt=" ".join(sorted(asked.prompts)),
            login_hint=asked.login_hint,
        )
        return self._begin(asked)

    def choose(self) -> ResponseReturnValue:
        waiting, choice = request.form.get("waiting", ""), request.form.get("choice", "")
        asked = self._memory.waiting(waiting, session.get("browser", ""), self._options.request_lifetime)
        if asked is None:
            words = "The page was open too long, or belongs to another browser. Start again at the store."
            return render_template("problem.html", title="This page has expired", words=words), 400
        if choice == "cancel":
            step("cancel", client=asked.client_id)
            return answer_error(self._options, self._memory, asked, "access_denied", "the person cancelled")
        known = self._fresh_session(asked)
        if choice == "continue" and known is not None:
            return self._give_code(asked, known)
        person = self._options.person(request.form.get("person", ""))
        if person is None:
            return self._people_page(asked, waiting)
        signed_in = self._memory.sign_in(person, self._session())
        session["sid"] = signed_in.sid
        step("sign in", subject=person.subject)
        return self._give_code(asked, signed_in)

    def _begin(self, asked: AuthorizationRequest) -> ResponseReturnValue:
        known = self._fresh_session(asked)
        if "none" in asked.prompts:
            if known is None:
                return answer_error(
                    self._options, self._memory, asked, "login_required", "nobody is signed in here"
                )
            return self._give_code(asked, known)
        waiting = self._memory.wait(asked)
        if known is None or asked.prompts & {"login", "select_account"} or _hints_at_another(asked, known):
            return self._people_page(asked, waiting)
        if self._options.silent:
            return self._give_code(asked, known)
        client = self._options.client(asked.client_id)
        return render_template("continue.html", waiting=waiting, person=known.person, client=client)

    def _people_page(self, asked: AuthorizationRequest, waiting: str) -> ResponseReturnValue:
        hinted = [person for person in self._options.people if _is_hinted(asked, person.email)]
        others = [person for person in self._options.people if person not in hinted]
        return render_template(
            "choose.html",
            waiting=waiting,
            people=hinted + others,
            hinted=hinted,
            hint=asked.login_hint,
            client=self._options.client(asked.client_id),
            known=self._session(),
            again="login" in asked.prompts,
        )

    def _give_code(self, asked: AuthorizationRequest, who: Session) -> ResponseReturnValue:
        step("code", client=asked.client_id, subject=who.person.subject, mode=asked.response_mode)
        return answer(self._options, self._memory, asked, {"code": self._memory.grant(asked, who)})

    def _session(self) -> Session | None:
        return self._memory.session(session.get("sid", ""))

    def _fresh_session(self, asked: AuthorizationRequest) -> Session | None:
        """The browser's session, unless it is older than the request allows."""
        known = self._session()
        if known is None or asked.max_age is None:
            return known
        return known if self._memory.clock() - known.auth_time <= asked.max_age else None


def _is_hinted(asked: AuthorizationRequest, email: str | None) -> bool:
    return email is not None and asked.login_hint.casefold() == email.casefold()


def _hints_at_another(asked: AuthorizationRequest, known: Session) -> bool:
    return bool(asked.login_hint) and not _is_hinted(asked, known.person.email)
