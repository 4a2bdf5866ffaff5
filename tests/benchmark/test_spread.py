"""Customers of one store spread over a Cluster by the arithmetic that the Cluster itself uses."""

from collections import Counter
from pathlib import Path

import pytest

from bench.cluster import SLOTS, start_cluster, url_of
from bench.spread import CUSTOMERS, customers, kind, link_people, primary_of, shares, taken, uneven
from bridge.domain.identity import IdentityKey
from bridge.state.cluster import RedisCluster
from bridge.state.keys import Keys
from bridge.state.links import RedisLinks

KEYS = Keys("bridge")


def test_uneven_is_the_largest_against_the_mean() -> None:
    assert uneven([5, 5, 5]) == 1
    assert uneven([9, 0, 0]) == 3
    assert uneven([2, 1]) == pytest.approx(4 / 3)
    assert uneven([0, 0]) == 0


@pytest.mark.parametrize("primaries", [1, 3, 6, 12])
def test_every_slot_has_one_primary_and_they_are_neighbours(primaries: int) -> None:
    held = [primary_of(slot, primaries) for slot in range(SLOTS)]
    assert held == sorted(held)
    assert set(held) == set(range(primaries))
    assert max(Counter(held).values()) - min(Counter(held).values()) <= 1


@pytest.mark.parametrize("primaries", [3, 6, 12])
def test_customers_of_one_store_spread_over_all_primaries(primaries: int) -> None:
    held = shares(customers(50_000), primaries)
    assert sum(held) == 50_000
    assert uneven(held) < CUSTOMERS


def test_kinds_of_keys() -> None:
    identity = IdentityKey("https://idp.example", "ada")
    assert kind(KEYS.links("abc", "us")) == "links"
    assert kind(KEYS.attempt("s")) == "attempt"
    assert kind(KEYS.taken("s")) == "taken"
    assert kind(KEYS.session(identity, "x")) == "session"
    assert kind(KEYS.audit) == "audit"


@pytest.mark.slow
def test_a_real_cluster_is_made_and_looked_at(tmp_path: Path) -> None:
    with start_cluster(tmp_path, 3) as clients:
        before = [taken(client) for client in clients]
        link_people(url_of(clients), "us", "https://idp.example", 300)
        server = RedisCluster(url_of(clients))
        assert RedisLinks(server, KEYS).find(IdentityKey("https://idp.example", "shopper7"), "us")
        server.close()
        after = [taken(client) for client in clients]
        links = [sum(kind(key) == "links" for key in client.scan_iter()) for client in clients]
    assert all(count > 50 for count in links)
    assert all(now.commands.total() > then.commands.total() for now, then in zip(after, before, strict=True))
