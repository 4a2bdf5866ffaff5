"""What a check-up says of a configuration that can be used, and yet may not do what its operator means.

What must not be is a fault (agreement.py); what may be right, and seldom is, stands here. Asks nobody.
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from bridge.domain.finding import Finding
from bridge.domain.loopback import is_loopback
from bridge.settings.advice_secrets import secret_advice, today_of
from bridge.settings.declaration import Settings
from bridge.settings.urls import parse_web_url


def advice(settings: Settings, path: Path, now: float) -> Iterator[Finding]:
    """All findings about the settings that were read from `path`; `now` in seconds since the epoch."""
    yield Finding("ok", "configuration", counted(settings))
    yield from secret_advice(settings, path, today_of(now))
    yield from _development(settings)
    yield from _public_address(settings)
    yield from _proxies(settings)
    yield from _form_post(settings)
    yield from _unused(settings)
    yield from _same_address(settings)
    yield from _email_trust(settings)


def counted(settings: Settings) -> str:
    """How many of what there are."""
    connections, stores = len(settings.connections), len(settings.stores)
    return f"{connections} connection{'s' * (connections != 1)}, {stores} store{'s' * (stores != 1)}"


def _development(settings: Settings) -> Iterator[Finding]:
    if not settings.server.development:
        return
    url = parse_web_url(settings.server.public_url)
    outside = not is_loopback(url.host)
    yield Finding(
        "failed" if outside else "warning",
        "server",
        "server.development is true" + (", and public_url is one for the world" if outside else ""),
        "Set server.development = false, or take it out; never true in production.",
        "Plain http is taken on this machine's own addresses, and providers and stores may lead to them."
        + ("" if url.scheme == "https" else " Cookies lose Secure and their __Host- name."),
    )


def _public_address(settings: Settings) -> Iterator[Finding]:
    url = parse_web_url(settings.server.public_url)
    if url.scheme == "https" and is_loopback(url.host):
        yield Finding(
            "warning",
            "server",
            "server.public_url is an address of this machine: browsers elsewhere cannot come back to it",
            'Set server.public_url to the address at which browsers reach the bridge, such as "https://sso.'
            'example.com", and register the new redirect URIs at each provider.',
            "People would sign in at the provider and end on an error of their browser.",
        )
    elif "." not in url.host and ":" not in url.host and not is_loopback(url.host):
        yield Finding(
            "warning",
            "server",
            "server.public_url has a host without a dot: only your own network can know it",
            "Write the full name, and register the new redirect URIs at each provider.",
        )


def _proxies(settings: Settings) -> Iterator[Finding]:
    url = parse_web_url(settings.server.public_url)
    if url.scheme == "https" and not settings.server.trusted_proxies:
        yield Finding(
            "warning",
            "server",
            "server.trusted_proxies is empty, while public_url is https: something in front of the bridge"
            " ends TLS (bridge serve speaks plain http, on 127.0.0.1 by default)",
            'List the networks of what stands in front: trusted_proxies = ["127.0.0.1/32"] for a proxy on'
            ' this machine, ["10.0.0.0/8"] or the like for a load balancer. Never 0.0.0.0/0.',
            "X-Forwarded-For is not read, so every shopper has the proxy's address: limits by address count"
            " all shoppers together (too_many_requests), and logs name the proxy.",
        )
    for network in settings.server.trusted_proxies:
        if network.is_global and network.num_addresses > 2**16 and network.version == 4:
            yield Finding(
                "warning",
                "server",
                f"server.trusted_proxies holds {network}, which is a large part of the Internet",
                "List the addresses of your own proxies alone.",
                "Who sends from there can choose the address that limits count and logs name.",
            )


def _form_post(settings: Settings) -> Iterator[Finding]:
    if settings.server.public_url.startswith("https://"):
        return
    for name, connection in settings.connections.items():
        if connection.response_mode == "form_post":
            yield Finding(
                "warning",
                f"connections.{name}",
                "response_mode is form_post without https: browsers send the cookie with such a post from"
                " another site only if it is SameSite=None, and that only with https",
                f'Set connections.{name}.response_mode = "query", or public_url to an https address.',
                "Sign-ins end in cookie_missing unless provider and bridge share a site (127.0.0.1).",
            )


def _unused(settings: Settings) -> Iterator[Finding]:
    used = {name for store in settings.stores.values() for name in store.connections}
    for name in settings.connections:
        if name not in used:
            yield Finding(
                "warning",
                f"connections.{name}",
                "no store lists this connection: nobody can sign in through it",
                f'Add it to a store, stores.NAME.connections = [..., "{name}"], or take its table out.',
                "People of its e-mail domains are sent elsewhere, or find no way in.",
            )


def _same_address(settings: Settings) -> Iterator[Finding]:
    by_url: dict[str, list[str]] = defaultdict(list)
    for name, store in settings.stores.items():
        by_url[store.url].append(name)
    for names in by_url.values():
        if len(names) > 1:
            yield Finding(
                "warning",
                f"stores.{names[-1]}",
                f"stores {', '.join(names)} have the same url",
                "Right only where one shop has several entrances with connections of their own; else set"
                f" stores.{names[-1]}.url to its own address.",
                "Each store has customers' links of its own: a person could become two customers of a shop.",
            )


def _email_trust(settings: Settings) -> Iterator[Finding]:
    for name, connection in settings.connections.items():
        path = f"connections.{name}"
        if connection.email_trust == "asserted" and "*" in connection.domains:
            yield Finding(
                "warning",
                path,
                'email_trust is "asserted" and domains is ["*"]: the provider may claim any address there is',
                f'Set {path}.email_trust = "verified", or list the domains that this provider owns.',
                "Whoever can write an address into the provider signs in as that customer of the store.",
            )
        needing = [
            store
            for store, one in settings.stores.items()
            if name in one.connections
            and not one.customers.claim
            and (one.customers.match_email or one.customers.create)
        ]
        if connection.email_trust == "never" and needing:
            why = " (the default for Entra ID)" if connection.provider == "entra" else ""
            yield Finding(
                "warning",
                path,
                f'email_trust is "never"{why}: at the store{"s" * (len(needing) > 1)} {", ".join(needing)}'
                " nobody new can be found or created by e-mail",
                f'Set {path}.email_trust = "verified"'
                + (
                    ", with the optional claims email and xms_edov (Entra admin center > App registrations >"
                    " the app > Token configuration)"
                    if connection.provider == "entra"
                    else ""
                )
                + '; or "asserted" where the provider\'s administrators alone choose addresses; or name a'
                " claim in stores.NAME.customers.claim.",
                "Everybody who is not linked yet ends in email_not_trusted.",
            )
