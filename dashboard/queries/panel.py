"""What stands beside a thread: the cart, the contact's orders and talks, escalations, the last turn."""

from __future__ import annotations

import asyncio
from typing import Any

from postgrest import AsyncPostgrestClient

from dashboard.client import one, rows
from dashboard.queries import cart, contacts
from dashboard.queries.payments import PAYMENTS, current, may_be_cash, word
from processors.model import Json

ORDERS = 8
ESCALATIONS = 5
TIMES = 4
RATINGS = 3

# Tables with two foreign keys to the same table need the name of the one that is meant.
PART = (
    "id, code, status, lines, total_price, currency, accepted_at, delivered_at, created_at, way:delivery->>way, "
    "dealer:dealers!market_orders_dealer_id_fkey(name), rider:riders(name)"
)
EVENTS = "events:order_events(id, kind, actor, created_at, market_order_id, what:data->>what, dealer:dealers(name))"
RELAY = (
    "id, code, products, total_price, currency, status, failure_reason, created_at, confirmed_at, "
    f"parts:market_orders!market_orders_relay_id_fkey({PART}), {EVENTS}, {PAYMENTS}"
)
BESIDE = (
    "summary, conversation_summaries(made_by), escalations(id, reason, detail, status, created_at, resolved_at), "
    "times:response_times(id, kind, seconds, answered, due_at, done_at, staff:staff(name)), "
    "turns(id, intent, confidence, language, outcome, understood, finished_at), "
    "contact:contacts(ratings:satisfaction(id, score, asked_at, answered_at, staff:staff(name)))"
)


async def panel(client: AsyncPostgrestClient, conversation: Json) -> dict[str, Any]:
    """What stands beside a conversation, by its part.

    `cart`, `orders`, `dealer_orders` (of a dealer), `escalations`, `times`, `ratings`, `turn`, its `model`, `summary`,
    and what `contacts.person` tells of the contact.
    """
    basket, orders, dealer_orders, beside, person = await asyncio.gather(
        cart.cart(client, conversation["id"]),
        _orders(client, conversation),
        _dealer_orders(client, conversation),
        _beside(client, conversation),
        contacts.person(client, conversation),
    )
    turn = beside["turns"][0] if beside["turns"] else None
    return {
        "cart": basket,
        "orders": orders,
        "escalations": beside["escalations"],
        "times": beside["times"],
        "ratings": (beside["contact"] or {}).get("ratings", []),
        "turn": turn,
        "model": await _model(client, conversation, turn),
        "dealer_orders": dealer_orders,
        "summary": _summary(beside),
        **person,
    }


async def _beside(client: AsyncPostgrestClient, conversation: Json) -> Json:
    """What hangs on the conversation itself, in one question."""
    query = client.from_("whatsapp_conversations").select(BESIDE).eq("id", conversation["id"])
    query = query.order("created_at", desc=True, foreign_table="escalations")
    query = query.limit(ESCALATIONS, foreign_table="escalations")
    query = query.order("id", desc=True, foreign_table="times").limit(TIMES, foreign_table="times")
    query = query.not_.is_("turns.intent", "null").order("finished_at", desc=True, foreign_table="turns")
    query = query.limit(1, foreign_table="turns")
    # What they said of the help they got, here or in an earlier conversation.
    query = query.order("asked_at", desc=True, foreign_table="contact.ratings")
    query = query.limit(RATINGS, foreign_table="contact.ratings")
    found = await one(query.limit(1))
    return found or {"summary": "", "escalations": [], "times": [], "turns": [], "contact": None}


async def _orders(client: AsyncPostgrestClient, conversation: Json) -> list[Json]:
    query = client.from_("whatsapp_order_relays").select(RELAY)
    if contact := conversation.get("contact"):
        # Whatever they ordered, in this conversation or before.
        query = query.eq("contact_id", contact["id"])
    else:
        query = query.eq("conversation_id", conversation["id"])
    query = query.order("id", foreign_table="events").order("code", foreign_table="parts")
    found = await rows(query.order("created_at", desc=True).limit(ORDERS))
    return [{**order, **_paying(order)} for order in found]


def _paying(order: Json) -> Json:
    """How it is `paying` and how that stands, by its name in the texts; whether it may still be cash (`cashable`)."""
    payment = current(order["payments"])
    waits = order["status"] == "confirmed" and may_be_cash(payment)
    return {"paying": word(payment) if payment else None, "cashable": waits}


async def _model(client: AsyncPostgrestClient, conversation: Json, turn: Json | None) -> Json | None:
    """The model call that a turn rests on, None where rules understood by themselves."""
    if turn is None:
        return None
    query = client.from_("ai_calls").select(
        "model, outcome, input_tokens, output_tokens, cost_usd, latency_ms"
    )
    query = query.eq("conversation_id", conversation["id"]).eq("turn_id", turn["id"])
    return await one(query.order("id", desc=True).limit(1))


def _summary(beside: Json) -> Json | None:
    """The talk in a few `words`, `made_by` a model or of the customer's own words; None while there are none."""
    if not beside["summary"]:
        return None
    made = beside["conversation_summaries"]
    return {"words": beside["summary"], "made_by": made["made_by"] if made else None}


async def _dealer_orders(client: AsyncPostgrestClient, conversation: Json) -> list[Json]:
    """The latest market orders of the dealer who writes, if it is one."""
    phone = conversation["phone"]
    if conversation["conversation_type"] != "dealer" or phone is None:
        return []
    book = client.from_("rider_contacts").select("dealer_id").eq("contact_type", "dealer")
    book = book.eq("business_id", conversation["business_id"]).eq("contact_value", phone)
    dealer = await one(book.limit(1))
    if dealer is None or dealer["dealer_id"] is None:
        return []
    query = client.from_("market_orders").select(f"{PART}, {EVENTS}").eq("dealer_id", dealer["dealer_id"])
    query = query.order("id", foreign_table="events")
    return await rows(query.order("created_at", desc=True).limit(ORDERS))
