"""The small seeded version of `./dev chaos worker`."""

from __future__ import annotations

import pytest

from bench.chaos import worker


@pytest.mark.stack
@pytest.mark.timeout(480)
async def test_killed_workers_lose_nothing_and_double_nothing() -> None:
    ledger = await worker.run(kills=5, customers=4, messages=6, seed=3)
    assert ledger.inbound == 24
    assert ledger.faults == 0, "\n".join(ledger.lines())
    assert set(ledger.by_status) <= {"read", "cancelled"}
