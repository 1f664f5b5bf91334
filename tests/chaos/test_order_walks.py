"""The small version of `./dev chaos orders`."""

from __future__ import annotations

import pytest

from bench.chaos import orders
from tests.fixtures.cluster import Database


@pytest.mark.database
@pytest.mark.parametrize(("seed", "at_once"), [(1, 1), (2, 4)])
async def test_whatever_happens_to_orders_the_books_balance(
    seeded_database: Database, seed: int, at_once: int
) -> None:
    walk = await orders.run(seeded_database.owner_url, seed=seed, steps=120, at_once=at_once)
    assert walk.faults == []
    assert walk.outcomes["order: created"] + walk.outcomes["order: held"] > 3
