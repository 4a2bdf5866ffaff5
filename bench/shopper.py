"""One shopper: signs in over and over, with a fresh cookie jar each time.

Run as a process of its own, since its cost is not the bridge's:
`python -m bench.shopper BRIDGE_PORT SHOPPERS SECONDS` prints the times of each sign-in as JSON.
"""

import http.client
import json
import sys
import threading
import time
from urllib.parse import parse_qs, urlsplit

HEADERS = {
    "Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "en-GB,en;q=0.5",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-User": "?1",
}


def sign_in(connection: http.client.HTTPConnection, subject: str) -> tuple[float, float]:
    """Milliseconds of `/login` and of `/callback`. Raises `RuntimeError` when it did not work."""
    began = time.perf_counter()
    connection.request("GET", "/login/bench?return_to=/cart", headers=HEADERS)
    reply = connection.getresponse()
    reply.read()
    middle = time.perf_counter()
    query = parse_qs(urlsplit(reply.headers["Location"]).query)
    cookie = reply.headers["Set-Cookie"].partition(";")[0]
    path = f"/callback/bench?code={subject}.{query['nonce'][0]}&state={query['state'][0]}"
    connection.request("GET", path, headers={**HEADERS, "Cookie": cookie})
    reply = connection.getresponse()
    reply.read()
    if "/login/token/" not in reply.headers.get("Location", ""):
        raise RuntimeError(f"not signed in: {reply.status} {reply.headers}")
    return (middle - began) * 1000, (time.perf_counter() - middle) * 1000


def main(port: int, shoppers: int, seconds: float) -> None:
    times: list[tuple[float, float]] = []
    until = time.perf_counter() + seconds

    def shop(subject: str) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while time.perf_counter() < until:
            times.append(sign_in(connection, subject))
        connection.close()

    threads = [threading.Thread(target=shop, args=(f"shopper{number}",)) for number in range(shoppers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps(times))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
