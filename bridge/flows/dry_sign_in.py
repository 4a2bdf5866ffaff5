"""A dry sign-in: begun at the command line, answered through a running bridge, ended at the command line.

Nobody is signed in: there is no cookie, no session and no link, so an answer that somebody forged or sent
again has nothing to win. What it costs is one test.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bridge.domain.attempt import Attempt
from bridge.domain.callback import Callback
from bridge.domain.deadline import Deadline
from bridge.domain.dry_sign_in import NO_STORE, dry_state
from bridge.domain.ports import DrySignIns, IdentityProvider
from bridge.domain.refusal import Reason, Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class DrySignIn:
    """Both ends of it: what the command does, and what the bridge does."""

    providers: Mapping[str, IdentityProvider]
    dry_sign_ins: DrySignIns
    now: Callable[[], float]
    token: Callable[[], str]

    def begin(self, connection: str, seconds: int, deadline: Deadline) -> tuple[Attempt, str]:
        """An attempt that stays with the caller, and the address to sign in at. Raises `Refused`.

        Its nonce and its verifier never leave this process; Redis only learns that somebody waits.
        """
        attempt = Attempt.new(
            store=NO_STORE, connection=connection, return_to="/", now=self.now(), token=self.token
        )
        attempt = replace(attempt, state=dry_state(self.token))
        url = self.providers[connection].authorize_url(attempt, "", deadline)
        self.dry_sign_ins.expect(attempt.state, connection, seconds)
        return attempt, url

    def arrive(self, callback: Callback) -> None:
        """An answer that a browser brought. Raises `Refused` where no command waits for it."""
        if not self.dry_sign_ins.answer(callback):
            refused = Refused(Reason.ATTEMPT_EXPIRED, "no `bridge connections test` waits for this answer")
            refused.recorded = True  # anybody can cause it at will; the audit stream is not for that
            raise refused
