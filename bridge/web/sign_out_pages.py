"""The pages of a sign-out: whether it is meant, and what became of it."""

from urllib.parse import urlencode

from werkzeug.wrappers import Response

from bridge.domain.sign_out import UNFINISHED
from bridge.domain.store import Store
from bridge.flows.sign_out import Receipt
from bridge.web.pages import page

READ = 10  # seconds to read that not everything was ended, before the browser goes on


def confirm(store: Store, return_to: str) -> Response:
    """Whether it is meant: a link from anywhere leads here, and changes nothing."""
    return page("sign_out.html", store.name, store=store, host=_host(store), return_to=return_to)


def no_ticket(store: Store) -> Response:
    """Somebody who came here without a sign-out of this browser. Claims nothing, and leads nowhere else."""
    return page("no_sign_out.html", store.name, store=store, host=_host(store))


def receipt_page(receipt: Receipt, state: str) -> Response:
    """What was ended. With a `state` the store's own sign-out comes next, by itself."""
    store = receipt.store
    lines = [("signed_out.bridge", "")]
    if receipt.label and receipt.provider != "unknown":
        lines.append((f"signed_out.provider_{receipt.provider}", receipt.label))
    if state:
        lines.append(("signed_out.store_next", _host(store)))
    elif not receipt.has_sign_out:
        lines.append(("signed_out.store_ended", _host(store)))
    else:
        lines.append(("signed_out.store_itself", _host(store)))
    return page(
        "signed_out.html",
        store.name,
        store=store,
        host=_host(store),
        lines=lines,
        unfinished=receipt.provider in UNFINISHED,
        onward=f"/signed-out/{store.name}?{urlencode({'state': state, 'read': '1'})}" if state else "",
        seconds=READ,
    )


def _host(store: Store) -> str:
    return store.url.split("/")[2]
