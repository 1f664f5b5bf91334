"""Opening hours in the business's own time zone."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from processors.customer.hours import is_open, spans
from tests.factories import make_business

WEEK = {day: ["09:00", "19:30"] for day in ("mon", "tue", "wed", "thu", "fri")}
HOURS = {**WEEK, "sat": ["09:30", "18:00"], "sun": None}


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2026-11-23T09:00", True),
        ("2026-11-23T08:59", False),
        ("2026-11-23T19:29", True),
        ("2026-11-23T19:30", False),
        ("2026-11-22T12:00", False),
        ("2026-11-21T18:30", False),
    ],
)
def test_open_and_closed(local: str, expected: bool) -> None:
    moment = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo("Europe/Rome"))
    assert is_open(make_business(hours=HOURS), moment.astimezone(ZoneInfo("Asia/Jakarta"))) is expected


def test_no_hours_are_no_closing() -> None:
    assert is_open(make_business(hours={}), datetime.now(ZoneInfo("UTC")))
    assert is_open(make_business(hours={}, timezone="Nowhere/Atall"), datetime.now(ZoneInfo("UTC")))


def test_equal_days_are_told_together() -> None:
    assert spans(make_business(hours=HOURS)) == [
        ("mon", "fri", (("09:00", "19:30"),)),
        ("sat", "sat", (("09:30", "18:00"),)),
        ("sun", "sun", ()),
    ]


def test_a_day_may_have_several_spans() -> None:
    shop = make_business(hours={"mon": [["09:00", "13:00"], ["15:00", "19:00"]]})
    open_at = {
        hour: is_open(shop, datetime(2026, 11, 23, hour, tzinfo=ZoneInfo("Europe/Rome")))
        for hour in range(8, 20)
    }
    assert [hour for hour, there in open_at.items() if there] == [9, 10, 11, 12, 15, 16, 17, 18]
