"""Security headers for every answer."""

from bridge.web.lean import Answer


def policy(*, scripts: str = "", form_action: str = "'self'", frame_ancestors: str = "'none'") -> str:
    """No script at all, styles from ourselves only, never in a frame, forms to ourselves only."""
    return (
        f"default-src 'none'; {scripts}style-src 'self'; img-src 'self'; form-action {form_action}; "
        f"frame-ancestors {frame_ancestors}; base-uri 'none'"
    )


#: What a 401 asks for (RFC 7617).
CHALLENGE = ("WWW-Authenticate", 'Basic realm="bridge", charset="UTF-8"')
_NO_FRAMES = "frame-ancestors 'none'"
_POLICY = ("Content-Security-Policy", policy())
_ALWAYS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
)
_NOT_STORED = ("Cache-Control", "no-store")
_HTTPS = ("Strict-Transport-Security", "max-age=31536000")
_FRAMES = ("X-Frame-Options", "DENY")  # for browsers that do not know frame-ancestors


def secure(answer: Answer, *, https: bool) -> None:
    """Adds them; answers are never stored unless the view said otherwise (static files)."""
    lines = [*_ALWAYS, _HTTPS] if https else [*_ALWAYS]
    given = {name.lower(): value for name, value in answer.headers}
    own = given.get("content-security-policy")
    if own is None:
        lines.append(_POLICY)
    if own is None or _NO_FRAMES in own:
        lines.append(_FRAMES)
    if "cache-control" not in given:
        lines.append(_NOT_STORED)
    answer.fixed = lines


def plain(*, https: bool) -> list[tuple[bytes, bytes]]:
    """The same as ASGI wants them, for answers that no view gave."""
    lines = (*_ALWAYS, _POLICY, _FRAMES, _NOT_STORED, *((_HTTPS,) if https else ()))
    return [(name.lower().encode(), value.encode()) for name, value in lines]
