"""The keys of [server.limits]: how much of the bridge one address, and one connection, may use."""

from pydantic import Field

from bridge.settings.table import Table


class LimitsSettings(Table):
    """How often something may happen in a minute, counted in Redis for all processes; 0 for no limit.

    See docs/limits.md. Behind a proxy set server.trusted_proxies, or all shoppers count as one address.
    """

    starts_per_address: int = Field(
        default=600,
        ge=0,
        le=1_000_000,
        description="Sign-ins that one address may begin (of IPv6: one /64). A company's people often share"
        " one: as many as come within the busiest minute must fit in.",
        examples=[3000],
    )
    starts_per_connection: int = Field(
        default=6000,
        ge=0,
        le=10_000_000,
        description="Sign-ins that may begin at one connection, whoever begins them: fewer than its provider"
        " itself takes, so that nobody can use that up.",
        examples=[1200],
    )
    failures_per_address: int = Field(
        default=300,
        ge=0,
        le=1_000_000,
        description="Answers without a sign-in that is under way in that browser, logout tokens that are"
        " none, and sign-outs without a session, each counted for itself, that one address may send. Real"
        " ones are heard all the same.",
        examples=[60],
    )
