"""The small version of `./dev chaos stock`."""

from __future__ import annotations

import pytest

from bench.chaos import stock
from tests.fixtures.cluster import Database


@pytest.mark.database
async def test_what_is_sold_was_there_and_one_dealer_wins(seeded_database: Database) -> None:
    races = await stock.run(
        seeded_database.owner_url, buyers=24, pieces=5, dealers=8, rounds=3, connections=16
    )
    assert (races.sold_at_once, races.sold_after_changes) == (5, 5)
    assert (races.winners, races.losers_told) == (3, 21)
    assert races.unbalanced == 0
    assert races.faults == 0
