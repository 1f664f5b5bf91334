"""Opening hours as a form: a line for each day, several spans in it, and the days off."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from dashboard.client import Refused
from dashboard.views import forms
from dashboard.visitor import Visitor
from processors.language.clock import DAYS
from processors.model import Json

_SPAN = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*[-–—]\s*(\d{1,2})(?:[:.](\d{2}))?")


def edit(visitor: Visitor, key: str, known: Json, save: Callable[[Json], object]) -> bool:
    """Draw the form and save what was typed. True once it is saved; what the database refuses is told below it."""
    typed: dict[str, str] = {}
    with st.form(f"hours_{key}", border=False, enter_to_submit=False):
        for day in DAYS:
            typed[day] = st.text_input(
                visitor.say(f"day.{day}"),
                spans_text(known.get(day)),
                placeholder=visitor.say("settings.closed_day" if known else "settings.open_day"),
                key=f"hours_{key}_{day}",
            )
        closed = st.text_input(
            visitor.say("settings.closed"),
            ", ".join(known.get("closed", [])),
            help=visitor.say("settings.closed_hint"),
            key=f"closed_{key}",
        )
        place = st.empty()
        pressed = st.form_submit_button(visitor.say("form.save"), type="primary")
    if not pressed:
        return False
    try:
        save(hours_of(typed, closed))
    except Refused as refused:
        place.error(forms.words(visitor, refused))
        return False
    return True


def spans_text(kept: Any) -> str:
    """A day as it is typed: "09:00–13:00, 15:00–19:30"; nothing when it is closed."""
    if not kept:
        return ""
    spans = kept if isinstance(kept[0], list) else [kept]
    return ", ".join(f"{begin}–{end}" for begin, end in spans)


def hours_of(typed: Mapping[str, str], closed: str) -> dict[str, Any]:
    """Hours as the database keeps them; without any they are {}, which is never closed."""
    days = [part.strip() for part in closed.split(",") if part.strip()]
    hours: dict[str, Any] = {day: _spans(text) for day, text in typed.items()}
    if not any(hours.values()):
        if not days:
            return {}
        hours = {day: ["00:00", "24:00"] for day in hours}
    return {**hours, "closed": days} if days else hours


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
