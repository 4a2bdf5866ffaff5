"""HTTP/1.1 as a relying party answers a browser: as much of it as a shopper looks at."""

from dataclasses import dataclass

_HEAD_END = b"\r\n\r\n"
_EMPTY = (204, 304)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer without its body."""

    status: int
    location: str
    cookies: tuple[str, ...]  # the values of Set-Cookie
    closes: bool  # the connection is of no use afterwards


def read_reply(data: bytes, *, ended: bool = False) -> Reply | None:
    """The answer that `data` is, or `None` while some of it is missing; `ended` when no more will come.

    Raises `ValueError` for what is no HTTP, and for bytes behind the answer: nobody asked for a second one.
    """
    head, found, body = data.partition(_HEAD_END)
    if not found:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    version, _, rest = first.partition(" ")
    fields: dict[str, str] = {}
    cookies = []
    for line in lines:
        name, _, value = line.partition(":")
        if name.lower() == "set-cookie":
            cookies.append(value.strip())
        else:
            fields[name.lower()] = value.strip()
    status = int(rest[:3])
    length = "0" if status in _EMPTY else fields.get("content-length", "")
    closes = version == "HTTP/1.0" or "close" in fields.get("connection", "").lower()
    if "chunked" in fields.get("transfer-encoding", "").lower():
        complete = _chunks_end(body) == len(body)
    elif length:
        complete = len(body) == int(length)
        if len(body) > int(length):
            raise ValueError("more than one answer to one request")
    else:
        closes, complete = True, ended
    return Reply(status, fields.get("location", ""), tuple(cookies), closes) if complete else None


def _chunks_end(body: bytes) -> int:
    """Where the last chunk ends; -1 while it is missing."""
    at = 0
    while (line := body.find(b"\r\n", at)) >= 0:
        size = int(body[at:line].split(b";")[0], 16)
        at = line + 2 + size + 2
        if size == 0:
            return at if at <= len(body) else -1
    return -1
