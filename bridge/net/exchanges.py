"""libcurl on the event loop: an exchange that waits for its answer holds no thread."""

import asyncio

import pycurl

from bridge.net.names import Names

#: Connections kept open, to all servers together.
_KEPT = 256
_READS, _WRITES = (pycurl.POLL_IN, pycurl.POLL_INOUT), (pycurl.POLL_OUT, pycurl.POLL_INOUT)


class Exchanges:
    """Exchanges of one event loop, which share their connections (libcurl's multi interface)."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.names = Names(loop)
        self._timer: asyncio.TimerHandle | asyncio.Handle | None = None
        self._ends: dict[pycurl.Curl, asyncio.Future[None]] = {}
        self._multi = multi = pycurl.CurlMulti()
        multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        multi.setopt(pycurl.M_TIMERFUNCTION, self._wake_in)
        multi.setopt(pycurl.M_MAXCONNECTS, _KEPT)

    async def perform(self, curl: pycurl.Curl) -> None:
        """As `Curl.perform`. Raises `pycurl.error`."""
        end = self._ends[curl] = self.loop.create_future()
        try:
            self._multi.add_handle(curl)
            await end
        finally:
            del self._ends[curl]
            self._multi.remove_handle(curl)

    def _watch(self, what: int, file: int, _multi: object, _known: object) -> None:
        """What libcurl wants to hear of a socket, from now on."""
        if what in _READS:
            self.loop.add_reader(file, self._go_on, file, pycurl.CSELECT_IN)
        else:
            self.loop.remove_reader(file)
        if what in _WRITES:
            self.loop.add_writer(file, self._go_on, file, pycurl.CSELECT_OUT)
        else:
            self.loop.remove_writer(file)

    def _wake_in(self, milliseconds: int) -> None:
        """When libcurl wants to be called, at the latest; not from here."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if milliseconds == 0:
            self._timer = self.loop.call_soon(self._go_on, pycurl.SOCKET_TIMEOUT, 0)
        elif milliseconds > 0:
            self._timer = self.loop.call_later(milliseconds / 1000, self._go_on, pycurl.SOCKET_TIMEOUT, 0)

    def _go_on(self, file: int, event: int) -> None:
        self._multi.socket_action(file, event)
        more = 1
        while more:
            more, succeeded, failed = self._multi.info_read()
            for curl in succeeded:
                self._end(curl, None)
            for curl, code, message in failed:
                self._end(curl, pycurl.error(code, message))

    def _end(self, curl: pycurl.Curl, error: pycurl.error | None) -> None:
        end = self._ends.get(curl)
        if end is None or end.done():
            return
        if error is None:
            end.set_result(None)
        else:
            end.set_exception(error)
