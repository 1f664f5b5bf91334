"""Opening hours as a business keeps them: {"mon": ["09:00", "19:30"], "sun": null}, in its own time zone.

A day may have several spans: {"mon": [["09:00", "13:00"], ["15:00", "19:30"]]}. Single days off stand in
{"closed": ["2026-12-25"]}. When orders go to dealers again the database says (`private.next_opening`): it knows
their hours too.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from processors.language.clock import DAYS, zone_of
from processors.language.clock import clock as clock_in
from processors.language.clock import when as when_in
from processors.model import Business

Spans = tuple[tuple[str, str], ...]
"""The hours of a day, such as (("09:00", "13:00"), ("15:00", "19:30")); none when it is closed."""


def is_open(business: Business, now: datetime) -> bool:
    """Whether somebody is there at `now` (aware). A business that keeps no hours counts as open."""
    if not business.hours:
        return True
    local = now.astimezone(zone_of(business.timezone))
    return any(
        begin <= local.strftime("%H:%M") < end for begin, end in _spans_on(business.hours, local.date())
    )


def when(moment: datetime, business: Business, language: str) -> str:
    """A moment of the near future as people say it: "oggi alle 15:00", "lunedì alle 09:00"."""
    return when_in(moment, business.timezone, language, now=now())


def spans(business: Business) -> list[tuple[str, str, Spans]]:
    """The week as (first day, last day, hours) with equal neighbours together; no hours are closed."""
    found: list[tuple[str, str, Spans]] = []
    for day in DAYS:
        hours = _spans(business.hours, day)
        if found and found[-1][2] == hours:
            found[-1] = (found[-1][0], day, hours)
        else:
            found.append((day, day, hours))
    return found


def now() -> datetime:
    return datetime.now(UTC)


def clock(moment: datetime, business: Business) -> str:
    """The time of day of a moment where the business is, such as "17:30"."""
    return clock_in(moment, business.timezone)


def _spans_on(hours: Mapping[str, Any], day: date) -> Spans:
    return () if day.isoformat() in (hours.get("closed") or ()) else _spans(hours, DAYS[day.weekday()])


def _spans(hours: Mapping[str, Any], day: str) -> Spans:
    kept = hours.get(day)
    if not isinstance(kept, list | tuple) or not kept:
        return ()
    several = kept if isinstance(kept[0], list | tuple) else [kept]
    return tuple((str(begin), str(end)) for begin, end in several)
