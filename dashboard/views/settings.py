"""The page of admins: who works here, what the business is set to, dealers, riders, zones, and texts sent often."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

import streamlit as st

from dashboard.client import Refused
from dashboard.queries import people
from dashboard.views import forms, hours, page, settings_business, settings_desk
from dashboard.views.forms import Field
from dashboard.views.settings_staff import show_staff
from dashboard.visitor import Visitor
from processors.model import Json

LANGUAGES = ("it", "en", "id")


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of row: its table, its fields, the function that saves it and the one that removes it."""

    table: str
    fields: Sequence[Field]
    function: str
    argument: str
    title: Callable[[Json], str]
    more: Callable[[Json], str] = lambda row: ""
    remove: tuple[str, str] | None = None
    off: Callable[[Json], bool] = lambda row: False
    shown: Callable[[Json], Json] = lambda row: row
    """The row as its form shows it."""
    with_hours: bool = False
    """Whether it keeps opening hours of its own, beside its fields."""


def show(visitor: Visitor) -> None:
    """Draw the page."""
    business = page.head(visitor, "settings", visitor.say("settings.lead"), "admin")
    names = ("staff", "business", "desk", "dealers", "riders", "zones", "replies")
    tabs = st.tabs([visitor.say(f"settings_tab.{name}") for name in names])
    with tabs[0]:
        show_staff(visitor, business)
    with tabs[1]:
        settings_business.show(visitor, business)
    with tabs[2]:
        settings_desk.show(visitor, business)
    with tabs[3]:
        _rows(visitor, business, _dealers(visitor))
    with tabs[4]:
        st.subheader(visitor.say("settings.riders"), anchor=False)
        _rows(visitor, business, RIDERS)
        st.subheader(visitor.say("settings.numbers"), anchor=False)
        st.caption(visitor.say("settings.numbers_lead"))
        _rows(visitor, business, _contacts(visitor, business))
    with tabs[5]:
        st.caption(visitor.say("settings.zones_lead"))
        _rows(visitor, business, ZONES)
    with tabs[6]:
        st.caption(visitor.say("settings.replies_lead"))
        _rows(visitor, business, _replies(visitor))


def language_names(visitor: Visitor) -> dict[Any, str]:
    """The languages that a business may speak, by their code."""
    return {code: visitor.say(f"language.{code}") for code in LANGUAGES}


RIDERS = Kind(
    table="riders",
    fields=(Field(name="name"), Field(name="phone"), Field(name="active", kind="flag", default=True)),
    function="save_rider",
    argument="p_rider",
    title=lambda row: row["name"],
    more=lambda row: f"+{row['phone']}" if row["phone"] else "",
    off=lambda row: not row["active"],
)

ZONES = Kind(
    table="delivery_zones",
    fields=(
        Field(name="name"),
        Field(name="postcodes", kind="words"),
        Field(name="latitude", kind="decimal", empty=None),
        Field(name="longitude", kind="decimal", empty=None),
        Field(name="radius_km", kind="decimal", empty=None),
        Field(name="fee", kind="money", empty="0"),
        Field(name="free_above", kind="money", empty=None),
        Field(name="minimum_order", kind="money", empty="0"),
        Field(name="minutes_from", kind="number"),
        Field(name="minutes_to", kind="number"),
        Field(name="active", kind="flag", default=True),
    ),
    function="save_delivery_zone",
    argument="p_zone",
    title=lambda row: row["name"],
    more=lambda row: " · ".join(row["postcodes"][:8]) or f"{row['radius_km']} km",
    off=lambda row: not row["active"],
)


def _dealers(visitor: Visitor) -> Kind:
    return Kind(
        table="dealers",
        fields=(
            Field(name="name"),
            Field(name="address", hint="hint.dealer_address"),
            Field(name="language", kind="choice", options=language_names(visitor)),
            Field(name="priority", kind="number", default=100),
            Field(name="paused", kind="flag"),
        ),
        function="save_dealer",
        argument="p_dealer",
        title=lambda row: row["name"],
        more=lambda row: row["address"],
        off=lambda row: row["paused"] or _still(row["paused_until"]),
        # A pause that ends by itself is one too: switched off here, it is over.
        shown=lambda row: {**row, "paused": row["paused"] or _still(row["paused_until"])} if row else row,
        with_hours=True,
    )


def _still(until: str | None) -> bool:
    """Whether a pause with an end is not over."""
    return until is not None and datetime.fromisoformat(until) > datetime.now(UTC)


def _contacts(visitor: Visitor, business: UUID) -> Kind:
    none = {None: "—"}
    dealers = {r["id"]: r["name"] for r in visitor.ask(lambda c: people.listed(c, "dealers", business))}
    riders = {r["id"]: r["name"] for r in visitor.ask(lambda c: people.listed(c, "riders", business))}
    kinds = {kind: visitor.say(f"contact_type.{kind}") for kind in ("dealer", "rider", "support", "other")}
    return Kind(
        table="rider_contacts",
        fields=(
            Field(name="contact_value"),
            Field(name="contact_type", kind="choice", options=kinds),
            Field(name="dealer_id", kind="choice", options=none | dealers),
            Field(name="rider_id", kind="choice", options=none | riders),
            Field(name="name"),
        ),
        function="save_rider_contact",
        argument="p_contact",
        title=lambda row: f"+{row['contact_value']}",
        more=lambda row: " · ".join(
            # A number is mostly named as whoever it belongs to.
            dict.fromkeys(
                part
                for part in (
                    kinds[row["contact_type"]],
                    dealers.get(row["dealer_id"]) or riders.get(row["rider_id"]) or "",
                    row["name"],
                )
                if part
            )
        ),
        remove=("remove_rider_contact", "p_contact_id"),
    )


def _replies(visitor: Visitor) -> Kind:
    return Kind(
        table="canned_replies",
        fields=(
            Field(name="shortcut"),
            Field(name="language", kind="choice", options=language_names(visitor)),
            Field(name="body", kind="area", hint="hint.canned_body"),
        ),
        function="save_canned_reply",
        argument="p_reply",
        title=lambda row: f"/{row['shortcut']} · {row['language']}",
        more=lambda row: row["body"],
        remove=("remove_canned_reply", "p_reply_id"),
    )


def _rows(visitor: Visitor, business: UUID, kind: Kind) -> None:
    found = visitor.ask(lambda client: people.listed(client, kind.table, business))
    if st.button(visitor.say(f"add.{kind.table}"), icon=":material/add:", key=f"add_{kind.table}"):
        page.dialog(
            visitor.say(f"add.{kind.table}"),
            lambda: _edit(visitor, business, kind, {}),
            wide=len(kind.fields) > 6,
        )
    if not found:
        st.caption(visitor.say("form.none"))
    for row in found:
        with st.container(horizontal=True, vertical_alignment="center", key=f"row_{kind.table}_{row['id']}"):
            with st.container(gap=None):
                title = page.plain(kind.title(row))
                if st.button(title, type="tertiary", key=f"edit_{kind.table}_{row['id']}"):
                    edit = partial(_edit, visitor, business, kind, row)
                    page.dialog(title, edit, wide=len(kind.fields) > 6)
                if kind.more(row):
                    st.caption(page.plain(kind.more(row)))
            if kind.off(row):
                st.badge(visitor.say(f"is_off.{kind.table}"), color="orange")


def _edit(visitor: Visitor, business: UUID, kind: Kind, row: Json) -> None:
    def save(values: Json) -> object:
        given = {name: value for name, value in values.items() if row or value is not None}
        # With null the database refuses to write over a row that is there already.
        given["id"] = row["id"] if row else None
        asked = {"p_business_id": str(business), kind.argument: given}
        return visitor.ask(lambda client: people.save(client, kind.function, asked))

    if (
        forms.edit(visitor, f"{kind.table}_{row.get('id', 'new')}", kind.fields, kind.shown(row), save)
        is not None
    ):
        page.done(visitor)
    if kind.with_hours and row:
        st.divider()
        st.caption(visitor.say("settings.dealer_hours_lead"))
        if hours.edit(visitor, str(row["id"]), row["hours"] or {}, lambda typed: save({"hours": typed})):
            page.done(visitor)
    if (
        kind.remove
        and row
        and st.button(visitor.say("form.remove"), icon=":material/delete:", key="remove_row")
    ):
        function, argument = kind.remove
        asked = {"p_business_id": str(business), argument: row["id"]}
        try:
            visitor.ask(lambda client: people.save(client, function, asked))
        except Refused as refused:
            st.error(forms.words(visitor, refused))
            return
        page.done(visitor, "form.removed")
