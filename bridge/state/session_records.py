"""The text form of a session: a list whose first word is the store."""

import json
from base64 import b64decode
from binascii import b2a_base64

from bridge.domain.compact_json import compact
from bridge.domain.identity import IdentityKey
from bridge.domain.limits import SESSION_LIFE
from bridge.domain.secret import Secret
from bridge.domain.session import Session
from bridge.state.keys import MAX_HINT
from bridge.state.sealing import Seal


def session_text(session: Session, seal: Seal) -> str:
    """The ID token is sealed; one that is too large is left out."""
    hint = session.id_token.reveal()
    sealed = b2a_base64(seal.close(hint), newline=False).decode() if len(hint) <= MAX_HINT else ""
    fields = [
        session.store,
        session.connection,
        session.identity.issuer,
        session.identity.subject,
        session.sid,
        session.created_at,
        sealed,
        session.ends_at,
        session.idle,
    ]
    return compact(fields)


def session_of(text: str, seal: Seal) -> Session:
    """The reverse, without the id, which no text holds. A seal of forgotten keys leaves the hint empty."""
    store, connection, issuer, subject, sid, created_at, sealed, *times = json.loads(text)
    hint = seal.open(b64decode(sealed)) if sealed else None
    ends_at, idle = times or (created_at + SESSION_LIFE, 0)  # without: by an earlier version
    return Session(
        id="",
        store=store,
        connection=connection,
        identity=IdentityKey(issuer, subject),
        sid=sid,
        id_token=Secret(hint or ""),
        created_at=created_at,
        ends_at=ends_at,
        idle=idle,
    )
