"""The parts of the page of figures: for each question one chart, the sentence that says its point, and its table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import streamlit as st

from dashboard.queries.analytics import AUTHORS, STEPS, Report
from dashboard.spreadsheet import as_csv
from dashboard.views import cards, charts
from dashboard.visitor import Visitor
from dashboard.words import duration, named, number, percent
from processors.language.money import money

HOURLY_DAYS = 2
"""Up to this many days the hours of the day tell more than the days."""

Table = Sequence[Mapping[str, Any]]


def volume(visitor: Visitor, found: Report) -> None:
    """Messages by day, or by hour of a short range, and who wrote them."""
    names = {author: visitor.say(f"author.{author}") for author in AUTHORS}
    hourly = len(found.days) <= HOURLY_DAYS
    slots = (
        [(f"{hour:02d}", written) for hour, written in found.hours_of_day()]
        if hourly
        else [(_day(day.day), day.written) for day in found.days]
    )
    seen = {author: name for author, name in names.items() if any(w.get(author) for _, w in slots)}
    rows = [
        {"label": label, "part": author, "value": written.get(author, 0)}
        for label, written in slots
        for author in seen
    ]
    table = [
        {visitor.say("analytics.hour" if hourly else "analytics.day"): label}
        | {name: written.get(author, 0) for author, name in names.items()}
        for label, written in slots
    ]
    point = visitor.say(
        "analytics.volume_point",
        received=number(visitor, found.received),
        sent=number(visitor, found.sent),
    )

    def draw() -> None:
        charts.stacked(rows, seen, amount=visitor.say("analytics.messages"))

    part(visitor, "volume", point, table, has_any=bool(seen), draw=draw)


def times(visitor: Visitor, found: Report) -> None:
    """How long people waited for an answer."""
    times = found.raw["times"]
    names = {"p50": visitor.say("analytics.half"), "p95": visitor.say("analytics.most")}
    rows = [
        {"label": _day(day.day), "part": part, "value": value, "shown": duration(visitor, value)}
        for day in found.days
        for part, value in (("p50", day.p50), ("p95", day.p95))
        if value is not None
    ]
    table = [
        {
            visitor.say("analytics.day"): day.day.isoformat(),
            names["p50"]: _rounded(day.p50),
            names["p95"]: _rounded(day.p95),
        }
        for day in found.days
    ]
    point = visitor.say(
        "analytics.times_point", half=duration(visitor, times["p50"]), most=duration(visitor, times["p95"])
    )

    def draw() -> None:
        charts.lines(rows, names, unit=visitor.say("analytics.seconds"))

    part(visitor, "times", point, table, has_any=bool(rows), draw=draw)


def funnel(visitor: Visitor, found: Report) -> None:
    """How far people came on the way to a delivered order."""
    funnel = found.raw["funnel"]
    wrote = funnel["wrote"]
    rows = [
        {
            "label": visitor.say(f"funnel.{step}"),
            "value": funnel[step],
            "shown": f"{number(visitor, funnel[step])} · {percent(visitor, funnel[step], wrote)}",
        }
        for step in STEPS
    ]
    table = [
        {visitor.say("analytics.step"): row["label"], visitor.say("analytics.people"): row["value"]}
        for row in rows
    ]
    point = visitor.say("analytics.funnel_point", share=percent(visitor, funnel["confirmed"], wrote))

    def draw() -> None:
        charts.across(rows, amount=visitor.say("analytics.people"))

    part(visitor, "funnel", point, table, has_any=wrote > 0, draw=draw)


def revenue(visitor: Visitor, found: Report) -> None:
    """What delivered orders brought, by day."""
    rows = [
        {
            "label": _day(day.day),
            "value": float(day.revenue),
            "shown": money(day.revenue, found.currency, visitor.language),
        }
        for day in found.days
    ]
    table = [
        {
            visitor.say("analytics.day"): day.day.isoformat(),
            visitor.say("analytics.confirmed_orders"): day.confirmed,
            visitor.say("analytics.delivered_orders"): day.delivered,
            f"{visitor.say('analytics.revenue')} {found.currency}": str(day.revenue),
        }
        for day in found.days
    ]
    point = visitor.say(
        "analytics.revenue_point",
        revenue=money(found.revenue, found.currency, visitor.language),
        count=number(visitor, sum(day.delivered for day in found.days)),
    )

    def draw() -> None:
        charts.bars(rows, amount=visitor.say("analytics.revenue"), colour=charts.GOOD)

    part(visitor, "revenue", point, table, has_any=found.revenue > 0, draw=draw)


def peaks(visitor: Visitor, found: Report) -> None:
    """Which hours of the week are busy."""
    by_hour = found.by_hour()
    days = [visitor.say(f"weekday.{n}") for n in range(7)]
    rows = [{"day": days[day], "hour": f"{hour:02d}", "value": n} for (day, hour), n in by_hour.items()]
    (day, hour), most = max(by_hour.items(), key=lambda one: one[1])
    table = [
        {visitor.say("analytics.day"): days[day]} | {f"{hour:02d}": by_hour[day, hour] for hour in range(24)}
        for day in range(7)
    ]
    point = visitor.say("analytics.peaks_point", day=days[day], hour=f"{hour:02d}:00")

    def draw() -> None:
        charts.heat(rows, days, amount=visitor.say("analytics.messages"))

    part(visitor, "peaks", point, table, has_any=most > 0, draw=draw)


def intents(visitor: Visitor, found: Report) -> None:
    """What people wanted."""
    intents = sorted(found.raw["turns"]["intents"].items(), key=lambda one: -one[1])
    total = sum(n for _, n in intents)
    rows = [
        {
            "label": named(visitor, "intent", name),
            "value": n,
            "shown": f"{number(visitor, n)} · {percent(visitor, n, total)}",
        }
        for name, n in intents
    ]
    table = [
        {visitor.say("analytics.intent"): r["label"], visitor.say("analytics.turns"): r["value"]}
        for r in rows
    ]
    point = visitor.say("analytics.intents_point", name=rows[0]["label"]) if rows else ""

    def draw() -> None:
        charts.across(rows, amount=visitor.say("analytics.turns"))

    part(visitor, "intents", point, table, has_any=bool(rows), draw=draw)


def failures(visitor: Visitor, found: Report) -> None:
    """What could not be sent, and why."""
    failed = found.raw["failed"]
    total = sum(row["messages"] for row in failed)
    table = [
        {
            visitor.say("analytics.code"): row["code"] or "",
            visitor.say("analytics.why"): named(visitor, "error", row["code"]),
            visitor.say("analytics.messages"): row["messages"],
        }
        for row in failed
    ]
    point = visitor.say("analytics.failures_point", count=number(visitor, total))

    def draw() -> None:
        st.dataframe(table, hide_index=True)

    part(visitor, "failures", point, table, has_any=bool(failed), empty="analytics.none_failed", draw=draw)


def models(visitor: Visitor, found: Report) -> None:
    """What the model was asked, and what that cost."""
    share = found.offline_share
    table = [
        {
            visitor.say("analytics.model"): row["model"],
            visitor.say("analytics.calls"): row["calls"],
            visitor.say("analytics.calls_failed"): row["failed"],
            visitor.say("analytics.tokens"): row["input_tokens"] + row["output_tokens"],
            visitor.say("analytics.cost"): f"{Decimal(row['cost_usd']):.4f}",
            visitor.say("analytics.latency"): round(row["p50_ms"]),
            visitor.say("analytics.latency_most"): round(row["p95_ms"]),
        }
        for row in found.raw["ai"]
    ]
    point = visitor.say("analytics.models_point", share=percent(visitor, share or 0, 1))

    def draw() -> None:
        if table:
            st.dataframe(table, hide_index=True)
        else:
            st.caption(visitor.say("analytics.no_model"))

    part(visitor, "models", point, table, has_any=share is not None, draw=draw)


def agents(visitor: Visitor, found: Report) -> None:
    """What each person at the desk answered."""
    agents = found.raw["agents"]
    table = [
        {
            visitor.say("analytics.agent"): row["name"],
            visitor.say("analytics.answers"): row["answers"],
            visitor.say("analytics.conversations"): row["conversations"],
            visitor.say("analytics.first_response"): duration(visitor, row["first_response"]),
        }
        for row in agents
    ]
    point = visitor.say(
        "analytics.agents_point", count=number(visitor, sum(row["answers"] for row in agents))
    )

    def draw() -> None:
        st.dataframe(table, hide_index=True)

    part(visitor, "agents", point, table, has_any=bool(agents), empty="analytics.no_agents", draw=draw)


def part(
    visitor: Visitor,
    name: str,
    point: str,
    table: Table,
    *,
    has_any: bool,
    draw: Callable[[], None],
    empty: str = "analytics.nothing",
) -> None:
    """A frame with a part's name, its point, its table to download, and what draws it."""
    with st.container(border=True, key=f"analytics_{name}", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center"):
            cards.block(
                cards.soft(visitor.say(f"analytics_part.{name}")),
                cards.title(point if has_any else visitor.say(empty)),
            )
            if has_any and table:
                st.download_button(
                    visitor.say("analytics.csv"),
                    as_csv(table),
                    file_name=f"{name}.csv",
                    mime="text/csv",
                    type="tertiary",
                    icon=":material/download:",
                    on_click="ignore",
                    key=f"analytics_csv_{name}",
                )
        if has_any:
            draw()


def _day(day: date) -> str:
    return f"{day:%d/%m}"


def _rounded(seconds: float | None) -> float | str:
    return "" if seconds is None else round(seconds, 2)
