"""How the suite ends a test: by the requests it received, and by nothing else."""

from tests.conformance.module import Module

DISCOVERY = ".well-known/openid-configuration"
PASSED = "PASSED"
SKIPPED = "SKIPPED"


def completed(module: Module, *, times: int = 1) -> str:
    """A positive test ends when userinfo is called, and waits for ever when it is not."""
    if module.failures:
        return "FAILED: " + "; ".join(module.failures)
    if module.requests.count("userinfo") < times:
        return "WAITING: userinfo was not called after " + ", ".join(module.requests)
    return PASSED


def stopped_at_id_token(module: Module) -> str:
    """A negative test starts to wait when it issues the bad ID token; a call to userinfo fails it."""
    if module.failures:
        return "FAILED: " + "; ".join(module.failures)
    if "userinfo" in module.requests:
        return "FAILED: userinfo was called after a bad ID token"
    if not module.access_tokens:
        return "WAITING: no ID token was issued after " + ", ".join(module.requests)
    return PASSED


def completed_or_skipped(module: Module) -> str:
    """Where a relying party may decline: it either completes the flow, or stops at the ID token."""
    return SKIPPED if stopped_at_id_token(module) == PASSED else completed(module)


def stopped_at_discovery(module: Module) -> str:
    """The test starts to wait when discovery is fetched; a call to authorize fails it."""
    if module.failures or "authorize" in module.requests:
        return "FAILED: " + "; ".join([*module.failures, *module.requests])
    return PASSED if DISCOVERY in module.requests else "WAITING: discovery was not fetched"


def signed_out(module: Module) -> str:
    """The end session endpoint was called, with what was registered and a hint of this run."""
    if module.failures:
        return "FAILED: " + "; ".join(module.failures)
    if "end_session" not in module.requests:
        return "WAITING: end_session was not called after " + ", ".join(module.requests)
    return PASSED
