"""The versions of the prompt side by side."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import streamlit as st

from dashboard.views import analytics_parts as parts
from dashboard.visitor import Visitor
from dashboard.words import number, percent
from processors.model import Json

ENOUGH = 100
"""Turns of each version below which a difference is chance."""


def prompts(visitor: Visitor, found: Sequence[Json]) -> None:
    """A line for each version that read turns: what it cost, how long it took, and what customers did next."""
    table = [
        {
            visitor.say("analytics.prompt"): row["variant"],
            visitor.say("analytics.turns"): number(visitor, row["turns"]),
            visitor.say("analytics.cost"): f"{Decimal(str(row['cost_usd'])):.4f}",
            visitor.say("analytics.latency"): round(row["p50_ms"]),
            visitor.say("analytics.latency_most"): round(row["p95_ms"]),
            visitor.say("analytics.escalated"): percent(visitor, row["escalated"], row["turns"]),
            visitor.say("analytics.corrected"): percent(visitor, row["corrected"], row["turns"]),
            visitor.say("analytics.orders_in_talks"): percent(visitor, row["orders"], row["talks"]),
        }
        for row in found
    ]
    point = visitor.say("analytics.prompts_point", count=len(found))

    def draw() -> None:
        st.dataframe(table, hide_index=True)
        if len(found) > 1 and min(row["turns"] for row in found) < ENOUGH:
            st.caption(visitor.say("analytics.prompts_few", count=ENOUGH))

    parts.part(visitor, "prompts", point, table, has_any=bool(table), empty="analytics.no_prompts", draw=draw)
