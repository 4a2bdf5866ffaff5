"""Security headers for every answer."""

from werkzeug.wrappers import Response


def policy(*, scripts: str = "", form_action: str = "'self'") -> str:
    """No script at all, styles from ourselves only, never in a frame, forms to ourselves only."""
    return (
        f"default-src 'none'; {scripts}style-src 'self'; img-src 'self'; form-action {form_action}; "
        "frame-ancestors 'none'; base-uri 'none'"
    )


_POLICY = ("Content-Security-Policy", policy())
_ALWAYS = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
)
_HTTPS = ("Strict-Transport-Security", "max-age=31536000")


def secure(response: Response, *, https: bool) -> Response:
    """Adds them; answers are never stored unless the view said otherwise (static files)."""
    response.headers.extend(_ALWAYS)
    if _POLICY[0] not in response.headers:
        response.headers.add(*_POLICY)
    if https:
        response.headers.add(*_HTTPS)
    if "Cache-Control" not in response.headers:
        response.headers.add("Cache-Control", "no-store")
    return response
