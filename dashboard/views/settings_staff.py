"""Who works here: roles, invitations, a mail for a new password."""

from __future__ import annotations

import asyncio
from functools import partial
from uuid import UUID

import streamlit as st

from dashboard.identity import Identity, TooManySignIns
from dashboard.queries import people
from dashboard.views import forms, page
from dashboard.views.forms import Field
from dashboard.visitor import Visitor
from processors.errors import BadRequest, StorageUnavailable
from processors.model import Json

ROLES = ("admin", "agent", "viewer")
MAIL_SECONDS = 20.0


def show_staff(visitor: Visitor, business: UUID) -> None:
    """Draw the list."""
    st.caption(visitor.say("settings.staff_lead"))
    if st.button(visitor.say("settings.invite"), icon=":material/person_add:", type="primary", key="invite"):
        page.dialog(visitor.say("settings.invite"), lambda: _invite(visitor, business))
    for person in visitor.ask(lambda client: people.staff(client, business)):
        name = person["name"] or person["email"]
        with st.container(horizontal=True, vertical_alignment="center", key=f"row_staff_{person['id']}"):
            with st.container(gap=None):
                if st.button(page.plain(name), type="tertiary", key=f"edit_staff_{person['id']}"):
                    page.dialog(page.plain(name), partial(_edit, visitor, business, person))
                # A caption would make a link of it.
                st.text(person["email"] or "")
            if not person["active"]:
                st.badge(visitor.say("settings.switched_off"), color="gray")
            elif person["signed_in_at"] is None:
                st.badge(visitor.say("settings.never_in"), color="orange")
            st.badge(
                visitor.say(f"role.{person['role']}"), color="blue" if person["role"] == "admin" else "green"
            )


def _fields(visitor: Visitor) -> tuple[Field, ...]:
    roles = {role: visitor.say(f"role.{role}") for role in reversed(ROLES)}
    return (
        Field(name="name", hint="hint.staff_name"),
        Field(name="role", kind="choice", options=roles, default="agent"),
    )


def _invite(visitor: Visitor, business: UUID) -> None:
    st.caption(visitor.say("settings.invite_lead"))

    def send(values: Json) -> object:
        person = {**values, "business_id": str(business)}
        return {"mailed": visitor.ask(lambda client: people.invite(client, visitor.desk.api, person))}

    fields = (Field(name="email"), *_fields(visitor))
    done = forms.edit(visitor, "invitation", fields, {}, send, submit="settings.send_invitation")
    if isinstance(done, dict):
        page.done(visitor, "settings.invited" if done["mailed"] else "settings.added")


def _edit(visitor: Visitor, business: UUID, person: Json) -> None:
    def save(values: Json) -> object:
        asked = {"p_business_id": str(business), "p_staff": {**values, "id": person["id"]}}
        return visitor.ask(lambda client: people.save(client, "save_staff", asked))

    fields = (*_fields(visitor), Field(name="active", kind="flag", hint="hint.staff_active"))
    if forms.edit(visitor, f"staff_{person['id']}", fields, person, save) is not None:
        page.done(visitor)
    if person["email"] and st.button(
        visitor.say("settings.mail_password"), icon=":material/mail:", type="tertiary", key="mail_password"
    ):
        _mail_password(visitor, person["email"])


def _mail_password(visitor: Visitor, email: str) -> None:
    identity = Identity(visitor.desk.settings, visitor.desk.http)
    try:
        asyncio.run_coroutine_threadsafe(identity.mail_password(email), visitor.desk.loop).result(
            MAIL_SECONDS
        )
    except TooManySignIns:
        st.warning(visitor.say("settings.mail_wait"))
    except (BadRequest, StorageUnavailable, TimeoutError):
        st.error(visitor.say("desk.failed"))
    else:
        st.success(visitor.say("settings.mailed"))
