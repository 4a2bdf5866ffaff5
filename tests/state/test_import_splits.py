"""An import in whatever batches makes the same map as one row after the other."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.demo.redis_server import RedisServer as DemoServer
from bridge.domain.customer import Customer, Linked
from bridge.domain.link_rows import Became, LinkRow
from bridge.state.keys import Keys
from bridge.state.links import RedisLinks
from bridge.state.server import RedisServer

from .one_slot import OneSlotServer

#: Few people and few customers, so that rows contradict each other all the time; but of one person there is
#: one row: a batch claims the customers of all its rows first, also that of a row that then has no effect.
_ROWS = st.lists(
    st.builds(
        LinkRow,
        st.integers(0, 30).map(lambda n: f"{n:022d}"),
        st.sampled_from(["acme", "other"]),
        st.integers(1, 7).map(str),
        st.sampled_from(["imported", "claim"]),
        st.just(1_700_000_000),
    ),
    max_size=30,
    unique_by=lambda row: row[0],
)


@pytest.fixture(params=[RedisServer, OneSlotServer])
def server(request: pytest.FixtureRequest, redis_server: DemoServer) -> Iterator[RedisServer]:
    """One server, and what a Cluster allows."""
    made: RedisServer = request.param(redis_server.url)
    yield made
    made.close()


def _imported(
    server: RedisServer, rows: list[LinkRow], cuts: list[int]
) -> tuple[list[Became], dict[str, Linked | None], dict[tuple[str, str], str]]:
    """What became of each, the links, and who holds which customer; in an empty Redis."""
    server.command("FLUSHALL")
    links = RedisLinks(server, Keys("bridge"))
    became: list[Became] = []
    edges = [0, *sorted(min(cut, len(rows)) for cut in cuts), len(rows)]
    for start, end in pairwise(edges):
        became += links.import_links("us", rows[start:end])
    customers = {row.customer for row in rows}
    holders = {
        (customer, holder.connection): holder.identity
        for customer in customers
        for holder in links.holders(Customer(customer), "us")
    }
    return became, {row.identity: links.find(row.identity, "us") for row in rows}, holders


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=_ROWS, cuts=st.lists(st.integers(0, 30), max_size=4))
def test_in_any_batches_the_map_is_that_of_row_by_row(
    server: RedisServer, rows: list[LinkRow], cuts: list[int]
) -> None:
    alone = _imported(server, rows, list(range(len(rows))))
    batched = _imported(server, rows, cuts)
    assert batched[1:] == alone[1:]


@pytest.mark.slow
def test_sent_twice_nothing_changes(server: RedisServer) -> None:
    rows = [LinkRow(f"{n:022d}", "acme", str(n), "imported", 1_700_000_000) for n in range(3000)]
    first = _imported(server, rows, [1000])
    assert first[0] == ["new"] * len(rows)
    links = RedisLinks(server, Keys("bridge"))
    assert links.import_links("us", rows) == ["same"] * len(rows)
    assert set(links.all_links("us")) == set(rows)
