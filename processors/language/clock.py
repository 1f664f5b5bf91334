"""The time of day where a business is."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from processors.language.texts import say

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def zone_of(timezone: str) -> ZoneInfo:
    """A time zone by its name; UTC for one that nobody knows."""
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def clock(moment: datetime, timezone: str) -> str:
    """The time of day of a moment, such as "17:30"."""
    return f"{moment.astimezone(zone_of(timezone)):%H:%M}"


def when(moment: datetime, timezone: str, language: str, *, now: datetime | None = None) -> str:
    """A moment of the near future as people say it: "oggi alle 15:00", "lunedì alle 09:00"."""
    zone = zone_of(timezone)
    local = moment.astimezone(zone)
    days = (local.date() - (now or datetime.now(UTC)).astimezone(zone).date()).days
    if days in (0, 1):
        day = say(language, f"customer.when.{('today', 'tomorrow')[days]}")
    elif 0 <= days < len(DAYS):
        day = say(language, f"customer.day.{DAYS[local.weekday()]}")
    else:
        day = f"{local:%d/%m}"
    return say(language, "customer.when.at", day=day, time=f"{local:%H:%M}")
