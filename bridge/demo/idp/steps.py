"""The provider's own log: one line for each step of the protocol, never a code, token or secret."""

import logging


def step(what: str, **facts: object) -> None:
    """Log a step, such as `authorize  client=bridge scope=openid`."""
    told = " ".join(f"{name}={value}" for name, value in facts.items() if value not in {None, ""})
    logging.getLogger("bridge.demo.idp").info("%-10s %s", what, told)
