"""A crowd at one store, in one thread: its cost is not the bridge's, but it shares the machine.

Run as a process of its own. It prints for each sign-in its milliseconds and how it ended, as JSON.

- `python -m bench.crowd BRIDGE_PORT STORE NUMBER SECONDS`: sign-ins begin at a steady rate however long
  each takes; with 0 seconds all begin at once.
- `python -m bench.crowd BRIDGE_PORT STORE NUMBER busy SHOPPERS SUBJECTS`: so many shoppers sign in one
  after the other, each on a kept connection, until the number is reached.
"""

import asyncio
import json
import sys
import time
from itertools import count
from urllib.parse import parse_qs, urlsplit

from bench.shopper import HEADERS

SUBJECTS = 32
_HEAD = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
End = tuple[float, str]


class Browser:
    """One connection to the bridge; without `keep` a new one for each request."""

    def __init__(self, port: int, *, keep: bool = False) -> None:
        self._port = port
        self._keep = keep
        self._open: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str, cookie: str = "") -> tuple[int, dict[str, str]]:
        """Status and headers; of a header that comes twice the first."""
        reader, writer = self._open or await asyncio.open_connection("127.0.0.1", self._port)
        self._open = None
        try:
            lines = f"Cookie: {cookie}\r\n" if cookie else ""
            lines += "" if self._keep else "Connection: close\r\n"
            writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{_HEAD}{lines}\r\n".encode())
            status, headers = _parsed(await reader.readuntil(b"\r\n\r\n"))
            if self._keep:
                await reader.readexactly(int(headers.get("content-length", "0")))
                self._open = reader, writer
        finally:
            if self._open is None:
                writer.close()
        return status, headers

    async def sign_in(self, store: str, subject: str) -> End:
        """Milliseconds, and "signed_in" or the refusal's code."""
        began = time.perf_counter()
        status, headers = await self.get(f"/login/{store}?return_to=/cart")
        if status == 303:
            query = parse_qs(urlsplit(headers["location"]).query)
            path = f"/callback/{store}?code={subject}.{query['nonce'][0]}&state={query['state'][0]}"
            status, headers = await self.get(path, headers["set-cookie"].partition(";")[0])
        signed_in = "/login/token/" in headers.get("location", "")
        end = "signed_in" if signed_in else headers.get("bridge-refusal", f"status {status}")
        return (time.perf_counter() - began) * 1000, end


def _parsed(head: bytes) -> tuple[int, dict[str, str]]:
    status, *lines = head.decode("latin-1").split("\r\n")
    headers: dict[str, str] = {}
    for name, _, value in (line.partition(":") for line in lines):
        headers.setdefault(name.lower(), value.strip())
    return int(status.split()[1]), headers


async def arriving(port: int, store: str, number: int, seconds: float) -> list[End]:
    """They come at a steady rate, whether or not others wait."""
    tasks = []
    began = time.perf_counter()
    for one in range(number):
        await asyncio.sleep(max(0.0, began + seconds * one / number - time.perf_counter()))
        tasks.append(asyncio.create_task(Browser(port).sign_in(store, f"shopper{one % SUBJECTS}")))
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    return [end if isinstance(end, tuple) else (0.0, type(end).__name__) for end in ends]


async def busy(port: int, store: str, number: int, shoppers: int, subjects: int) -> list[End]:
    """Each begins again as soon as it is signed in."""
    numbers, ends = count(), list[End]()

    async def shop() -> None:
        browser = Browser(port, keep=True)
        while (one := next(numbers)) < number:
            ends.append(await browser.sign_in(store, f"shopper{one % subjects}"))

    await asyncio.gather(*(shop() for _ in range(shoppers)))
    return ends


def main(port: str, store: str, number: str, *how: str) -> list[End]:
    if how[0] == "busy":
        return asyncio.run(busy(int(port), store, int(number), int(how[1]), int(how[2])))
    return asyncio.run(arriving(int(port), store, int(number), float(how[0])))


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
