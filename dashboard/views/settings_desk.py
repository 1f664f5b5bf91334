"""How the desk of a business works: who is given what needs a person."""

from __future__ import annotations

from uuid import UUID

import streamlit as st

from dashboard.queries import people, team
from dashboard.views import forms, page
from dashboard.views.forms import Field
from dashboard.visitor import Visitor
from processors.model import Json


def show(visitor: Visitor, business: UUID) -> None:
    """Draw the form, and a switch for each person."""
    row = visitor.ask(lambda client: team.rules(client, business))
    st.caption(visitor.say("settings.desk_lead"))

    def save(values: Json) -> object:
        asked = {"p_business_id": str(business), "p_rules": dict(values)}
        return visitor.ask(lambda client: people.save(client, "save_desk_rules", asked)) if values else {}

    if forms.edit(visitor, "desk_rules", _fields(visitor), {**row, "id": str(business)}, save) is not None:
        page.done(visitor)
    st.subheader(visitor.say("settings.in_turn"), anchor=False)
    st.caption(visitor.say("settings.in_turn_lead"))
    found = visitor.ask(team.team)
    for person in found["people"]:
        if person["business_id"] == str(business):
            _switch(visitor, person)


def _fields(visitor: Visitor) -> tuple[Field, ...]:
    ways = {way: visitor.say(f"assignment.{way}") for way in ("manual", "round_robin")}
    return (
        Field(name="assignment", kind="choice", options=ways),
        Field(name="open_per_agent", kind="number"),
        Field(name="silent_minutes", kind="number"),
        Field(name="response_minutes", kind="number"),
        Field(name="resolution_minutes", kind="number"),
        Field(name="count_open_hours", kind="flag"),
        Field(name="ask_satisfaction", kind="flag"),
        Field(name="satisfaction_days", kind="number"),
    )


def _switch(visitor: Visitor, person: Json) -> None:
    key = f"takes_part_{person['id']}"

    def change() -> None:
        asked = {"p_staff_id": person["id"], "p_takes_part": bool(st.session_state[key])}
        visitor.ask(lambda client: people.save(client, "set_taking_part", asked))

    with st.container(horizontal=True, vertical_alignment="center", key=f"row_{key}"):
        st.toggle(page.plain(person["name"]), person["takes_part"], key=key, on_change=change)
        if person["online"]:
            st.badge(visitor.say("team.online"), color="green")
