"""The page of figures: what a range of days came to, each chart under a sentence that says its point."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import streamlit as st

from dashboard.client import Refused
from dashboard.queries.analytics import Business, Report, businesses, report, satisfaction, service
from dashboard.queries.prompts import prompt_results
from dashboard.views import analytics_parts as parts
from dashboard.views import analytics_prompts, analytics_service, cards
from dashboard.visitor import Visitor
from dashboard.words import duration, number, percent
from processors.language.money import money

RANGES: Mapping[str, int] = {"today": 1, "week": 7, "month": 30}


def show(visitor: Visitor) -> None:
    """Draw the page. Nothing repaints by itself: a figure that one reads should hold still."""
    cards.style()
    cards.heading(visitor.say("page.analytics"))
    business, first, last = _chosen(visitor)
    try:
        found = visitor.ask(lambda client: report(client, business.id, first, last))
    except Refused as refused:
        st.error(visitor.refusal(refused))
        return
    fast = visitor.ask(lambda client: service(client, business.id, first, last))
    happy = visitor.ask(lambda client: satisfaction(client, business.id, first, last))
    compared = visitor.ask(lambda client: prompt_results(client, business.id, first, last))
    _figures(visitor, found)
    left, right = st.columns(2)
    with left:
        parts.volume(visitor, found)
        parts.funnel(visitor, found)
        parts.intents(visitor, found)
        parts.agents(visitor, found)
    with right:
        parts.times(visitor, found)
        analytics_service.times(visitor, fast)
        analytics_service.satisfaction(visitor, happy)
        parts.revenue(visitor, found)
        parts.peaks(visitor, found)
        parts.models(visitor, found)
        analytics_prompts.prompts(visitor, compared)
        parts.failures(visitor, found)


def _chosen(visitor: Visitor) -> tuple[Business, date, date]:
    """The business and the days that the person wants to see."""
    known = visitor.ask(businesses)
    with st.container(horizontal=True, vertical_alignment="center", key="analytics_range"):
        business = known[0]
        if len(known) > 1:
            business = st.selectbox(
                visitor.say("analytics.business"),
                known,
                format_func=lambda one: one.name,
                width=220,
                label_visibility="collapsed",
            )
        name = st.segmented_control(
            visitor.say("analytics.range"),
            [*RANGES, "custom"],
            default="week",
            required=True,
            format_func=lambda one: visitor.say(f"analytics_range.{one}"),
            label_visibility="collapsed",
            key="analytics_range_name",
        )
        today = business.today()
        if name != "custom":
            return business, today - timedelta(days=RANGES[str(name)] - 1), today
        days = st.date_input(
            visitor.say("analytics.days"),
            (today - timedelta(days=13), today),
            max_value=today,
            format="DD/MM/YYYY",
            label_visibility="collapsed",
            width=260,
        )
    if not isinstance(days, tuple) or len(days) != 2:
        st.info(visitor.say("analytics.second_day"))
        st.stop()
    return business, days[0], days[1]


def _figures(visitor: Visitor, found: Report) -> None:
    times = found.raw["times"]
    delivered = sum(day.delivered for day in found.days)
    failed = sum(row["messages"] for row in found.raw["failed"])
    cards.facts(
        cards.fact(visitor.say("analytics.people"), number(visitor, found.raw["people"]["total"])),
        cards.fact(
            visitor.say("analytics.received"),
            number(visitor, found.received),
            visitor.say("analytics.sent_too", count=number(visitor, found.sent)),
        ),
        cards.fact(
            visitor.say("analytics.answer"),
            duration(visitor, times["p50"]),
            visitor.say("analytics.answer_p95", time=duration(visitor, times["p95"])) if times["p95"] else "",
        ),
        cards.fact(
            visitor.say("analytics.revenue"),
            money(found.revenue, found.currency, visitor.language),
            visitor.say("analytics.delivered", count=number(visitor, delivered)),
        ),
        cards.fact(
            visitor.say("analytics.failed"),
            number(visitor, failed),
            visitor.say("analytics.failed_share", share=percent(visitor, failed, found.sent)),
        ),
    )
