"""Providers that put secrets where a careless relying party writes them down: the log must not repeat them."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.attacks.case import Case, refused, table
from tests.attacks.hostile.plan import Parameters, Plan, Reply, Turn
from tests.attacks.hostile.wire import status


@dataclass(frozen=True)
class Place:
    """Where a secret is put, and how the sign-in may end then."""

    plan: Callable[[Callable[[Turn], str]], Plan]
    code: str


SECRETS: dict[str, Callable[[Turn], str]] = {
    "code": lambda turn: turn.code,
    "client-secret": lambda turn: turn.client_secret,
    "access-token": lambda turn: turn.access_token,
    "verifier": lambda turn: turn.verifier,
}


def in_the_error(secret: Callable[[Turn], str]) -> Plan:
    def change(reply: Reply, turn: Turn) -> Reply:
        return status(400, f'{{"error":"{secret(turn)}"}}'.encode())(reply, turn)

    return Plan(replies={"token": change})


def in_the_media_type(secret: Callable[[Turn], str]) -> Plan:
    def change(reply: Reply, turn: Turn) -> Reply:
        return status(200, Content_Type=f"text/{secret(turn)}")(reply, turn)

    return Plan(replies={"token": change})


def in_the_status_line(secret: Callable[[Turn], str]) -> Plan:
    def change(reply: Reply, turn: Turn) -> Reply:
        line = f"HTTP/1.1 {secret(turn)} {secret(turn)}\r\n\r\n".encode()
        return Reply(raw=lambda wire: wire.send(line), endpoint=reply.endpoint)

    return Plan(replies={"token": change})


PLACES: dict[str, Place] = {
    "error": Place(in_the_error, "idp_response_invalid"),
    "media-type": Place(in_the_media_type, "idp_response_invalid"),
    "status-line": Place(in_the_status_line, "idp_unavailable"),
    "iss": Place(lambda secret: Plan(claims={"iss": secret}), "id_token_invalid"),
    "azp": Place(lambda secret: Plan(claims={"azp": secret}), "id_token_invalid"),
    "kid": Place(lambda secret: Plan(header={"kid": secret}), "id_token_invalid"),
    "alg": Place(lambda secret: Plan(header={"alg": secret}), "id_token_invalid"),
}
#: In the answer through the browser: everybody may write what they like, and a code is at hand.
FRONT: dict[str, tuple[Callable[[Turn], Parameters], str]] = {
    "callback-error": (lambda turn: [("error", turn.code)], "idp_error"),
    "callback-iss": (lambda turn: [("code", turn.code), ("iss", turn.code)], "issuer_mismatch"),
    "callback-name": (
        lambda turn: [("code", turn.code), (turn.code, "1"), (turn.code, "2")],
        "callback_malformed",
    ),
}


def in_the_answer(make: Callable[[Turn], Parameters]) -> Plan:
    def answer(parameters: Parameters, turn: Turn) -> Parameters:
        return [*(pair for pair in parameters if pair[0] == "state"), *make(turn)]

    return Plan(answer=answer)


CASES: list[Case] = [
    *(
        case
        for where, place in PLACES.items()
        for case in table(f"echo-{where}", refused(place.code), place.plan, SECRETS)
    ),
    *(
        case
        for name, (make, code) in FRONT.items()
        for case in table("echo", refused(code), in_the_answer, {name: make})
    ),
]
