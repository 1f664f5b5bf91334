"""Opening hours as they are typed and as they are kept."""

from __future__ import annotations

from typing import Any

import pytest

from dashboard.views.hours import hours_of, spans_text

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("09:00–13:00, 15:00–19:30", [["09:00", "13:00"], ["15:00", "19:30"]]),
        ("9-13 e 15-19.30", [["09:00", "13:00"], ["15:00", "19:30"]]),
        ("9-19", ["09:00", "19:00"]),
        ("00:00-00:00", ["00:00", "24:00"]),
        ("", None),
        ("mattina", ["mattina"]),
    ],
)
def test_a_day_is_read_as_people_type_it(typed: str, kept: Any) -> None:
    hours = hours_of({**dict.fromkeys(WEEK, "8-9"), "mon": typed}, "")
    assert hours["mon"] == kept


@pytest.mark.parametrize("kept", [[["09:00", "13:00"], ["15:00", "19:30"]], ["09:00", "19:30"], None])
def test_what_is_shown_is_read_the_same(kept: Any) -> None:
    assert hours_of({"mon": spans_text(kept), "tue": "9-10"}, "")["mon"] == kept


def test_nothing_typed_is_always_open_but_for_days_off() -> None:
    assert hours_of(dict.fromkeys(WEEK, ""), "") == {}
    days_off = hours_of(dict.fromkeys(WEEK, ""), "2026-12-25, 1/1/2027")
    assert days_off["closed"] == ["2026-12-25", "2027-01-01"]
    assert days_off["mon"] == ["00:00", "24:00"]
