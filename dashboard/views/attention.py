"""The page of everything that needs a person, worst and oldest first, with what can be done about each at hand."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

import streamlit as st

from dashboard.client import Refused
from dashboard.queries.attention import KINDS, Attention, attention, remedies_of, remedy
from dashboard.views import cards
from dashboard.visitor import Visitor
from dashboard.words import age, named
from processors.language.money import money
from processors.model import Json

REPAINT_SECONDS = 5

TONES: dict[str, cards.Tone] = {
    "overdue": "bad",
    "escalation": "warn",
    "message": "bad",
    "turn": "bad",
    "send": "warn",
    "refund": "bad",
}


def show(visitor: Visitor) -> None:
    """Draw the page; what needs a person is asked anew every few seconds."""
    cards.style()
    st.fragment(partial(_list, visitor), key="attention", run_every=REPAINT_SECONDS)()


def _list(visitor: Visitor) -> None:
    found = visitor.ask(attention)
    _tell_badge(found.total)
    if found.total == 0:
        cards.heading(visitor.say("page.attention"))
        cards.blank("✓", visitor.say("attention.empty"), visitor.say("attention.empty_hint"))
        return
    cards.heading(visitor.say("page.attention"), aside=cards.tone(_number(found.total), "bad"))
    for kind in KINDS:
        if found.counts.get(kind):
            _section(visitor, kind, found)


def _section(visitor: Visitor, kind: str, found: Attention) -> None:
    count = found.counts[kind]
    cards.heading(
        visitor.say(f"attention_kind.{kind}"), size=3, aside=cards.soft(_number(count) if count > 1 else "")
    )
    shown = [item for item in found.items if item["kind"] == kind]
    for item in shown:
        _item(visitor, item)
    if count > len(shown):
        cards.block(cards.soft(visitor.say("attention.more", count=count - len(shown))))


def _item(visitor: Visitor, item: Json) -> None:
    # Streamlit makes the key a class of the element, so it may hold plain signs only.
    key = f"{item['kind']}_{item['id']}"
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", key=f"attention_{key}", gap="small"
    ):
        cards.block(*_told(visitor, item))
        if not visitor.may("admin", "agent"):
            return
        for place, name in enumerate(remedies_of(item)):
            st.button(
                visitor.say(f"remedy_name.{name}"),
                key=f"{name}_{key}",
                type="primary" if place == 0 else "secondary",
                on_click=_do,
                args=(visitor, name, item),
            )


def _do(visitor: Visitor, name: str, item: Json) -> None:
    try:
        visitor.ask(lambda client: remedy(client, name, item))
    except Refused as refused:
        st.toast(visitor.refusal(refused), icon="⚠️")
        return
    st.toast(visitor.say(f"remedy_done.{name}"), icon="✅")


def _told(visitor: Visitor, item: Json) -> list[str]:
    """What is said of one item: who, what, since when, and what to do."""
    kind, detail = item["kind"], item["detail"]
    since = cards.soft(visitor.say("attention.since", time=age(visitor, item["at"])))
    who = (
        cards.link(
            item["name"] or visitor.say("attention.nameless"), f"/?conversation={item['conversation_id']}"
        )
        if item["conversation_id"]
        else cards.strong(detail.get("who") or "")
    )
    what = cards.tone(_what(visitor, item), TONES.get(kind, "calm"))
    match kind:
        case "escalation" | "overdue":
            owner = visitor.say("owner.human_named", name=detail["assignee"]) if detail["assignee"] else ""
            return [cards.line(who, what, since, cards.soft(owner)), cards.said(detail["preview"])]
        case "message":
            advice = named(visitor, "remedy", detail["code"])
            return [cards.line(who, what, since), cards.said(detail["text"]), cards.todo(advice)]
        case "turn":
            tries = visitor.say("attention.tries", count=detail["attempts"]) if detail["attempts"] else ""
            return [cards.line(who, what, since, cards.soft(tries)), cards.said(detail["preview"])]
        case "send":
            tries = visitor.say("attention.tries", count=detail["attempts"]) if detail["attempts"] else ""
            return [cards.line(who, what, since, cards.soft(tries)), cards.said(detail["text"])]
        case "refund":
            return [cards.line(who, what, since), cards.said(detail["error"] or "")]
        case "push":
            return [cards.line(who, what, since), cards.said(detail["error"] or "")]
        case "device":
            return [cards.line(who, what, since), cards.todo(visitor.say("attention.device_todo"))]
        case "file":
            return [cards.line(who, what, since), cards.said(detail["file_name"] or "")]
        case "model":
            advice = visitor.say("attention.model_todo")
            return [cards.line(who, what, since), cards.said(detail["preview"]), cards.todo(advice)]
        case "budget":
            advice = "health_remedy.model_spent" if detail["is_spent"] else "health_remedy.model_budget"
            return [cards.line(what, since), cards.todo(visitor.say(advice))]
    times = visitor.say("attention.times", count=detail["count"]) if detail["count"] > 1 else ""
    advice = "attention.account_todo" if detail["is_common"] else "attention.event_todo"
    channel = cards.strong(f"{detail['channel']} · {detail['field']}")
    return [
        cards.line(channel, since, cards.soft(times)),
        cards.said(detail["error"]),
        cards.todo(visitor.say(advice)),
    ]


def _what(visitor: Visitor, item: Json) -> str:
    detail = item["detail"]
    match item["kind"]:
        case "escalation":
            return named(visitor, "reason", detail["reason"])
        case "overdue":
            late = visitor.say(f"overdue.{detail['which']}")
            return f"{late}: {named(visitor, 'reason', detail['reason'])}" if detail["reason"] else late
        case "message":
            return named(visitor, "error", detail["code"])
        case "turn":
            return visitor.say("attention.at_work" if detail["at_work"] else "attention.unanswered")
        case "send":
            return named(visitor, "status", "unknown" if detail["state"] == "unknown" else "pending")
        case "refund":
            amount = money(Decimal(detail["amount"]), detail["currency"], visitor.language)
            return visitor.say("attention.refund", amount=amount, code=detail["code"])
        case "push":
            return visitor.say(
                "attention.push_failed" if detail["status"] == "failed" else "attention.push_failing"
            )
        case "device":
            return visitor.say("attention.no_device")
        case "file":
            return named(visitor, "media_reason", detail["reason"])
        case "model":
            return named(visitor, "model_error", detail["error"])
        case "budget":
            alert = "health_alert.model_spent" if detail["is_spent"] else "health_alert.model_budget"
            return visitor.say(alert, percent=detail["percent"])
    return ""


def _number(count: int) -> str:
    return "99+" if count > 99 else str(count)


def _tell_badge(count: int) -> None:
    """The header keeps the number beside the page's name; here it is as fresh as the list."""
    event = f"new CustomEvent('relaydesk:badge', {{detail: {{page: 'attention', count: {count}}}}})"
    st.html(f"<script>window.dispatchEvent({event})</script>", unsafe_allow_javascript=True)
