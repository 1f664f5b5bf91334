"""The small version of `./dev chaos desk`."""

from __future__ import annotations

import pytest

from bench.chaos import desk


@pytest.mark.stack
@pytest.mark.timeout(480)
async def test_a_desk_that_lost_its_gateway_shows_everything_once_afterwards(chromium: str) -> None:
    report = await desk.run(chromium, outage=3.0, customers=2)
    assert report.refused > 0, "the outage hit nobody"
    assert report.faults == 0, "\n".join(report.lines())
