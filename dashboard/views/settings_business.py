"""What a business is set to: name, voice, languages, hours, limits."""

from __future__ import annotations

from datetime import time
from uuid import UUID

import streamlit as st

from dashboard.client import Refused
from dashboard.queries import people
from dashboard.views import forms, page
from dashboard.views.forms import Field
from dashboard.visitor import Visitor
from processors.model import Json

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LIMITS = (
    "offer_minutes",
    "offer_fanout",
    "human_hours",
    "minimum_order",
    "address_days",
    "cart_reminder_minutes",
    "model_usd_per_day",
    "model_calls_per_day",
    "contact_model_usd_per_day",
    "contact_model_calls_per_day",
    "proposal_minutes",
    "rider_phone",
)


def show(visitor: Visitor, business: UUID) -> None:
    """Draw the forms; each saves what it shows."""
    row = visitor.ask(lambda client: people.business(client, business))
    general, hours, limits = st.tabs(
        [visitor.say("settings.general"), visitor.say("settings.hours"), visitor.say("settings.limits")]
    )
    with general:
        _general(visitor, business, row)
    with hours:
        _hours(visitor, business, row)
    with limits:
        _limits(visitor, business, row)


def _save(visitor: Visitor, business: UUID, settings: Json) -> object:
    asked = {"p_business_id": str(business), "p_settings": dict(settings)}
    return visitor.ask(lambda client: people.save(client, "save_business_settings", asked))


def _general(visitor: Visitor, business: UUID, row: Json) -> None:
    languages = {code: visitor.say(f"language.{code}") for code in ("it", "en", "id")}
    fields = (
        Field(name="name"),
        Field(name="persona", kind="area"),
        Field(name="languages", kind="choices", options=languages),
        Field(name="default_language", kind="choice", options=languages),
        Field(name="timezone"),
    )
    if (
        forms.edit(visitor, "business", fields, row, lambda values: _save(visitor, business, values))
        is not None
    ):
        page.done(visitor)


def _hours(visitor: Visitor, business: UUID, row: Json) -> None:
    st.caption(visitor.say("settings.hours_lead"))
    known: Json = row["hours"] or {}
    typed: dict[str, object] = dict(known)
    with st.form("hours", border=False, enter_to_submit=False):
        for day in DAYS:
            now = known.get(day)
            with st.container(horizontal=True, vertical_alignment="center", key=f"row_day_{day}"):
                is_open = st.toggle(
                    visitor.say(f"day.{day}"), now is not None or not known, key=f"open_{day}", width=130
                )
                begin = st.time_input(
                    visitor.say("settings.from"),
                    _time(now, 0, "09:00"),
                    key=f"from_{day}",
                    width=130,
                    step=900,
                )
                end = st.time_input(
                    visitor.say("settings.to"), _time(now, 1, "19:30"), key=f"to_{day}", width=130, step=900
                )
            closing = f"{end:%H:%M}"
            typed[day] = [f"{begin:%H:%M}", "24:00" if closing == "00:00" else closing] if is_open else None
        closed = st.text_input(
            visitor.say("settings.closed"),
            ", ".join(known.get("closed", [])),
            help=visitor.say("settings.closed_hint"),
            key="closed_days",
        )
        place = st.empty()
        pressed = st.form_submit_button(visitor.say("form.save"), type="primary")
    if not pressed:
        return
    typed["closed"] = [part.strip() for part in closed.split(",") if part.strip()]
    try:
        _save(visitor, business, {"hours": typed})
    except Refused as refused:
        place.error(forms.words(visitor, refused))
        return
    page.done(visitor)


def _time(hours: list[str] | None, place: int, usual: str) -> time:
    text = hours[place] if hours else usual
    return time.fromisoformat("00:00" if text == "24:00" else text)


def _limits(visitor: Visitor, business: UUID, row: Json) -> None:
    st.caption(visitor.say("settings.limits_lead"))
    limits: Json = row["limits"] or {}
    fields = [Field(name=name, kind="money", empty=None) for name in LIMITS]
    shown = {name: limits.get(name) for name in LIMITS} | {"id": row["id"]}

    def save(values: Json) -> object:
        return _save(visitor, business, {"limits": dict(values)}) if values else {}

    if forms.edit(visitor, "limits", fields, shown, save) is not None:
        page.done(visitor)
