"""What happened in a business between two days: one function of the database sums up, here it is laid out in tables.

Every table has all days of the range, also those on which nothing happened.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from postgrest import AsyncPostgrestClient

from dashboard.client import rows
from dashboard.queries.prompts import prompt_results
from processors.model import Json

AUTHORS = ("customer", "dealer", "rider", "bot", "agent", "phone", "system")
STEPS = ("wrote", "shown", "cart", "confirmed", "accepted", "delivered")


@dataclass(frozen=True, kw_only=True)
class Business:
    """A business of whoever asks, with the clock that its days follow."""

    id: UUID
    name: str
    timezone: str

    def today(self, now: datetime | None = None) -> date:
        """The day it is there."""
        zone = ZoneInfo(self.timezone)
        return (now.astimezone(zone) if now else datetime.now(zone)).date()


@dataclass(frozen=True, kw_only=True)
class Day:
    """One day of the business. Times in seconds, None without an answer; revenue in the business's currency."""

    day: date
    written: dict[str, int]
    people: int
    confirmed: int
    delivered: int
    revenue: Decimal
    p50: float | None
    p95: float | None

    @property
    def received(self) -> int:
        """Messages that came in."""
        return sum(self.written.get(name, 0) for name in ("customer", "dealer", "rider"))

    @property
    def sent(self) -> int:
        """Messages of ours."""
        return sum(self.written.values()) - self.received


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a range of days came to. `raw` is the answer of the function, see its comment."""

    first: date
    last: date
    currency: str
    days: list[Day]
    raw: Json

    @property
    def received(self) -> int:
        """Messages that came in."""
        return sum(day.received for day in self.days)

    @property
    def sent(self) -> int:
        """Messages of ours."""
        return sum(day.sent for day in self.days)

    @property
    def revenue(self) -> Decimal:
        """What delivered orders brought, delivery included, in the business's currency."""
        return sum((day.revenue for day in self.days), Decimal(0))

    @property
    def offline_share(self) -> float | None:
        """Part of the answers that took no model, 0 to 1; None without answers."""
        answered = int(self.raw["answered"])
        return max(answered - int(self.raw["with_model"]), 0) / answered if answered else None

    def by_hour(self) -> dict[tuple[int, int], int]:
        """Messages that came in by weekday (Monday is 0) and hour, all 168 of them."""
        found = {(weekday, hour): 0 for weekday in range(7) for hour in range(24)}
        return found | {(weekday, hour): n for weekday, hour, n in self.raw["week"]}

    def hours_of_day(self) -> list[tuple[int, dict[str, int]]]:
        """Messages by author for each hour of the day, summed over the days."""
        found: dict[int, dict[str, int]] = {hour: defaultdict(int) for hour in range(24)}
        for hour, author, n in self.raw["hours"]:
            found[hour][author] = n
        return [(hour, dict(written)) for hour, written in found.items()]


@dataclass(frozen=True, kw_only=True)
class Service:
    """How fast people were. `kinds` and `people` as `service_times` gives them, times in seconds."""

    kinds: dict[str, Json]
    people: list[Json]
    open_hours: bool


@dataclass(frozen=True, kw_only=True)
class Figures:
    """All that the page of figures tells of a range of days."""

    report: Report
    service: Service
    satisfaction: Json
    prompts: list[Json]


async def figures(client: AsyncPostgrestClient, business_id: UUID, first: date, last: date) -> Figures:
    """Everything at once. Raises as `report`."""
    asked = (client, business_id, first, last)
    found = await asyncio.gather(
        report(*asked), service(*asked), satisfaction(*asked), prompt_results(*asked)
    )
    return Figures(report=found[0], service=found[1], satisfaction=found[2], prompts=found[3])


async def service(client: AsyncPostgrestClient, business_id: UUID, first: date, last: date) -> Service:
    """First answers and resolutions from `first` to `last`, both included."""
    asked = {"p_business_id": str(business_id), "p_from": first.isoformat(), "p_to": last.isoformat()}
    found: Any = await rows(client.rpc("service_times", asked))
    return Service(**found)


async def satisfaction(client: AsyncPostgrestClient, business_id: UUID, first: date, last: date) -> Json:
    """What customers said of those who helped them, see the comment of `satisfaction_report`."""
    asked = {"p_business_id": str(business_id), "p_from": first.isoformat(), "p_to": last.isoformat()}
    return cast(Json, await rows(client.rpc("satisfaction_report", asked)))


async def businesses(client: AsyncPostgrestClient) -> list[Business]:
    """The businesses of whoever asks, by name."""
    found = await rows(client.from_("businesses").select("id, name, timezone").order("name"))
    return [Business(id=UUID(row["id"]), name=row["name"], timezone=row["timezone"]) for row in found]


async def report(client: AsyncPostgrestClient, business_id: UUID, first: date, last: date) -> Report:
    """What happened from `first` to `last`, both included.

    Raises Refused for a range the wrong way round or longer than a year, and what `dashboard.client.rows` raises.
    """
    asked = {"p_business_id": str(business_id), "p_from": first.isoformat(), "p_to": last.isoformat()}
    found: Any = await rows(client.rpc("analytics", asked))
    return Report(
        first=first, last=last, currency=found["currency"], days=_days(found, first, last), raw=found
    )


def _days(found: Json, first: date, last: date) -> list[Day]:
    delivered = {
        row["day"]: row for row in found["orders"]["delivered"] if row["currency"] == found["currency"]
    }
    days = []
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        key = day.isoformat()
        times = found["times"]["days"].get(key, {})
        days.append(
            Day(
                day=day,
                written=found["written"].get(key, {}),
                people=found["people"]["days"].get(key, 0),
                confirmed=found["orders"]["confirmed"].get(key, 0),
                delivered=delivered.get(key, {}).get("orders", 0),
                revenue=Decimal(delivered.get(key, {}).get("revenue", "0")),
                p50=times.get("p50"),
                p95=times.get("p95"),
            )
        )
    return days
