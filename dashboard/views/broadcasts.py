"""The page of broadcasts: how far each is, a new one with its preview, and the templates they are made of."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, time
from functools import partial
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard.client import Refused
from dashboard.queries import broadcasts, people
from dashboard.views import forms, page
from dashboard.views.forms import Field
from dashboard.visitor import Visitor
from processors.model import Json

REPAINT_SECONDS = 4
Colour = Literal["gray", "orange", "blue", "green", "red"]
COLOURS: Mapping[str, Colour] = {
    "draft": "gray",
    "scheduled": "orange",
    "running": "blue",
    "done": "green",
    "cancelled": "gray",
}
STATES: Mapping[str, Colour] = {
    "APPROVED": "green",
    "PENDING": "orange",
    "REJECTED": "red",
    "PAUSED": "red",
    "DISABLED": "gray",
}
STEPS = ("queued", "sent", "delivered", "read", "failed", "left_out")
CATEGORIES = ("UTILITY", "MARKETING")
LABELS = {
    "name": "broadcasts.name",
    "template_id": "broadcasts.template",
    "params": "broadcasts.values",
    "ordered_days": "broadcasts.ordered_days",
    "scheduled_at": "broadcasts.day",
}
"""The fields of a new broadcast as the page calls them."""


def show(visitor: Visitor) -> None:
    """Draw the page."""
    business = page.head(visitor, "broadcasts", visitor.say("broadcasts.lead"))
    sent, templates = st.tabs([visitor.say("broadcasts.sent"), visitor.say("broadcasts.templates")])
    with sent:
        if page.may(visitor, business, "admin") and st.button(
            visitor.say("broadcasts.new"), icon=":material/campaign:", type="primary", key="new_broadcast"
        ):
            st.session_state["broadcast.key"] = str(uuid.uuid4())
            st.session_state.pop("broadcast.preview", None)
            page.dialog(visitor.say("broadcasts.new"), lambda: _new(visitor, business), wide=True)
        _runs(visitor, business)
    with templates:
        _templates(visitor, business)


def _runs(visitor: Visitor, business: UUID) -> None:
    @st.fragment(run_every=REPAINT_SECONDS, key="broadcast_runs")
    def painted() -> None:
        found = visitor.ask(lambda client: broadcasts.progress(client, business))
        if not found:
            st.info(visitor.say("broadcasts.none"), icon=":material/campaign:")
        for row in found:
            _run(visitor, business, row)

    painted()


def _run(visitor: Visitor, business: UUID, row: Json) -> None:
    counts: Json = row["counts"]
    total = sum(counts.get(step, 0) for step in STEPS if step != "left_out")
    with st.container(border=True, key=f"broadcast_{row['id']}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            with st.container(gap=None):
                st.text(row["name"])
                st.caption(page.plain(f"{row['template']} · {row['language']}"))
            st.badge(visitor.say(f"broadcast_state.{row['status']}"), color=COLOURS[row["status"]])
        if row["status"] == "scheduled":
            st.caption(visitor.say("broadcasts.begins", when=_when(visitor, business, row["scheduled_at"])))
        if total:
            gone = total - counts.get("queued", 0)
            st.progress(gone / total, visitor.say("broadcasts.gone", gone=gone, total=total))
        steps = [step for step in STEPS if counts.get(step)]
        st.caption(" · ".join(visitor.say(f"broadcast_step.{step}", count=counts[step]) for step in steps))
        if row["reasons"]:
            reasons = [visitor.say(f"left_out.{name}", count=count) for name, count in row["reasons"].items()]
            st.caption(visitor.say("broadcasts.left_out", reasons=", ".join(reasons)))
        if not page.may(visitor, business, "admin"):
            return
        if row["status"] == "draft" and st.button(visitor.say("broadcasts.start"), key=f"start_{row['id']}"):
            _act(visitor, "start_broadcast", row)
        if row["status"] in ("scheduled", "running", "draft") and st.button(
            visitor.say("broadcasts.stop"), icon=":material/stop_circle:", key=f"stop_{row['id']}"
        ):
            _act(visitor, "stop_broadcast", row)


def _act(visitor: Visitor, function: str, row: Json) -> None:
    try:
        visitor.ask(lambda client: broadcasts.call(client, function, {"p_broadcast_id": row["id"]}))
    except Refused as refused:
        st.error(forms.words(visitor, refused))
        return
    st.rerun(scope="app")


def _zone(visitor: Visitor, business: UUID) -> ZoneInfo:
    return ZoneInfo(visitor.ask(lambda client: people.business(client, business))["timezone"])


def _when(visitor: Visitor, business: UUID, moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(_zone(visitor, business)):%d/%m/%Y %H:%M}"


def _new(visitor: Visitor, business: UUID) -> None:
    usable = [
        template
        for template in visitor.ask(lambda client: broadcasts.templates(client, business))
        if template["status"] == "APPROVED" and template["category"] in CATEGORIES
    ]
    if not usable:
        st.info(visitor.say("broadcasts.no_template"))
        return
    name = st.text_input(visitor.say("broadcasts.name"), key="broadcast.name", max_chars=120)
    template = st.selectbox(
        visitor.say("broadcasts.template"),
        usable,
        format_func=lambda one: (
            f"{one['name']} · {one['language']} · {visitor.say('template_category.' + one['category'])}"
        ),
        key="broadcast.template",
    )
    st.text(template["body"])
    params = [
        st.text_input(
            visitor.say("broadcasts.value", number=number),
            key=f"broadcast.value.{template['id']}.{number}",
            help=visitor.say("broadcasts.value_hint"),
        )
        for number in range(1, template["params"] + 1)
    ]
    audience = _audience(visitor, business, template)
    given = {"name": name, "template_id": template["id"], "params": params, "audience": audience}
    problem = st.empty()
    if st.button(visitor.say("broadcasts.preview"), icon=":material/visibility:", key="broadcast.look"):
        try:
            asked = {"p_business_id": str(business), "p_broadcast": {**given, "name": name or "-"}}
            found = visitor.ask(lambda client: broadcasts.call(client, "preview_broadcast", asked))
            st.session_state["broadcast.preview"] = (given | {"name": ""}, found)
        except Refused as refused:
            problem.error(_refusal(visitor, refused))
    seen, found = st.session_state.get("broadcast.preview", (None, None))
    # What was changed after the look has to be looked at again before it may be sent.
    if seen != given | {"name": ""}:
        return
    _preview(visitor, found)
    if found["recipients"]:
        _send(visitor, business, given, found["recipients"])


def _audience(visitor: Visitor, business: UUID, template: Json) -> Json:
    languages = {code: visitor.say(f"language.{code}") for code in ("it", "en", "id")}
    own = str(template["language"])[:2]
    options = [None, *languages]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        language = st.selectbox(
            visitor.say("broadcasts.language"),
            options,
            options.index(own) if own in options else 0,
            format_func=lambda code: languages[code] if code else visitor.say("broadcasts.any"),
            key=f"broadcast.language.{template['id']}",
        )
        days = st.number_input(
            visitor.say("broadcasts.ordered_days"),
            value=None,
            min_value=1,
            max_value=3650,
            step=1,
            key="broadcast.days",
        )
        label = st.selectbox(
            visitor.say("broadcasts.label"),
            visitor.ask(lambda client: broadcasts.labels(client, business)),
            index=None,
            placeholder=visitor.say("broadcasts.any"),
            key="broadcast.label",
        )
    chosen = {"language": language, "ordered_days": days, "label": label}
    return {key: value for key, value in chosen.items() if value is not None}


def _preview(visitor: Visitor, found: Json) -> None:
    with st.container(border=True):
        count = found["recipients"]
        who = (
            visitor.say("broadcasts.recipient")
            if count == 1
            else visitor.say("broadcasts.recipients", count=count)
        )
        st.markdown(f"**{who}**")
        if found["left_out"]:
            reasons = [
                visitor.say(f"left_out.{name}", count=count) for name, count in found["left_out"].items()
            ]
            st.caption(visitor.say("broadcasts.left_out", reasons=", ".join(reasons)))
        for one in found["sample"]:
            with st.chat_message("assistant", avatar=":material/chat:"):
                st.text(one["text"])


def _send(visitor: Visitor, business: UUID, given: Json, count: int) -> None:
    later = st.toggle(visitor.say("broadcasts.later"), key="broadcast.later")
    moment = None
    if later:
        zone = _zone(visitor, business)
        today = datetime.now(zone).date()
        with st.container(horizontal=True):
            day = st.date_input(
                visitor.say("broadcasts.day"),
                today,
                min_value=today,
                key="broadcast.day",
                format="DD/MM/YYYY",
            )
            hour = st.time_input(visitor.say("broadcasts.hour"), time(10), key="broadcast.hour")
        moment = datetime.combine(day, hour, zone).isoformat()
    word = "broadcasts.schedule" if later else "broadcasts.send"
    if not st.button(
        visitor.say(word, count=count), type="primary", icon=":material/send:", key="broadcast.send"
    ):
        return
    if moment is not None and datetime.fromisoformat(moment) <= datetime.now(UTC):
        # The database would begin at once, which is not what was asked for.
        st.error(visitor.say("broadcasts.past"))
        return
    key = st.session_state["broadcast.key"]
    asked = {"p_business_id": str(business), "p_broadcast": dict(given), "p_client_key": key}
    try:
        made = visitor.ask(lambda client: broadcasts.call(client, "create_broadcast", asked))
        begun = {"p_broadcast_id": made["id"], "p_at": moment}
        visitor.ask(lambda client: broadcasts.call(client, "start_broadcast", begun))
    except Refused as refused:
        st.error(_refusal(visitor, refused))
        return
    page.done(visitor, "broadcasts.scheduled" if later else "broadcasts.on_its_way")


def _refusal(visitor: Visitor, refused: Refused) -> str:
    """What is wrong, with the name of the field: the button is far below it."""
    label = LABELS.get(refused.fields[-1])
    told = forms.words(visitor, refused)
    return f"«{visitor.say(label)}»: {told}" if label else told


def _templates(visitor: Visitor, business: UUID) -> None:
    st.caption(visitor.say("broadcasts.templates_lead"))
    if page.may(visitor, business, "admin") and st.button(
        visitor.say("broadcasts.add_template"), icon=":material/add:", key="add_template"
    ):
        page.dialog(visitor.say("broadcasts.add_template"), lambda: _edit(visitor, business, {}))
    for row in visitor.ask(lambda client: broadcasts.templates(client, business)):
        with st.container(horizontal=True, vertical_alignment="center", key=f"row_{row['id']}"):
            with st.container(gap=None):
                title = page.plain(f"{row['name']} · {row['language']}")
                if st.button(title, type="tertiary", key=f"template_{row['id']}"):
                    page.dialog(title, partial(_template, visitor, business, row))
                st.caption(page.plain(row["body"]))
            st.badge(visitor.say(f"template_category.{row['category']}"), color="violet")
            st.badge(visitor.say(f"template_state.{row['status']}"), color=STATES.get(row["status"], "gray"))


def _template(visitor: Visitor, business: UUID, row: Json) -> None:
    with st.chat_message("assistant", avatar=":material/chat:"):
        st.text(row["body"])
        for button in row["buttons"]:
            st.badge(page.plain(str(button)), color="blue")
    if row["status_reason"]:
        st.warning(page.plain(row["status_reason"]))
    if page.may(visitor, business, "admin"):
        _edit(visitor, business, row)


def _edit(visitor: Visitor, business: UUID, row: Json) -> None:
    categories = {name: visitor.say(f"template_category.{name}") for name in CATEGORIES}
    fields = (
        Field(name="name", hint="hint.template_name"),
        Field(name="language", hint="hint.template_language"),
        Field(name="category", kind="choice", options=categories),
        Field(name="body", kind="area", hint="hint.template_body"),
        Field(name="buttons", kind="words"),
    )

    def save(values: Json) -> object:
        given = {**values, "id": row.get("id")}
        asked = {"p_business_id": str(business), "p_template": given}
        return visitor.ask(lambda client: broadcasts.call(client, "save_template", asked))

    if forms.edit(visitor, f"template_{row.get('id', 'new')}", fields, row, save) is not None:
        page.done(visitor)
