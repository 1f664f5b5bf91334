"""Opening hours as a form: a line for each day, several spans in it, and the days off."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.client import Refused
from dashboard.views import forms
from dashboard.visitor import Visitor
from processors.language.clock import DAYS
from processors.model import Json

_SPAN = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*[-–—]\s*(\d{1,2})(?:[:.](\d{2}))?")
_DATE = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")


def edit(visitor: Visitor, key: str, known: Json, save: Callable[[Json], object]) -> bool:
    """Draw the form and save what was typed. True once it is saved; what the database refuses is told below it."""
    typed: dict[str, str] = {}
    places: dict[str, DeltaGenerator] = {}
    with st.form(f"hours_{key}", border=False, enter_to_submit=False):
        for day in DAYS:
            typed[day] = st.text_input(
                visitor.say(f"day.{day}"),
                spans_text(known.get(day)),
                placeholder=visitor.say("settings.closed_day" if known else "settings.open_day"),
                key=f"hours_{key}_{day}",
            )
            places[day] = st.empty()
        closed = st.text_input(
            visitor.say("settings.closed"),
            ", ".join(known.get("closed", [])),
            help=visitor.say("settings.closed_hint"),
            key=f"closed_{key}",
        )
        places["closed"] = st.empty()
        general = st.empty()
        pressed = st.form_submit_button(visitor.say("form.save"), type="primary")
    if not pressed:
        return False
    try:
        save(hours_of(typed, closed))
    except Refused as refused:
        _show_refusal(visitor, refused, places, general)
        return False
    return True


def _show_refusal(
    visitor: Visitor, refused: Refused, places: Mapping[str, DeltaGenerator], general: DeltaGenerator
) -> None:
    """The database names the day that it does not understand: it is told there, and below, which is in sight."""
    day = next((name for name in places if name in str(refused).split()), None)
    if day is None:
        general.error(forms.words(visitor, refused))
        return
    is_date = day == "closed"
    label = visitor.say("settings.closed" if is_date else f"day.{day}")
    places[day].error(visitor.say("wrong.closed" if is_date else "wrong.hours"))
    general.error(visitor.say("form.not_saved", field=label))


def spans_text(kept: Any) -> str:
    """A day as it is typed: "09:00–13:00, 15:00–19:30"; nothing when it is closed."""
    if not kept:
        return ""
    spans = kept if isinstance(kept[0], list) else [kept]
    return ", ".join(f"{begin}–{end}" for begin, end in spans)


def hours_of(typed: Mapping[str, str], closed: str) -> dict[str, Any]:
    """Hours as the database keeps them; without any they are {}, which is never closed."""
    days = [_date(part.strip()) for part in closed.split(",") if part.strip()]
    hours: dict[str, Any] = {day: _spans(text) for day, text in typed.items()}
    if not any(hours.values()):
        if not days:
            return {}
        hours = {day: ["00:00", "24:00"] for day in hours}
    return {**hours, "closed": days} if days else hours


def _date(text: str) -> str:
    """A day off as it is kept; 25/12/2026 is one too. What is no date goes to the database, which refuses it."""
    found = _DATE.fullmatch(text)
    return f"{found[3]}-{int(found[2]):02d}-{int(found[1]):02d}" if found else text


def _spans(text: str) -> list[Any] | None:
    parts = [part.strip() for part in re.split(r"[,;/]| e | and ", text) if part.strip()]
    spans: list[Any] = []
    for part in parts:
        found = _SPAN.fullmatch(part)
        # What is no span goes to the database as it is, which refuses it in words.
        spans.append([_time(found[1], found[2]), _end(found[3], found[4])] if found else [part])
    return (spans[0] if len(spans) == 1 else spans) if spans else None


def _time(hour: str, minute: str | None) -> str:
    return f"{int(hour):02d}:{minute or '00'}"


def _end(hour: str, minute: str | None) -> str:
    # Midnight as an end is the end of the day.
    written = _time(hour, minute)
    return "24:00" if written == "00:00" else written
