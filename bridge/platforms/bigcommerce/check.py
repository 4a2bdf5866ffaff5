"""What `bridge check` says of a BigCommerce store."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from bridge.domain.deadline import Deadline
from bridge.domain.finding import Finding
from bridge.domain.http import Http, HttpFailure, HttpReply, HttpRequest
from bridge.domain.refusal import Reason, Refused
from bridge.domain.strict_json import JsonFault, parse_object
from bridge.platforms.bigcommerce.account import Account
from bridge.platforms.bigcommerce.api import Api
from bridge.platforms.bigcommerce.clock import SUSPICIOUS, StoreClock
from bridge.platforms.bigcommerce.customers import Customers

_ACCOUNTS = "BigCommerce control panel > Settings > API > API accounts"
#: What client secrets of API accounts look like; client ids are shorter and hold other letters.
_SECRET = re.compile(r"[0-9a-f]{64}")
_NOBODY_NEW = "People whom the store does not know yet cannot be looked up or created."
_NO_LOGIN = "The store would say no more than Invalid login, or show its login page, at each sign-in."


def check_account(subject: str, account: Account) -> Iterator[Finding]:
    """What can be seen without asking: values that were put in each other's place."""
    key, secret = f"{subject}.bigcommerce", account.client_secret.reveal()
    token = account.access_token.reveal() if account.access_token is not None else ""
    same = [name for name, value in (("client_id", account.client_id), ("access_token", token))
            if value == secret]  # fmt: skip
    if same or (_SECRET.fullmatch(account.client_id) and not _SECRET.fullmatch(secret)):
        words = (
            f"client_secret and {same[0]} are the same" if same else "client_id looks like a client secret"
        )
        yield Finding(
            "failed",
            subject,
            f"{words}: they were put in each other's place",
            f"Copy Client ID, Client secret and Access token of the API account once more ({_ACCOUNTS}; they"
            f" are shown once, in the file that is offered for download) into the table {key}.",
            _NO_LOGIN,
        )


def check_clock(subject: str, clock: StoreClock, deadline: Deadline) -> Iterator[Finding]:
    """Raises `Refused` when the store's API does not answer at all."""
    offset = clock.offset.get(deadline)
    good = abs(offset.seconds) <= SUSPICIOUS
    yield Finding(
        "ok" if good else "warning",
        subject,
        f"the store's clock is {offset.seconds:+.1f} s from ours ({offset.source}); tokens follow it",
        "" if good else "Synchronise this machine's clock (NTP): BigCommerce's is right.",
        ""
        if good
        else "A login token lives for 30 s of the store's clock; while that is not known, ours is used.",
    )


def check_api(
    subject: str, account: Account, api: Api, customers: Customers, deadline: Deadline
) -> Iterator[Finding]:
    """Raises `Refused` when the API does not answer."""
    if not api.available:
        yield Finding(
            "warning",
            subject,
            "no access_token: only known customers sign in",
            f"Create an API account with the scope Customers: modify ({_ACCOUNTS} > Create API account) and"
            f" set {subject}.bigcommerce.access_token.",
            _NOBODY_NEW,
        )
        return
    reply = api.call("GET", "/v3/customers?email%3Ain=bridge-check%40example.invalid&limit=1", None, deadline)
    fault = _fault(subject, account, reply.status)
    if fault is not None:
        yield fault
        return
    customers.find("bridge-check@example.invalid", deadline)  # as a sign-in does it
    yield Finding("ok", subject, f"the Customers API answers (channel {account.channel_id})")
    yield from _channel(subject, account, api, deadline)


def not_tried(subject: str) -> Finding:
    """The one thing that no request can find out without a customer."""
    return Finding(
        "note",
        subject,
        "client_id, client_secret and the scope Customers Login cannot be tried without a customer",
        f"bridge check --customer {subject.removeprefix('stores.')}=CUSTOMER_ID opens a login token"
        " for that customer, and keeps no session.",
    )


def try_login(subject: str, url: str, http: Http, deadline: Deadline) -> Iterator[Finding]:
    """Opens `url`, a login token's address, as a browser would; its cookies are kept nowhere."""
    try:
        reply = http.send(HttpRequest("GET", url), deadline)
    except HttpFailure as failure:
        raise Refused(Reason.STORE_UNAVAILABLE, f"the storefront: {failure}") from None
    if _is_signed_in(reply):
        yield Finding("ok", subject, "the store signed the customer in: secret, scope and channel are right")
        return
    yield Finding(
        "failed",
        subject,
        "the store did not take a login token for this customer",
        "It does not say why. See in this order: client_id and client_secret are of one API account; that"
        f" has the scope Customers Login: login (store_v2_customers_login; {_ACCOUNTS}); store_hash and"
        " channel_id are this storefront's; the customer exists and may sign in on this channel.",
        _NO_LOGIN,
    )


def _is_signed_in(reply: HttpReply) -> bool:
    """Stencil leads to /login.php and Catalyst to /login?error=… where it fails."""
    path = urlsplit(reply.headers.get("location", "")).path if 300 <= reply.status < 400 else ""
    return bool(path) and path not in ("/login.php", "/login", "/login/")


def _fault(subject: str, account: Account, status: int) -> Finding | None:
    key = f"{subject}.bigcommerce"
    path = f"{account.api_url}/stores/{account.store_hash}/v3/"
    if status == 401:
        return Finding(
            "failed",
            subject,
            "BigCommerce does not accept the access token for this store (401)",
            f"Compare {key}.access_token with the API account, and store_hash with its API path ({path});"
            f" {_ACCOUNTS}. A token is shown once: if it is lost, create a new account.",
            _NOBODY_NEW,
        )
    if status == 403:
        return Finding(
            "failed",
            subject,
            "the access token may not read customers (403): its API account lacks a scope",
            f"Give the API account the scope Customers: modify (store_v2_customers), and Information &"
            f" settings: read-only (store_v2_information_read_only), at {_ACCOUNTS}.",
            _NOBODY_NEW,
        )
    if status == 404:
        return Finding(
            "failed",
            subject,
            "BigCommerce knows no store of this store_hash (404)",
            f"Set {key}.store_hash to the part after stores/ in the API account's API path"
            f" ({_ACCOUNTS}; or in the control panel's address, store-HASH.mybigcommerce.com).",
            _NOBODY_NEW + " " + _NO_LOGIN,
        )
    return None


def _channel(subject: str, account: Account, api: Api, deadline: Deadline) -> Iterator[Finding]:
    reply = api.call("GET", f"/v3/channels/{account.channel_id}", None, deadline)
    where = "BigCommerce control panel > Channel manager; the number is in the channel's address"
    if reply.status == 404:
        yield Finding(
            "failed",
            subject,
            f"the store has no channel {account.channel_id}",
            f"Set {subject}.bigcommerce.channel_id to this storefront's channel ({where}).",
            "The login token names the channel, and the store drops one for another without a word.",
        )
    elif reply.status == 200 and _status(reply) in (
        "inactive",
        "disconnected",
        "archived",
        "deleted",
        "terminated",
    ):
        yield Finding(
            "warning",
            subject,
            f"the store's channel {account.channel_id} is {_status(reply)}",
            f"Activate it, or set {subject}.bigcommerce.channel_id to another ({where}).",
            "Shoppers may not reach this storefront.",
        )
    elif reply.status in (401, 403):
        yield Finding(
            "note",
            subject,
            f"whether there is a channel {account.channel_id} is not known: the token may not look",
            "Nothing if it is right; the scope Channel settings: read-only"
            " (store_channel_settings_read_only) lets the check look.",
        )


def _status(reply: HttpReply) -> str:
    try:
        data = parse_object(reply.body).get("data")
    except JsonFault:
        return ""
    status = data.get("status") if isinstance(data, dict) else ""
    return status if isinstance(status, str) else ""
