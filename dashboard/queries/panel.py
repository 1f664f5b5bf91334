"""What stands beside a thread: the cart, the contact's orders and talks, escalations, the last turn."""

from __future__ import annotations

import asyncio
from typing import Any

from postgrest import AsyncPostgrestClient

from dashboard.client import one, rows
from dashboard.queries import cart, contacts
from dashboard.queries.payments import PAYMENTS, current, word
from processors.model import Json

ORDERS = 8
ESCALATIONS = 5
TIMES = 4
RATINGS = 3

# Tables with two foreign keys to the same table need the name of the one that is meant.
PART = (
    "id, code, status, lines, total_price, currency, accepted_at, delivered_at, created_at, "
    "dealer:dealers!market_orders_dealer_id_fkey(name), rider:riders(name)"
)
EVENTS = "events:order_events(id, kind, actor, created_at, market_order_id, what:data->>what, dealer:dealers(name))"
RELAY = (
    "id, code, products, total_price, currency, status, failure_reason, created_at, confirmed_at, "
    f"parts:market_orders!market_orders_relay_id_fkey({PART}), {EVENTS}, {PAYMENTS}"
)


async def panel(client: AsyncPostgrestClient, conversation: Json) -> dict[str, Any]:
    """What stands beside a conversation, by its part.

    `cart`, `orders`, `dealer_orders` (of a dealer), `escalations`, `times`, `ratings`, `turn`, its `model`, `summary`,
    and what `contacts.person` tells of the contact.
    """
    (
        (basket, orders, dealer_orders),
        (escalations, times, ratings, turn),
        (summary, person),
    ) = await asyncio.gather(
        asyncio.gather(
            cart.cart(client, conversation["id"]),
            _orders(client, conversation),
            _dealer_orders(client, conversation),
        ),
        asyncio.gather(
            _escalations(client, conversation),
            _times(client, conversation),
            _ratings(client, conversation),
            _last_turn(client, conversation),
        ),
        asyncio.gather(_summary(client, conversation), contacts.person(client, conversation)),
    )
    return {
        "cart": basket,
        "orders": orders,
        "escalations": escalations,
        "times": times,
        "ratings": ratings,
        "turn": turn,
        "model": await _model(client, conversation, turn),
        "dealer_orders": dealer_orders,
        "summary": summary,
        **person,
    }


async def _orders(client: AsyncPostgrestClient, conversation: Json) -> list[Json]:
    query = client.from_("whatsapp_order_relays").select(RELAY)
    if contact := conversation.get("contact"):
        # Whatever they ordered, in this conversation or before.
        query = query.eq("contact_id", contact["id"])
    else:
        query = query.eq("conversation_id", conversation["id"])
    query = query.order("id", foreign_table="events").order("code", foreign_table="parts")
    found = await rows(query.order("created_at", desc=True).limit(ORDERS))
    return [{**order, "paying": _paying(order)} for order in found]


def _paying(order: Json) -> str | None:
    """How it is paid and how that stands, by its name in the texts."""
    payment = current(order["payments"])
    return word(payment) if payment else None


async def _escalations(client: AsyncPostgrestClient, conversation: Json) -> list[Json]:
    query = client.from_("escalations").select("id, reason, detail, status, created_at, resolved_at")
    query = query.eq("conversation_id", conversation["id"]).order("created_at", desc=True)
    return await rows(query.limit(ESCALATIONS))


async def _times(client: AsyncPostgrestClient, conversation: Json) -> list[Json]:
    """How long people took, latest first."""
    query = client.from_("response_times").select(
        "id, kind, seconds, answered, due_at, done_at, staff:staff(name)"
    )
    query = query.eq("conversation_id", conversation["id"]).order("id", desc=True)
    return await rows(query.limit(TIMES))


async def _ratings(client: AsyncPostgrestClient, conversation: Json) -> list[Json]:
    """What the customer was asked and said about the help they got, here or in an earlier conversation."""
    contact = conversation.get("contact")
    if not contact:
        return []
    query = client.from_("satisfaction").select("id, score, asked_at, answered_at, staff:staff(name)")
    return await rows(query.eq("contact_id", contact["id"]).order("asked_at", desc=True).limit(RATINGS))


async def _last_turn(client: AsyncPostgrestClient, conversation: Json) -> Json | None:
    query = client.from_("turns").select("id, intent, confidence, language, outcome, understood, finished_at")
    query = query.eq("conversation_id", conversation["id"]).not_.is_("intent", "null")
    return await one(query.order("finished_at", desc=True).limit(1))


async def _model(client: AsyncPostgrestClient, conversation: Json, turn: Json | None) -> Json | None:
    """The model call that a turn rests on, None where rules understood by themselves."""
    if turn is None:
        return None
    query = client.from_("ai_calls").select(
        "model, outcome, input_tokens, output_tokens, cost_usd, latency_ms"
    )
    query = query.eq("conversation_id", conversation["id"]).eq("turn_id", turn["id"])
    return await one(query.order("id", desc=True).limit(1))


async def _summary(client: AsyncPostgrestClient, conversation: Json) -> Json | None:
    """The talk in a few `words`, `made_by` a model or of the customer's own words; None while there are none."""
    query = client.from_("whatsapp_conversations").select("summary, conversation_summaries(made_by)")
    found = await one(query.eq("id", conversation["id"]).limit(1))
    if not found or not found["summary"]:
        return None
    made = found["conversation_summaries"]
    return {"words": found["summary"], "made_by": made["made_by"] if made else None}


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
