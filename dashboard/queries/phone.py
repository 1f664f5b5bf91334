"""What a played phone shows, and what the engine did for it."""

from __future__ import annotations

import asyncio
from typing import Any, cast
from uuid import UUID

from postgrest import AsyncPostgrestClient

from dashboard.client import one, rows
from dashboard.queries import panel, thread
from processors.channels.whatsapp.bodies import build_body
from processors.errors import ChannelError
from processors.model import Json

MESSAGES = 60
TURNS = 30
ORDERS = 5

TURN = "id, outcome, attempts, intent, confidence, language, trace, timings, received_at, claimed_at, finished_at"
CALL = "turn_id, purpose, model, outcome, input_tokens, output_tokens, cost_usd, latency_ms, error"
CONVERSATION = (
    "id, business_id, phone, conversation_type, status, owner, language, session, pending_since, window_expires_at, "
    "account:channel_accounts!inner(simulated), cart:carts(lines)"
)


async def people(client: AsyncPostgrestClient) -> Json:
    """Who can be played: {business_id, account_id, people}; no account_id where there is none. Raises NotAllowed."""
    return cast(Json, cast(Any, await rows(client.rpc("phone_people", {}))))


async def phone(client: AsyncPostgrestClient, conversation_id: UUID) -> dict[str, Any] | None:
    """`conversation`, its latest `messages` with what WhatsApp would have been sent, `turns` with the model's `calls`,
    oldest first, and the `orders`. None when it is no conversation of a played person that the asker may see.
    """
    query = client.from_("whatsapp_conversations").select(CONVERSATION).eq("id", str(conversation_id))
    conversation = await one(query.eq("account.simulated", True).limit(1))
    if conversation is None:
        return None
    messages, turns, calls, orders = await asyncio.gather(
        _messages(client, conversation_id),
        _turns(client, conversation_id),
        _calls(client, conversation_id),
        _orders(client, conversation_id),
    )
    number = str(conversation["phone"] or "")
    return {
        "conversation": conversation,
        "messages": [{**row, "would_send": _would_send(row, number)} for row in messages],
        "turns": turns,
        "calls": calls,
        "orders": orders,
    }


async def _turns(client: AsyncPostgrestClient, conversation_id: UUID) -> list[Json]:
    query = client.from_("turns").select(TURN).eq("conversation_id", str(conversation_id))
    return (await rows(query.order("finished_at", desc=True).limit(TURNS)))[::-1]


async def _calls(client: AsyncPostgrestClient, conversation_id: UUID) -> list[Json]:
    query = client.from_("ai_calls").select(CALL).eq("conversation_id", str(conversation_id))
    return (await rows(query.order("id", desc=True).limit(TURNS)))[::-1]


async def _orders(client: AsyncPostgrestClient, conversation_id: UUID) -> list[Json]:
    query = client.from_("whatsapp_order_relays").select(panel.RELAY)
    query = query.eq("conversation_id", str(conversation_id)).order("id", foreign_table="events")
    return (await rows(query.order("created_at", desc=True).limit(ORDERS)))[::-1]


async def _messages(client: AsyncPostgrestClient, conversation_id: UUID) -> list[Json]:
    query = client.from_("whatsapp_messages").select(f"{thread.COLUMNS}, turn_id")
    query = query.eq("conversation_id", str(conversation_id)).order("sequence", desc=True)
    return (await rows(query.limit(MESSAGES)))[::-1]


def _would_send(message: Json, phone: str) -> Json | None:
    """The body that Meta's `/messages` would get, None for what came in or can't be sent."""
    if message["direction"] != "outbound":
        return None
    try:
        return build_body(message["payload"], phone=phone, bsuid=None, callback_data=str(message["id"]))
    except ChannelError:
        return None
