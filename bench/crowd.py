"""A crowd at one store: sign-ins that begin at a steady rate, or all at once, however long each takes.

Run as a process of its own: `python -m bench.crowd BRIDGE_PORT STORE NUMBER SECONDS` prints for each
sign-in its milliseconds and how it ended, as JSON; with 0 seconds all begin at once.
"""

import asyncio
import json
import sys
import time
from urllib.parse import parse_qs, urlsplit

from bench.shopper import HEADERS

SUBJECTS = 32
_HEAD = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())


async def _get(port: int, path: str, cookie: str = "") -> tuple[int, dict[str, str]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        line = f"Cookie: {cookie}\r\n" if cookie else ""
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n{_HEAD}{line}\r\n".encode()
        )
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    finally:
        writer.close()
    status, *lines = head.split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return int(status.split()[1]), headers


async def sign_in(port: int, store: str, number: int) -> tuple[float, str]:
    """Milliseconds, and "signed_in" or the refusal's code."""
    began = time.perf_counter()
    status, headers = await _get(port, f"/login/{store}?return_to=/cart")
    if status == 303:
        query = parse_qs(urlsplit(headers["location"]).query)
        code = f"shopper{number % SUBJECTS}.{query['nonce'][0]}"
        path = f"/callback/{store}?code={code}&state={query['state'][0]}"
        status, headers = await _get(port, path, headers["set-cookie"].partition(";")[0])
    signed_in = "/login/token/" in headers.get("location", "")
    end = "signed_in" if signed_in else headers.get("bridge-refusal", f"status {status}")
    return (time.perf_counter() - began) * 1000, end


async def main(port: int, store: str, number: int, seconds: float) -> None:
    tasks = []
    began = time.perf_counter()
    for one in range(number):
        await asyncio.sleep(max(0.0, began + seconds * one / number - time.perf_counter()))
        tasks.append(asyncio.create_task(sign_in(port, store, one)))
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    told = [end if isinstance(end, tuple) else (0.0, type(end).__name__) for end in ends]
    print(json.dumps(told))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4])))
