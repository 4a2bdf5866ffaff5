"""A check-up of what stands around the servers: Sentinels, and a Cluster's state."""

from collections.abc import Callable, Iterator
from typing import Any

import redis

from bridge.domain.finding import Finding
from bridge.domain.refusal import Refused
from bridge.state.connecting import asked
from bridge.state.slots import SLOTS
from bridge.state.whereabouts import Whereabouts

_FEWEST = 3  # Sentinels, or primaries, of which one may go


def sentinel_check(where: Whereabouts, about: dict[str, str], subject: str) -> Iterator[Finding]:
    """Whether these Sentinels can do a failover. `about` is the primary's INFO."""
    told: dict[str, str] = {}
    for place in where.places:
        name = "{}:{}".format(*place)
        try:
            quorum, flat = asked(
                where,
                place,
                ("SENTINEL", "CKQUORUM", where.master),
                ("SENTINEL", "MASTER", where.master),
                sentinel=True,
            )
        except redis.RedisError as error:
            silent = isinstance(error, redis.ConnectionError | redis.TimeoutError)
            yield Finding(
                "warning" if silent else "failed",
                subject,
                f"the Sentinel {name} {'does not answer' if silent else 'cannot do a failover'} ({error})",
                "Start it, or take it out of redis.url."
                if silent
                else "Start the other Sentinels: a majority of all that know each other must be there.",
                "Without a majority nobody can sign in once the primary fails.",
            )
            continue
        told = told or dict(zip(flat[::2], flat[1::2], strict=False))
        yield Finding("ok", subject, f"the Sentinel {name} could do a failover ({str(quorum)[:60]})")
    if not told:
        return
    sentinels = int(told.get("num-other-sentinels", "0")) + 1
    if sentinels < _FEWEST:
        yield Finding(
            "warning",
            subject,
            f"only {sentinels} Sentinels watch {where.master}",
            "Run three or more, on machines that do not fail together.",
            "When one is lost together with the primary, no majority is left for a failover.",
        )
    if int(told.get("num-slaves", "0")) < 1:
        yield Finding(
            "failed",
            subject,
            f"{where.master} has no replica",
            "Start one: replicaof HOST PORT.",
            "There is nothing to fail over to.",
        )
    if about and "min_slaves_good_slaves" not in about:
        yield Finding(
            "warning",
            subject,
            "min-replicas-to-write is not set",
            "Set min-replicas-to-write 1 and min-replicas-max-lag 10 on every server.",
            "A primary that is cut off from the others goes on taking writes, which a failover throws away.",
        )


def cluster_check(primaries: dict[str, Callable[..., Any]], subject: str) -> Iterator[Finding]:
    """Whether each server finds its Cluster whole, and each primary has a replica."""
    for name, command in primaries.items():
        try:
            said = _pairs(command("CLUSTER", "INFO"))
            replicas = int(_pairs(command("INFO", "replication")).get("connected_slaves", "0"))
        except Refused as refused:
            yield Finding("warning", subject, f"{name}: cannot be asked about the Cluster ({refused.detail})")
            continue
        assigned = int(said.get("cluster_slots_assigned", "0"))
        failing = int(said.get("cluster_slots_fail", "0")) + int(said.get("cluster_slots_pfail", "0"))
        if said.get("cluster_state") != "ok" or assigned < SLOTS or failing:
            yield Finding(
                "failed",
                subject,
                f"{name}: cluster_state is {said.get('cluster_state')}, {assigned} of {SLOTS} slots are"
                f" assigned, {failing} are failing",
                "See redis-cli --cluster check HOST:PORT, and start the servers that are missing.",
                "Sign-ins whose keys are in those slots are refused.",
            )
        if not replicas:
            yield Finding(
                "warning",
                subject,
                f"{name}: has no replica",
                "Add one: redis-cli --cluster add-node NEW HOST:PORT --cluster-slave",
                "When it fails, everybody whose keys it has cannot sign in until it is back.",
            )
    if len(primaries) < _FEWEST:
        yield Finding(
            "warning",
            subject,
            f"only {len(primaries)} servers have slots",
            "Use three or more primaries.",
            "A failover needs the votes of most primaries.",
        )
    else:
        yield Finding("ok", subject, f"a Cluster of {len(primaries)} primaries")


def _pairs(told: Any) -> dict[str, str]:
    if isinstance(told, dict):
        return {str(name): str(value) for name, value in told.items()}
    return dict(line.split(":", 1) for line in str(told).splitlines() if ":" in line)
