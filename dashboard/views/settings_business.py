"""What a business is set to: name, voice, languages, hours, limits."""

from __future__ import annotations

from uuid import UUID

import streamlit as st

from dashboard.queries import people
from dashboard.views import forms, hours, page
from dashboard.views.forms import Field
from dashboard.visitor import Visitor
from processors.model import Json

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
    "prompt_v2_percent",
    "proposal_minutes",
    "payment_minutes",
)
SWITCHES = ("rider_phone", "dealer_summary")
"""Limits that are 1 or nothing."""


def show(visitor: Visitor, business: UUID) -> None:
    """Draw the forms; each saves what it shows."""
    row = visitor.ask(lambda client: people.business(client, business))
    general, opening, limits = st.tabs(
        [visitor.say("settings.general"), visitor.say("settings.hours"), visitor.say("settings.limits")]
    )
    with general:
        _general(visitor, business, row)
    with opening:
        _hours(visitor, business, row)
    with limits:
        _limits(visitor, business, row)


def _save(visitor: Visitor, business: UUID, settings: Json) -> object:
    asked = {"p_business_id": str(business), "p_settings": dict(settings)}
    return visitor.ask(lambda client: people.save(client, "save_business_settings", asked))


def _general(visitor: Visitor, business: UUID, row: Json) -> None:
    languages = {code: visitor.say(f"language.{code}") for code in ("it", "en", "id")}
    ways = {way: visitor.say(f"payment_method.{way}") for way in ("cash_on_delivery", "stripe")}
    kinds = {kind: visitor.say(f"bot_kind.{kind}") for kind in ("commerce", "scam_check")}
    fields = (
        Field(name="name"),
        Field(name="bot_kind", kind="choice", options=kinds),
        Field(name="persona", kind="area"),
        Field(name="languages", kind="choices", options=languages),
        Field(name="default_language", kind="choice", options=languages),
        Field(name="timezone"),
        Field(name="payment_methods", kind="choices", options=ways),
    )
    if (
        forms.edit(visitor, "business", fields, row, lambda values: _save(visitor, business, values))
        is not None
    ):
        page.done(visitor)


def _hours(visitor: Visitor, business: UUID, row: Json) -> None:
    st.caption(visitor.say("settings.hours_lead"))
    if hours.edit(
        visitor, "business", row["hours"] or {}, lambda typed: _save(visitor, business, {"hours": typed})
    ):
        page.done(visitor)


def _limits(visitor: Visitor, business: UUID, row: Json) -> None:
    st.caption(visitor.say("settings.limits_lead"))
    limits: Json = row["limits"] or {}
    fields = [Field(name=name, kind="money", empty=None) for name in LIMITS]
    fields += [Field(name=name, kind="flag") for name in SWITCHES]
    shown = {name: limits.get(name) for name in LIMITS} | {name: bool(limits.get(name)) for name in SWITCHES}

    def save(values: Json) -> object:
        given = {name: int(value) if isinstance(value, bool) else value for name, value in values.items()}
        return _save(visitor, business, {"limits": given}) if values else {}

    if forms.edit(visitor, "limits", fields, {**shown, "id": row["id"]}, save) is not None:
        page.done(visitor)
