"""A logout token, opened and judged (OpenID Connect Back-Channel Logout 1.0)."""

from collections.abc import Callable

from bridge.domain.connection import Connection
from bridge.domain.deadline import Deadline
from bridge.domain.id_token import ClaimFault
from bridge.domain.jws import TokenFault, UnverifiedToken
from bridge.domain.logout_token import ExpectedLogout, LogoutNotice, verify_logout
from bridge.domain.refusal import Reason, Refused
from bridge.idp.decryption import opened
from bridge.idp.published import Published


def logout_notice(
    compact: str, connection: Connection, published: Published, now: Callable[[], float], deadline: Deadline
) -> LogoutNotice:
    """What it says. Raises `Refused(LOGOUT_TOKEN_INVALID)`, or another where the keys cannot be had."""
    try:
        token = UnverifiedToken.parse(opened(compact, connection.decryption_keys))
        algorithms = connection.signing_algs or published.metadata.get(deadline).signing_algs
        expected = ExpectedLogout(connection=connection, algorithms=algorithms, now=now())
        return verify_logout(token, expected, lambda one: published.verify_signature(one, deadline))
    except (TokenFault, ClaimFault) as fault:
        raise Refused(Reason.LOGOUT_TOKEN_INVALID, str(fault)) from None
