"""Whether a name leads anywhere from this machine, for check-ups."""

import socket


def addresses_of(host: str) -> tuple[str, ...]:
    """Return the numeric addresses of `host`; none where it does not resolve. May take seconds."""
    try:
        found = socket.getaddrinfo(host, None, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError):
        return ()
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))
