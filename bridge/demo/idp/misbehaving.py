"""The token endpoint's faults that are not about the token itself."""

import time
from collections.abc import Iterator

from flask import Response, jsonify, redirect
from flask.typing import ResponseReturnValue

from bridge.demo.idp.faults import Fault
from bridge.demo.idp.options import IdpOptions

_TICK = 0.2  # seconds


def misbehave(options: IdpOptions, fault: Fault) -> ResponseReturnValue | None:
    """What to answer in place of the right thing, or None when this fault is not about that."""
    match fault:
        case Fault.TOKEN_500:
            return jsonify(error="server_error"), 500
        case Fault.TOKEN_SLOW:
            return Response(_drip(options.slow_seconds), mimetype="application/json")
        case Fault.TOKEN_REDIRECT:
            return redirect(f"{options.issuer}/elsewhere", 307)
        case Fault.TOKEN_HTML:
            return Response("<!doctype html><title>Maintenance</title>Back soon.", mimetype="text/html")
        case Fault.TOKEN_HUGE:
            return Response((b" " * 65536 for _ in range(512)), mimetype="application/json")
    return None


def pause(seconds: float) -> None:
    """Wait as a slow machine would."""
    time.sleep(seconds)


def _drip(seconds: float) -> Iterator[bytes]:
    """A byte now and then: each one resets a time limit that counts from the last byte only."""
    yield b'{"access_token": "'
    for _ in range(max(1, int(seconds / _TICK))):
        time.sleep(_TICK)
        yield b"x"
    yield b'", "token_type": "Bearer"}'
