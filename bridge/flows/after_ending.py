"""What is done about a session that ended: the store hears of it, the platform takes back what it gave."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bridge.domain.deadline import Deadline
from bridge.domain.ending_work import PATIENCE, EndingQueue, EndingWork
from bridge.domain.http import Http, HttpFailure, HttpReply, HttpRequest
from bridge.domain.ports import TokenIssuer
from bridge.domain.refusal import Refused
from bridge.domain.session_ports import Sessions
from bridge.domain.token_ports import Renewals
from bridge.domain.webhook import Webhook, headers, retry_after, session_ended

#: Seconds until something that failed is tried again: after the first failure, the second, and so on.
WAITS = (1, 5, 30, 120, 600, 1800, 3600)
#: By so much of itself each wait is longer or shorter: what failed together must not come back together.
JITTER = 0.2
#: Seconds that a receiver has for its answer, and a platform for one session's tokens. Both, with what
#: Redis takes, end well within `CLAIM_LIFE`.
ANSWER_LIMIT, REVOKE_LIMIT = 10.0, 8.0
#: Seconds until a look where a receiver holds as many threads as it may; counts as no attempt.
BUSY_WAIT = 1.0
_GONE = 410
_LOG = logging.getLogger("bridge")


@dataclass(frozen=True, slots=True)
class Receiver:
    """A store's webhook, and the way to it."""

    webhook: Webhook
    http: Http

    def send(self, event: str, body: bytes, now: float, deadline: Deadline) -> HttpReply:
        """One attempt. Raises `HttpFailure`."""
        request = HttpRequest(
            "POST",
            self.webhook.url,
            headers(self.webhook, event, body, now),
            body,
            time_limit=ANSWER_LIMIT,
            size_limit=64_000,
            kind="webhook",
        )
        return self.http.send(request, deadline)


@dataclass(frozen=True, slots=True)
class _Told:
    """What came of telling the store."""

    told: bool = True
    fault: str = ""
    wait: float = 0.0  # seconds, at least, before the next attempt
    busy: bool = False
    gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterEnding:
    """Each step may be done again, by another process, after this one died in its midst."""

    queue: EndingQueue
    sessions: Sessions
    renewals: Renewals
    issuers: Mapping[str, TokenIssuer]
    receivers: Mapping[str, Receiver]  # of the stores that have a webhook
    now: Callable[[], float]
    monotonic: Callable[[], float]
    random: Callable[[], float]  # from 0 to 1

    def do(self, work: EndingWork) -> None:
        """Does what is left to do, and notes what could not be done. Raises `Refused` without Redis."""
        self.sessions.end(work.ending.ref)  # whoever announced it may have died before
        # The store first: it can stop serving the person. The platform's tokens are the bridge's alone.
        told = _Told() if work.told else self._tell(work)
        if told.busy:
            self.queue.put_back(work, BUSY_WAIT)
            return
        kept = self._take_back(replace(work, told=told.told), is_news=told.told and not work.told)
        fault = "; ".join(one for one in (told.fault, kept) if one)
        work = replace(work, told=told.told, fault=fault)
        if kept or not told.told:
            self._again(replace(work, attempts=work.attempts + 1), told.wait)
        elif told.gone:
            self._bury(replace(work, told=False))  # who revives it wants it told
        else:
            self.queue.finish(work)

    def _tell(self, work: EndingWork) -> _Told:
        receiver = self.receivers.get(work.ending.store)
        if receiver is None:
            return _Told()
        try:
            reply = receiver.send(
                work.id, session_ended(work), self.now(), Deadline(ANSWER_LIMIT, self.monotonic)
            )
        except HttpFailure as failure:
            if failure.kind == "busy":
                return _Told(told=False, busy=True)
            return self._untold(work, f"webhook: {failure}"[:200])
        if 200 <= reply.status < 300:
            self.queue.add("delivered")
            return _Told()
        if reply.status == _GONE:
            # Told, as far as another attempt goes: it does not want to hear of it.
            return _Told(fault="webhook: status 410, the receiver wants no more of it", gone=True)
        return self._untold(work, f"webhook: status {reply.status}", retry_after(reply, self.now()))

    def _untold(self, work: EndingWork, fault: str, wait: float = 0.0) -> _Told:
        self.queue.add("failed")
        told = {"store": work.ending.store, "reference": work.id, "detail": fault}
        _LOG.warning("webhook_failed", extra=told)
        return _Told(told=False, fault=fault, wait=wait)

    def _take_back(self, work: EndingWork, *, is_news: bool) -> str:
        """Why what the platform gave for the session could not be taken back; empty where it was."""
        ref, issuer = work.ending.ref, self.issuers.get(work.ending.store)
        if issuer is not None and (tokens := self.renewals.refresh_tokens(ref)):
            if is_news:
                self.queue.put_back(work, ANSWER_LIMIT + REVOKE_LIMIT)  # who dies from here on told it once
            deadline = Deadline(REVOKE_LIMIT, self.monotonic)
            for grant, token in tokens.items():
                try:
                    issuer.revoke(token, deadline)
                except Refused as refused:
                    return f"revocation: {refused.reason.value} ({refused.detail})"[:200]
                self.renewals.taken_back(ref, grant)
        self.renewals.forget(ref)
        return ""

    def _again(self, work: EndingWork, wait: float) -> None:
        usual = WAITS[min(work.attempts, len(WAITS)) - 1] * (1 + JITTER * (2 * self.random() - 1))
        seconds = max(usual, wait)
        if self.now() + seconds < work.since + PATIENCE:
            self.queue.put_back(work, seconds)
        else:
            self._bury(work)

    def _bury(self, work: EndingWork) -> None:
        self.queue.give_up(work)
        self.queue.add("dead")
        _LOG.error(
            "ending_given_up",
            extra={"store": work.ending.store, "reference": work.id, "detail": work.fault},
        )
