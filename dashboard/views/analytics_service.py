"""How fast people are: first answers and whole conversations, against their targets."""

from __future__ import annotations

import streamlit as st

from dashboard.queries.analytics import Service
from dashboard.views import analytics_parts as parts
from dashboard.visitor import Visitor
from dashboard.words import duration, number, percent
from processors.model import Json


def times(visitor: Visitor, found: Service) -> None:
    """First answers and resolutions: half, most, and the share within the target."""
    response = found.kinds.get("response")
    names = [
        (visitor.say("due.response"), response),
        (visitor.say("due.resolution"), found.kinds.get("resolution")),
        *((person["name"], person) for person in found.people),
    ]
    table = [_row(visitor, name, row) for name, row in names if row]
    point = visitor.say(
        "analytics.service_point",
        half=duration(visitor, response["p50"] if response else None),
        most=duration(visitor, response["p95"] if response else None),
    )

    def draw() -> None:
        st.dataframe(table, hide_index=True)
        st.caption(visitor.say("analytics.open_hours" if found.open_hours else "analytics.wall_time"))

    parts.part(visitor, "service", point, table, has_any=bool(table), empty="analytics.no_service", draw=draw)


def _row(visitor: Visitor, name: str, row: Json) -> Json:
    return {
        "": name,
        visitor.say("analytics.count"): number(visitor, row["done"]),
        visitor.say("analytics.half"): duration(visitor, row["p50"]),
        visitor.say("analytics.most"): duration(visitor, row["p95"]),
        visitor.say("analytics.in_time"): percent(visitor, row["in_time"], row["with_target"]),
    }


def satisfaction(visitor: Visitor, found: Json) -> None:
    """What customers said of those who helped them."""
    names = [(visitor.say("analytics.everybody"), found), *((one["name"], one) for one in found["people"])]
    table = [
        {
            "": name,
            visitor.say("analytics.asked"): number(visitor, row["asked"]),
            visitor.say("analytics.answered"): percent(visitor, row["answered"], row["asked"]),
            visitor.say("analytics.happy"): percent(visitor, row["happy"], row["answered"]),
            visitor.say("analytics.unhappy"): number(visitor, row["unhappy"]),
        }
        for name, row in names
    ]
    point = visitor.say(
        "analytics.satisfaction_point",
        share=percent(visitor, found["happy"], found["answered"]),
        count=number(visitor, found["answered"]),
    )

    def draw() -> None:
        st.dataframe(table, hide_index=True)

    has_any = found["asked"] > 0
    parts.part(
        visitor, "satisfaction", point, table, has_any=has_any, empty="analytics.nobody_asked", draw=draw
    )
