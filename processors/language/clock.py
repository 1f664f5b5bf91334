"""The time of day where a business is."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def zone_of(timezone: str) -> ZoneInfo:
    """A time zone by its name; UTC for one that nobody knows."""
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def clock(moment: datetime, timezone: str) -> str:
    """The time of day of a moment, such as "17:30"."""
    return f"{moment.astimezone(zone_of(timezone)):%H:%M}"
