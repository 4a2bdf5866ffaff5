"""From a signed-in customer to the storefront's own page: by code, query, fragment or form.

The platform's token is minted here, last, and is in nothing but the answer; with a code not even
then: it is minted when the storefront redeems the code (`flows/token.py`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from bridge.domain.deadline import Deadline
from bridge.domain.grant import Grant
from bridge.domain.hand_off import FormPost, HandOff, PlatformToken, Redirect, Visit
from bridge.domain.ports import TokenIssuer
from bridge.domain.session import session_digest
from bridge.domain.token_ports import Codes
from bridge.domain.utc import utc


@dataclass(frozen=True, slots=True, kw_only=True)
class ByCode:
    """A code of 256 bits, good for a minute and for one use."""

    store: str
    return_url: str
    codes: Codes
    token: Callable[[], str]

    def hand_off(self, visit: Visit, deadline: Deadline) -> HandOff:
        """See the port. A repeated callback gets a code of its own."""
        del deadline
        code = self.token()
        grant = Grant(
            store=self.store,
            identity=visit.identity,
            session=session_digest(visit.session),
            return_to=visit.return_to,
            reference=visit.reference,
            code_challenge=visit.binding.code_challenge,
            client_address=visit.client_address,
        )
        self.codes.put(code, grant)
        return Redirect(f"{self.return_url}?{_query({'code': code, **_goal(visit)})}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ByQuery:
    """As Commerce Layer's own identity page returns to its hosted applications."""

    return_url: str
    issuer: TokenIssuer
    now: Callable[[], float]

    def hand_off(self, visit: Visit, deadline: Deadline) -> HandOff:
        """See the port."""
        token = _issue(self.issuer, visit, deadline)
        given = {
            "accessToken": token.access_token.reveal(),
            "scope": token.scope,
            "expires": utc(int(self.now()) + token.expires_in),
        }
        return Redirect(f"{self.return_url}?{_query({**given, **_goal(visit)})}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ByFragment:
    """As RFC 6749 section 4.2.2 has it: what follows the # stays in the browser."""

    return_url: str
    issuer: TokenIssuer

    def hand_off(self, visit: Visit, deadline: Deadline) -> HandOff:
        """See the port."""
        given = _members(_issue(self.issuer, visit, deadline))
        return Redirect(f"{self.return_url}#{_query({**given, **_goal(visit)})}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ByForm:
    """A POST from the shopper's browser: the token is in no address and in no history."""

    return_url: str
    issuer: TokenIssuer

    def hand_off(self, visit: Visit, deadline: Deadline) -> HandOff:
        """See the port."""
        given = _members(_issue(self.issuer, visit, deadline))
        return FormPost(self.return_url, {**given, **_goal(visit)})


def _issue(issuer: TokenIssuer, visit: Visit, deadline: Deadline) -> PlatformToken:
    token = issuer.issue(visit, deadline)
    deadline.story.tell("minted", expires_in=token.expires_in)
    return token


def _members(token: PlatformToken) -> dict[str, str]:
    members = {
        "access_token": token.access_token.reveal(),
        "token_type": token.token_type,
        "expires_in": str(token.expires_in),
    }
    return {**members, "scope": token.scope} if token.scope else members


def _goal(visit: Visit) -> dict[str, str]:
    """Where the shopper wanted to go, and what the storefront gave us to hold."""
    goal = {"return_to": visit.return_to} if visit.return_to else {}
    return {**goal, "state": visit.binding.state} if visit.binding.state else goal


def _query(values: Mapping[str, str]) -> str:
    # A space as %20: what decodes a fragment by decodeURIComponent would keep a plus sign.
    return urlencode(values, quote_via=quote)
