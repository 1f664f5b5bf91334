"""What stands beside a thread: the cart, the contact's orders and talks, escalations, the last turn."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from postgrest import AsyncPostgrestClient
from postgrest._async.request_builder import AsyncSelectRequestBuilder

from dashboard.client import one, rows
from dashboard.queries import cart, contacts
from dashboard.queries.payments import PAYMENTS, current, may_be_cash, word
from processors.model import Json

ORDERS = 8
ESCALATIONS = 5
TIMES = 4
RATINGS = 3
TALKS = 20
IDENTITIES = 10

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
PERSON = (
    "id, identities:contact_identities(channel, kind, value), "
    "consent:contact_preferences(value, source, changed_at), "
    "ratings:satisfaction(id, score, asked_at, answered_at, staff:staff(name)), "
    "history:whatsapp_conversations(id, status, preview, message_count, last_message_at, created_at, "
    f"account:channel_accounts(channel, label), assignee:staff(name)), orders:whatsapp_order_relays({RELAY})"
)
BESIDE = (
    "id, summary, conversation_summaries(made_by), escalations(id, reason, detail, status, created_at, resolved_at), "
    "times:response_times(id, kind, seconds, answered, due_at, done_at, staff:staff(name)), "
    f"turns(id, intent, confidence, language, outcome, understood, finished_at), person:contacts({PERSON})"
)
NOBODY: Json = {"identities": [], "consent": [], "ratings": [], "history": [], "orders": []}
NOTHING: Json = {
    "summary": "",
    "conversation_summaries": None,
    "escalations": [],
    "times": [],
    "turns": [],
    "person": None,
}


async def panel(client: AsyncPostgrestClient, conversation: Json) -> dict[str, Any]:
    """What stands beside a conversation, by its part.

    `cart`, `orders`, `dealer_orders` (of a dealer), `escalations`, `times`, `ratings`, `turn`, its `model`, `summary`;
    of the contact `identities`, `history` (their other talks), `consent` to promotions, `rider`.
    """
    return (await panels(client, [conversation]))[0]


async def panels(client: AsyncPostgrestClient, conversations: Sequence[Json]) -> list[dict[str, Any]]:
    """`panel` of each of these: what hangs on them is asked for once for all of them."""
    beside, carts, dealer_orders, riders = await asyncio.gather(
        _beside(client, conversations),
        cart.carts(client, [one["id"] for one in conversations]),
        asyncio.gather(*(_dealer_orders(client, one) for one in conversations)),
        asyncio.gather(*(contacts.rider(client, one) for one in conversations)),
    )
    models = await _models(client, beside)
    found = []
    for n, conversation in enumerate(conversations):
        here = beside.get(conversation["id"], NOTHING)
        contact = here["person"] or NOBODY
        turn = here["turns"][0] if here["turns"] else None
        talks = [talk for talk in contact["history"] if talk["id"] != conversation["id"]]
        found.append(
            {
                "cart": carts.get(conversation["id"]),
                "orders": [{**order, **_paying(order)} for order in contact["orders"]],
                "escalations": here["escalations"],
                "times": here["times"],
                "ratings": contact["ratings"],
                "turn": turn,
                "model": models.get(turn["id"]) if turn else None,
                "dealer_orders": dealer_orders[n],
                "summary": _summary(here),
                "identities": contact["identities"],
                "history": talks[:TALKS],
                "consent": contact["consent"][0] if contact["consent"] else None,
                "rider": riders[n],
            }
        )
    return found


async def _beside(client: AsyncPostgrestClient, conversations: Sequence[Json]) -> dict[str, Json]:
    """What hangs on the conversations, what is kept of their contacts, and whatever these ordered, here or before."""
    query = client.from_("whatsapp_conversations").select(BESIDE)
    query = query.in_("id", [one["id"] for one in conversations])
    query = _latest(query, "escalations", "created_at", ESCALATIONS)
    query = _latest(query, "times", "id", TIMES)
    query = _latest(query.not_.is_("turns.intent", "null"), "turns", "finished_at", 1)
    query = query.is_("person.identities.retired_at", "null").order(
        "created_at", foreign_table="person.identities"
    )
    query = query.limit(IDENTITIES, foreign_table="person.identities")
    query = query.eq("person.consent.category", "marketing_messages")
    # What they said of the help they got, here or in an earlier conversation.
    query = _latest(query, "person.ratings", "asked_at", RATINGS)
    # One of their talks is the conversation itself.
    query = query.not_.is_("person.history.last_message_at", "null")
    query = _latest(query, "person.history", "last_message_at", TALKS + 1)
    query = _latest(query, "person.orders", "created_at", ORDERS)
    query = query.order("id", foreign_table="person.orders.events")
    query = query.order("code", foreign_table="person.orders.parts")
    return {row["id"]: row for row in await rows(query)}


def _latest(
    query: AsyncSelectRequestBuilder, table: str, column: str, most: int
) -> AsyncSelectRequestBuilder:
    return query.order(column, desc=True, foreign_table=table).limit(most, foreign_table=table)


def _paying(order: Json) -> Json:
    """How it is `paying` and how that stands, by its name in the texts; whether it may still be cash (`cashable`)."""
    payment = current(order["payments"])
    waits = order["status"] == "confirmed" and may_be_cash(payment)
    return {"paying": word(payment) if payment else None, "cashable": waits}


async def _models(client: AsyncPostgrestClient, beside: Mapping[str, Json]) -> dict[str, Json]:
    """The model calls that the turns rest on, by turn; none where rules understood by themselves."""
    turns = {row["turns"][0]["id"]: conversation for conversation, row in beside.items() if row["turns"]}
    if not turns:
        return {}
    query = client.from_("ai_calls").select(
        "turn_id, model, outcome, input_tokens, output_tokens, cost_usd, latency_ms"
    )
    query = query.in_("conversation_id", list(turns.values())).in_("turn_id", list(turns))
    # Of several calls of a turn the last one counts.
    return {row["turn_id"]: row for row in await rows(query.order("id"))}


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
