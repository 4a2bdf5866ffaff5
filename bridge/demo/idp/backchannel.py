"""Tell clients that a session has ended (OpenID Connect Back-Channel Logout 1.0)."""

import http.client
import secrets
import threading
from urllib.parse import urlencode, urlsplit

from bridge.demo.idp.memory import Memory, Session
from bridge.demo.idp.options import Client, IdpOptions
from bridge.demo.idp.steps import step

_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_TIMEOUT = 5.0


class Notifier:
    """Sends logout tokens to the clients of a session that registered an address for them."""

    def __init__(self, options: IdpOptions, memory: Memory) -> None:
        """Nothing is sent yet."""
        self._options, self._memory = options, memory

    def session_ended(self, session: Session, *, but_not: str = "") -> None:
        """Tell them, without keeping the person waiting; `but_not` is the client that asked for the end."""
        for client in self._options.clients:
            if client.client_id in session.clients - {but_not} and client.backchannel_logout_uri:
                told = threading.Thread(target=self._tell, args=(client, session), daemon=True)
                told.start()

    def _tell(self, client: Client, session: Session) -> None:
        now = int(self._memory.clock())
        token = self._memory.keys.current.sign(
            {
                "iss": self._options.issuer,
                "sub": session.person.subject,
                "sid": session.sid,
                "aud": client.client_id,
                "iat": now,
                "exp": now + 120,
                "jti": secrets.token_urlsafe(16),
                "events": {_EVENT: {}},
            },
            typ="logout+jwt",
        )
        target = urlsplit(client.backchannel_logout_uri)
        line = http.client.HTTPConnection(target.hostname or "", target.port, timeout=_TIMEOUT)
        try:
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            line.request("POST", target.path or "/", urlencode({"logout_token": token}), headers)
            step("logout to", client=client.client_id, status=line.getresponse().status)
        except OSError as failed:
            step("logout to", client=client.client_id, why=failed)
        finally:
            line.close()
