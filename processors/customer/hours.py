"""Opening hours as a business keeps them: {"mon": ["09:00", "19:30"], "sun": null}, in its own time zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from processors.model import Business

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def is_open(business: Business, now: datetime) -> bool:
    """Whether somebody is there at `now` (aware). A business that keeps no hours counts as open."""
    if not business.hours:
        return True
    local = now.astimezone(_zone(business))
    span = _span(business.hours, DAYS[local.weekday()])
    return span is not None and span[0] <= local.strftime("%H:%M") < span[1]


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


def _span(hours: Mapping[str, Any], day: str) -> tuple[str, str] | None:
    span = hours.get(day)
    return (str(span[0]), str(span[1])) if isinstance(span, list | tuple) and len(span) == 2 else None


def _zone(business: Business) -> ZoneInfo:
    try:
        return ZoneInfo(business.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
