"""Opening hours as a business keeps them: {"mon": ["09:00", "19:30"], "sun": null}, in its own time zone.

Single days off stand in {"closed": ["2026-12-25"]}. The SQL function `private.next_opening` reads the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from processors.language.clock import DAYS, zone_of
from processors.language.clock import clock as clock_in
from processors.language.clock import when as when_in
from processors.model import Business

DAYS_AHEAD = 60
"""How far an opening is looked for."""


def is_open(business: Business, now: datetime) -> bool:
    """Whether somebody is there at `now` (aware). A business that keeps no hours counts as open."""
    if not business.hours:
        return True
    local = now.astimezone(zone_of(business.timezone))
    span = _span_on(business.hours, local.date())
    return span is not None and span[0] <= local.strftime("%H:%M") < span[1]


def next_opening(business: Business, now: datetime) -> datetime | None:
    """When the shop opens next, in its own time; None while it is open, or when it never opens."""
    if is_open(business, now):
        return None
    local = now.astimezone(zone_of(business.timezone))
    for days in range(DAYS_AHEAD + 1):
        day = local.date() + timedelta(days=days)
        span = _span_on(business.hours, day)
        if span is None:
            continue
        opening = datetime.combine(day, time.fromisoformat(span[0]), tzinfo=local.tzinfo)
        if opening > local:
            return opening
    return None


def when(moment: datetime, business: Business, language: str) -> str:
    """A moment of the near future as people say it: "oggi alle 15:00", "lunedì alle 09:00"."""
    return when_in(moment, business.timezone, language, now=now())


def spans(business: Business) -> list[tuple[str, str, tuple[str, str] | None]]:
    """The week as (first day, last day, hours) with equal neighbours together; None is closed."""
    found: list[tuple[str, str, tuple[str, str] | None]] = []
    for day in DAYS:
        span = _span(business.hours, day)
        if found and found[-1][2] == span:
            found[-1] = (found[-1][0], day, span)
        else:
            found.append((day, day, span))
    return found


def now() -> datetime:
    return datetime.now(UTC)


def clock(moment: datetime, business: Business) -> str:
    """The time of day of a moment where the business is, such as "17:30"."""
    return clock_in(moment, business.timezone)


def _span_on(hours: Mapping[str, Any], day: date) -> tuple[str, str] | None:
    return None if day.isoformat() in (hours.get("closed") or ()) else _span(hours, DAYS[day.weekday()])


def _span(hours: Mapping[str, Any], day: str) -> tuple[str, str] | None:
    span = hours.get(day)
    return (str(span[0]), str(span[1])) if isinstance(span, list | tuple) and len(span) == 2 else None
