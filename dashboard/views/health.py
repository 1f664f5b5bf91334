"""The page of how the traffic is: what is wrong at the top in sentences, the figures below."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard.client import Refused
from dashboard.queries.analytics import Business, businesses
from dashboard.queries.health import QUEUES, Alert, alerts, health
from dashboard.views import cards
from dashboard.visitor import Visitor
from dashboard.words import age, duration, named, number, span
from processors.model import Json

REPAINT_SECONDS = 10
TEMPLATE_TONES: dict[str, cards.Tone] = {"APPROVED": "good", "PENDING": "info", "IN_APPEAL": "info"}
QUALITY_TONES: dict[str, cards.Tone] = {"GREEN": "good", "YELLOW": "warn", "RED": "bad"}


def show(visitor: Visitor) -> None:
    """Draw the page; it looks again every few seconds."""
    cards.style()
    cards.heading(visitor.say("page.health"))
    known = visitor.ask(businesses)
    business = known[0]
    if len(known) > 1:
        business = st.selectbox(
            visitor.say("analytics.business"),
            known,
            format_func=lambda one: one.name,
            width=220,
            label_visibility="collapsed",
        )
    st.fragment(partial(_painted, visitor, business), key="health", run_every=REPAINT_SECONDS)()


def _painted(visitor: Visitor, business: Business) -> None:
    try:
        found = visitor.ask(lambda client: health(client, business.id))
    except Refused as refused:
        st.error(visitor.refusal(refused))
        return
    _alerts(visitor, alerts(found, live=not visitor.desk.hub.is_deaf(visitor.session)))
    _queues(visitor, found)
    _numbers(visitor, found)
    _errors(visitor, found)
    _templates(visitor, found)


def _alerts(visitor: Visitor, told: list[Alert]) -> None:
    if not told:
        cards.alerts(cards.alert("good", visitor.say("health.well"), visitor.say("health.well_hint")))
        return
    cards.alerts(*(_alert(visitor, alert) for alert in told))


def _alert(visitor: Visitor, alert: Alert) -> str:
    values = dict(alert.values)
    if alert.seconds is not None:
        values["time"] = span(visitor, alert.seconds)
    return cards.alert(
        alert.tone,
        visitor.say(f"health_alert.{alert.name}", **values),
        visitor.say(f"health_remedy.{alert.name}", **values),
    )


def _queues(visitor: Visitor, found: Json) -> None:
    cards.heading(visitor.say("health.flow"), size=3)
    heard = found["heard_at"]
    receipts = found["receipts"]
    cards.facts(
        cards.fact(
            visitor.say("health.heard"),
            visitor.say("health.ago", time=age(visitor, heard)) if heard else "–",
            _liveness(visitor),
        ),
        *(
            cards.fact(
                visitor.say(f"health_queue.{name}"),
                number(visitor, found[name]["waiting"]),
                visitor.say("health.oldest", time=span(visitor, found[name]["oldest_seconds"]))
                if found[name]["waiting"]
                else "",
            )
            for name in QUEUES
        ),
        cards.fact(
            visitor.say("health.receipts"),
            duration(visitor, found["receipt_seconds"]),
            visitor.say("health.parked", count=number(visitor, receipts["parked"])),
        ),
        cards.fact(visitor.say("health.unknown"), number(visitor, found["sends"]["unknown"])),
    )


def _liveness(visitor: Visitor) -> str:
    hub, session = visitor.desk.hub, visitor.session
    if hub.is_live(session):
        return visitor.say("health.live")
    return visitor.say("health.not_live") if hub.is_deaf(session) else ""


def _numbers(visitor: Visitor, found: Json) -> None:
    cards.heading(visitor.say("health.numbers"), size=3)
    for account in found["accounts"]:
        states = [visitor.say("health.simulated")] if account["simulated"] else []
        states += [] if account["active"] else [visitor.say("health.inactive")]
        heard = account["heard_at"]
        with st.container(border=True):
            cards.block(
                cards.line(
                    cards.strong(account["label"] or account["channel"]),
                    cards.soft(f"+{account['phone']}" if account["phone"] else account["channel"]),
                    *(cards.tone(state) for state in states),
                    *_quality(account["health"]),
                    cards.soft(visitor.say("health.heard_ago", time=age(visitor, heard)) if heard else ""),
                ),
                *(
                    cards.said(f"{event.replace('_', ' ').lower()} · {_details(details)}")
                    for event, details in sorted(account["health"].items())
                ),
            )


def _quality(health_of_number: Json) -> list[str]:
    """What the provider thinks of a number: its quality and how many people a day it may write to first."""
    shown = []
    for details in health_of_number.values():
        if isinstance(details, dict):
            rating = str(details.get("quality_rating") or "")
            limit = str(details.get("current_limit") or details.get("messaging_limit_tier") or "")
            shown += [cards.tone(rating, QUALITY_TONES.get(rating, "calm"))] if rating else []
            shown += [cards.tone(limit.replace("TIER_", ""), "info")] if limit else []
    return shown


def _details(details: object) -> str:
    if not isinstance(details, dict):
        return str(details)
    return " · ".join(
        f"{name.replace('_', ' ')}: {value}"
        for name, value in details.items()
        if isinstance(value, str | int) and name not in ("event", "at", "display_phone_number")
    )


def _errors(visitor: Visitor, found: Json) -> None:
    cards.heading(visitor.say("health.errors"), size=3)
    if not found["errors"]:
        cards.block(cards.soft(visitor.say("health.no_errors")))
    for error in found["errors"]:
        with st.container(border=True):
            cards.block(
                cards.line(
                    cards.tone(str(error["code"] or "–"), "bad" if error["failed"] else "warn"),
                    cards.strong(named(visitor, "error", error["code"])),
                    cards.soft(
                        visitor.say("health.error_count", count=error["messages"], failed=error["failed"])
                    ),
                    cards.soft(visitor.say("health.last", time=age(visitor, error["last_at"]))),
                ),
                cards.todo(named(visitor, "remedy", error["code"])),
            )


def _templates(visitor: Visitor, found: Json) -> None:
    if not found["templates"]:
        return
    cards.heading(visitor.say("health.templates"), size=3)
    with st.container(border=True):
        cards.block(
            *(
                cards.line(
                    cards.strong(template["name"]),
                    cards.soft(f"{template['language']} · {template['category'].lower()}"),
                    cards.tone(
                        named(visitor, "template_status", template["status"]),
                        TEMPLATE_TONES.get(template["status"], "bad"),
                    ),
                    cards.tone(template["quality"], QUALITY_TONES.get(template["quality"], "calm"))
                    if template["quality"]
                    else "",
                    cards.soft(template["reason"] or ""),
                )
                for template in found["templates"]
            )
        )
