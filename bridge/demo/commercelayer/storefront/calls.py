"""What the storefront's server asks of others: the bridge for tokens, the platform for the customer."""

import base64
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

from bridge.demo.commercelayer.storefront.options import StorefrontOptions

_TIMEOUT = 15.0  # seconds
_LARGEST = 1 << 18  # bytes of an answer
_JSON_API = "application/vnd.api+json"
_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
_JSON = {"Content-Type": "application/json", "Accept": "application/json"}


class CallError(RuntimeError):
    """No good answer. `status` is 0 when there was none; `code` is the other side's own name for it."""

    def __init__(self, words: str, status: int = 0, code: str = "", reference: str = "") -> None:
        super().__init__(words)
        self.status, self.code, self.reference = status, code, reference


@dataclass(frozen=True)
class Token:
    """What the bridge gave."""

    access_token: str
    expires_in: int  # seconds
    customer_id: str
    handle: str
    scope: str
    return_to: str
    sid: str  # what the bridge calls the session; nobody can sign in by it


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A secret or a token must not follow where an answer points."""

    def redirect_request(self, *_: Any) -> None:
        return None


class Calls:
    """Each method is one request."""

    def __init__(self, options: StorefrontOptions) -> None:
        """Nothing is asked yet."""
        self._options = options
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects())

    def redeem(self, code: str, verifier: str) -> Token:
        """The token for a one-time code. Raises CallError."""
        return self._token({"grant_type": "authorization_code", "code": code, "code_verifier": verifier})

    def renew(self, handle: str) -> Token:
        """A fresh token. Raises CallError."""
        return self._token({"grant_type": "refresh_token", "refresh_token": handle})

    def customer(self, token: str, customer_id: str) -> dict[str, object]:
        """What the platform tells its customer of themselves. Raises CallError."""
        headers = {"Accept": _JSON_API, "Authorization": f"Bearer {token}"}
        url = f"{self._options.api_url}/api/customers/{quote(customer_id, safe='')}"
        told = self._ask("GET", url, None, headers)
        data = told.get("data")
        attributes = data.get("attributes") if isinstance(data, dict) else None
        if not isinstance(data, dict) or not isinstance(attributes, dict):
            raise CallError("the platform answered with something else than a customer")
        return {"id": data.get("id"), **attributes}

    def revoke(self, token: str) -> None:
        """End a token before its time. Raises CallError."""
        body = json.dumps({"client_id": self._options.client_id, "token": token}).encode()
        self._ask("POST", f"{self._options.auth_url}/oauth/revoke", body, _JSON)

    def _token(self, parameters: dict[str, str]) -> Token:
        options = self._options
        credentials = f"{quote_plus(options.store)}:{quote_plus(options.handoff_secret)}"
        basic = {"Authorization": "Basic " + base64.b64encode(credentials.encode()).decode()}
        url = f"{options.bridge_url}/token/{options.store}"
        told = self._ask("POST", url, urlencode(parameters).encode(), {**_FORM, **basic})
        try:
            return Token(
                access_token=str(told["access_token"]),
                expires_in=int(told["expires_in"]),
                customer_id=str(told["customer_id"]),
                handle=str(told.get("refresh_token", "")),
                scope=str(told.get("scope", "")),
                return_to=str(told.get("return_to", "")),
                sid=str(told.get("sid", "")),
            )
        except (KeyError, TypeError, ValueError):
            raise CallError("the bridge answered with something else than a token") from None

    def _ask(self, method: str, url: str, body: bytes | None, headers: dict[str, str]) -> dict[str, Any]:
        request = urllib.request.Request(url, body, headers, method=method)  # noqa: S310 - our own addresses
        try:
            with self._opener.open(request, timeout=_TIMEOUT) as answer:
                told = json.loads(answer.read(_LARGEST))
        except urllib.error.HTTPError as refused:
            with refused:
                raise _refusal(refused) from None
        except (OSError, ValueError) as failed:
            raise CallError(f"no answer ({type(failed).__name__})") from None
        if not isinstance(told, dict):
            raise CallError("the answer is not an object")
        return told


def _refusal(answer: urllib.error.HTTPError) -> CallError:
    """The bridge has `error` and `reference` (RFC 6749 5.2), the platform a list of errors."""
    try:
        told = json.loads(answer.read(_LARGEST))
        if "errors" in told:
            return CallError("the platform refused", answer.code, str(told["errors"][0]["code"]))
        code, reference = str(told.get("error", "")), str(told.get("reference", ""))
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return CallError("refused without a reason", answer.code)
    return CallError("the bridge refused", answer.code, code, reference)
