"""The small version of `./dev bench day`."""

from __future__ import annotations

import pytest

from bench import day
from tests.fixtures.stack import Stack


@pytest.mark.stack
@pytest.mark.timeout(480)
async def test_every_order_of_a_day_is_accepted_once_brought_by_its_rider_and_receipted(stack: Stack) -> None:
    await stack.reset()
    try:
        went = await day.run(stack.simulators_url, stack.database_url, customers=5, seed=7001)
    finally:
        # Other tests on this stack order without an address.
        await stack.sql("update delivery_zones set active = false returning 1")
    assert went.orders == 5
    assert (went.accepted_once, went.delivered, went.wrong_totals) == (5, 5, 0)
    assert (went.riders_pushed, went.receipted) == (5, 5)
    assert went.ledger.faults == 0, "\n".join(went.ledger.lines())
    assert set(went.ledger.by_status) == {"read"}
