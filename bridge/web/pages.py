"""What people see: the one renderer of refusals, and the questions before a sign-in."""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Request, jsonify, render_template
from werkzeug.wrappers import Response

from bridge.domain.binding import UNBOUND, Binding
from bridge.domain.connection import Connection
from bridge.domain.hand_off import FormPost
from bridge.domain.refusal import WRONG_ACCOUNT, Reason
from bridge.domain.store import Store
from bridge.flows.choosing import Note
from bridge.flows.steps import Choose
from bridge.web.headers import policy
from bridge.web.languages import Language
from bridge.web.lean import Redirect, current_request
from bridge.web.look import looks

RETRY_AFTER = 10  # seconds; for refusals that end by themselves
#: After these the provider's answer may still be good, or its outcome be known soon: it is tried again.
UNFINISHED = frozenset({Reason.STATE_UNAVAILABLE, Reason.ATTEMPT_BUSY})


@dataclass(frozen=True, slots=True)
class WayBack:
    """Where a refused shopper can go from here."""

    store: str = ""  # the store's address
    again: str = ""  # the path that begins the sign-in anew
    other: str = ""  # the path to the choice between the store's connections, where it has several
    other_account: bool = False  # whether the provider asks for the account when it begins anew
    name: str = ""  # the store's name, for its look
    same: bool = False  # whether this very address can be asked again, and by a link


def way_back(
    store: Store | None,
    connection: str = "",
    return_to: str = "",
    *,
    binding: Binding = UNBOUND,
    other_account: bool = False,
) -> WayBack:
    """The way back to a store, if it is known which."""
    if store is None:
        return WayBack()
    if store.storefront.needs_challenge and not binding.code_challenge:
        return WayBack(store.url, name=store.name)  # only the storefront's own page can begin anew
    return WayBack(
        store.url,
        sign_in_path(store, connection, return_to, binding=binding),
        _other_way(store, return_to, binding),
        other_account,
        store.name,
    )


def sign_in_path(
    store: Store, connection: str, return_to: str, login_hint: str = "", *, binding: Binding = UNBOUND
) -> str:
    """The link that begins a sign-in."""
    pairs = [("connection", connection), ("return_to", return_to), ("login_hint", login_hint)]
    pairs += binding.query.items()
    query = [(name, value) for name, value in pairs if value]
    return f"/login/{store.name}" + (f"?{urlencode(query)}" if query else "")


def _other_way(store: Store, return_to: str, binding: Binding) -> str:
    """The link that lets the shopper choose, whatever would decide otherwise."""
    if len(store.connections) == 1:
        return ""
    goal = {"return_to": return_to} if return_to else {}
    return f"/login/{store.name}?{urlencode({'connection': '', **goal, **binding.query})}"


def refusal(
    request: Request,
    reason: Reason,
    reference: str,
    back: WayBack,
    *,
    retry_after: int = 0,
    as_json: bool = False,
) -> Response:
    """A refusal as page or JSON (contract section 4). Looks at the reason only, never at a detail."""
    words, store = reason.words, back.name or current_request().notes.store
    if as_json or _wants_json(request):
        text = looks().language(request, store)
        message = sentence(text, reason)
        response: Response = _in(text, jsonify(error=reason.value, message=message, reference=reference))
    else:
        other_account = back.other_account and reason in WRONG_ACCOUNT
        again = back.again if words.retry or other_account else ""
        response = page(
            "refusal.html",
            store,
            code=reason.value,
            reference=reference,
            back=back,
            again=again,
            repeat=back.same and reason in UNFINISHED,
            other_account=other_account,
        )
    response.status_code = words.status
    response.headers["Bridge-Refusal"] = reason.value
    if words.status in (429, 503):
        response.headers["Retry-After"] = str(retry_after or RETRY_AFTER)
    return response


def question(choose: Choose) -> Response:
    """A field for the e-mail address, the connections as links, or both."""
    asked, store = choose.question, choose.store
    some = 1 < len(asked.connections) < len(store.connections)
    response = page(
        "choose.html" if asked.connections else "email.html",
        store.name,
        store=store,
        ways=[
            (
                one.label,
                sign_in_path(store, one.name, choose.return_to, choose.login_hint, binding=choose.binding),
            )
            for one in asked.connections
        ],
        by_email=asked.by_email,
        note=asked.note and f"email.{asked.note.value}",
        typed=choose.login_hint,
        return_to=choose.return_to,
        binding=choose.binding.query,
        other=_other_way(store, choose.return_to, choose.binding) if some else "",
    )
    response.status_code = 400 if asked.note is Note.NOT_AN_ADDRESS else 200
    return response


def arrived(connection: Connection) -> Response:
    """The end of a dry sign-in, to whoever signed in at the provider: who reads their details now."""
    return page("arrived.html", label=connection.label)


def leaving(url: str, *, out: bool = False) -> Response:
    """On to the provider, from one of our forms; `out` for its sign-out.

    Browsers hold `form-action 'self'` against redirects that follow a form, too (Chromium, WebKit). To allow
    every provider there would tell who they are; a page that leads on by itself does not.
    """
    return page("leaving.html", url=url, group="leaving_out" if out else "leaving")


def see_other(url: str) -> Response:
    """Without a body: the address may hold a one-time token or an ID token, and a body is one place more to
    leak from.
    """
    return Redirect(url)


def form_post(hand_off: FormPost) -> Response:
    """The form that takes a token to the storefront: by itself, or by its button where scripts are off.

    Its script is a file of ours, and the form may lead to the storefront only.
    """
    scheme, _, host, *_path = hand_off.url.split("/")
    response = page("form_post.html", url=hand_off.url, fields=hand_off.fields, host=host)
    response.headers["Content-Security-Policy"] = policy(
        scripts="script-src 'self'; ", form_action=f"{scheme}//{host}"
    )
    return response


def page(template: str, store_name: str | None = None, /, **values: object) -> Response:
    """A page in the language of whoever asks and in the look of the store; that of the request by default.

    In the template, `text("key")` is the text of a key of domain/page_texts.py.
    """
    name = current_request().notes.store if store_name is None else store_name
    look, text = looks().of(name), looks().language(current_request(), name)
    html = render_template(template, text=text, look=look, **values)
    return _in(text, Response(html, mimetype="text/html"))


def sentence(text: Language, reason: Reason) -> str:
    """What a refusal says, as plain text."""
    said = f"refusal.{reason.value}"
    return text("refusal.sentence", title=text(f"{said}.title"), message=text(f"{said}.message"))


def _in(text: Language, response: Response) -> Response:
    response.headers["Content-Language"] = text.tag
    response.headers.add("Vary", "Accept-Language")
    return response


def _wants_json(request: Request) -> bool:
    accept = request.headers.get("Accept", "")
    return "application/json" in accept and "text/html" not in accept
