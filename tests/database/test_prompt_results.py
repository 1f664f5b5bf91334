"""Versions of a prompt compared: what they cost and what customers did next."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.database.engine import Engine

pytestmark = pytest.mark.database
ADMIN = "select user_id::text from staff where role = 'admin' limit 1"


def call(variant: str, cost: str, ms: int, outcome: str = "ok") -> dict[str, Any]:
    return {
        "purpose": "turn",
        "model": "m",
        "outcome": outcome,
        "cost_usd": cost,
        "latency_ms": ms,
        "prompt_variant": variant,
    }


async def test_each_version_has_its_turns_costs_and_what_followed(engine: Engine) -> None:
    first, second = "393471110001", "393471110002"
    await engine.answer("vorrei un collare", "ecco", sender=first, ai_calls=[call("turn.v1", "0.002", 100)])
    await engine.answer("no, non quello", "scusa", sender=first, ai_calls=[call("turn.v1", "0.001", 300)])
    await engine.answer("ciao", "ciao", sender=second, ai_calls=[call("turn.v2", "0.004", 500)])
    await engine.answer(
        "basta", "va bene", sender=second, escalation="angry", ai_calls=[call("turn.v2", "0", 0, "failed")]
    )
    await engine.order(("T06", 1), sender=second)
    today = datetime.now(UTC).date()
    business = await engine.value("select id from businesses limit 1")
    claims = {"sub": await engine.value(ADMIN)}
    around = today - timedelta(days=1), today + timedelta(days=1)
    found = await engine.call("prompt_results", business, *around, role="authenticated", claims=claims)
    rows = {row["variant"]: row for row in (json.loads(found) if isinstance(found, str) else found)}
    one, two = rows["turn.v1"], rows["turn.v2"]
    assert (one["turns"], one["talks"], one["corrected"], one["escalated"], one["orders"]) == (2, 1, 1, 0, 0)
    assert (float(one["cost_usd"]), one["p50_ms"]) == (0.003, 200)
    assert (two["turns"], two["failed"], two["corrected"], two["escalated"], two["orders"]) == (2, 1, 0, 1, 1)
