"""Shoppers who sign in over and over at one relying party, each with a fresh cookie jar every time.

Run as a process of its own, since its cost is not the relying party's:
`python -m bench.shopper PLAN SHOPPERS SECONDS`, PLAN being `bench.journey.Plan` as JSON, prints JSON.
One thread and no framework: it shares the machine with those whom it measures.
"""

import json
import select
import socket
import sys
import time
from urllib.parse import urlsplit

from bench.journey import Journey, Plan, Request
from bench.wire import read_reply

HEADERS = {
    "Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "en-GB,en;q=0.5",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-User": "?1",
}
_PATIENCE = 30  # seconds in which somebody must have been answered


class Crowd:
    """All shoppers of one relying party, and how their sign-ins went."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.head = f"Host: {urlsplit(plan.start).netloc}\r\n"
        self.head += "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
        self.poll = select.epoll()
        self.people: dict[int, Shopper] = {}
        self.times: list[tuple[float, float]] = []  # milliseconds of both steps of each sign-in

    def connect(self, shopper: "Shopper") -> socket.socket:
        at = urlsplit(self.plan.start)
        connection = socket.create_connection((at.hostname, at.port or 80))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.poll.register(connection, select.EPOLLIN)
        self.people[connection.fileno()] = shopper
        return connection

    def shop(self, shoppers: int, seconds: float) -> float:
        """Nobody begins anew after `seconds`; returns the seconds until the last sign-in is finished."""
        busy = {Shopper(self, f"shopper{number}") for number in range(shoppers)}
        began = time.perf_counter()
        until = began + seconds
        for shopper in busy:
            shopper.begin()
        while busy:
            ready = self.poll.poll(_PATIENCE)
            if not ready:
                raise TimeoutError(f"{self.plan.start}: nobody was answered for {_PATIENCE} s")
            for descriptor, _ in ready:
                shopper = self.people[descriptor]
                if not shopper.hear():
                    continue
                self.times.append((shopper.spent[0], shopper.spent[1]))
                if time.perf_counter() < until:
                    shopper.begin()
                else:
                    busy.remove(shopper)
                    shopper.socket.close()
        self.poll.close()
        return time.perf_counter() - began


class Shopper:
    """One person: a connection that is kept, and the sign-in that is under way."""

    def __init__(self, crowd: Crowd, subject: str) -> None:
        self.crowd, self.subject = crowd, subject
        self.socket = crowd.connect(self)
        self.used = False  # the connection has carried an answer

    def begin(self) -> None:
        self.spent = [0.0, 0.0]
        self.journey = Journey(self.crowd.plan, self.subject)
        self.ask(self.journey.begin())

    def ask(self, request: Request) -> None:
        lines = f"Cookie: {request.cookie}\r\n" if request.cookie else ""
        if request.form:
            lines += "Content-Type: application/x-www-form-urlencoded\r\n"
            lines += f"Content-Length: {len(request.form)}\r\n"
        method = "POST" if request.form else "GET"
        head = f"{method} {request.target} HTTP/1.1\r\n{self.crowd.head}{lines}\r\n"
        self.asked = (head + request.form).encode()
        self.received = b""
        self.began = time.perf_counter()
        self.socket.sendall(self.asked)

    def hear(self) -> bool:
        """Takes what has come; true when the sign-in is finished."""
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            data = b""
        self.received += data
        reply = read_reply(self.received, ended=not data)
        if reply is None:
            if not data:
                self.ask_again()
            return False
        self.spent[self.journey.step] += (time.perf_counter() - self.began) * 1000
        self.used = True
        request = self.journey.follow(reply)
        if reply.closes:
            self.connect_again()
        if request:
            self.ask(request)
        return request is None

    def ask_again(self) -> None:
        """A kept connection may be closed at the moment it is used: browsers then ask once more."""
        if not self.used or self.received:
            raise ConnectionError(f"{self.crowd.plan.start}: closed without an answer")
        self.connect_again()
        self.socket.sendall(self.asked)

    def connect_again(self) -> None:
        self.socket.close()
        self.socket = self.crowd.connect(self)
        self.used = False


def main(plan: Plan, shoppers: int, seconds: float) -> None:
    crowd = Crowd(plan)
    took = crowd.shop(shoppers, seconds)
    print(json.dumps({"times": crowd.times, "seconds": took}))


if __name__ == "__main__":
    main(Plan(**json.loads(sys.argv[1])), int(sys.argv[2]), float(sys.argv[3]))
