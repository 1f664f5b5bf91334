"""The people of a business: found by name or number, and what is kept of one of them."""

from __future__ import annotations

import asyncio
from typing import Any, cast
from uuid import UUID

from postgrest import AsyncPostgrestClient

from dashboard.client import one, rows
from processors.model import Json

SHOWN = 8
TALKS = 20
HISTORY = (
    "id, status, preview, message_count, last_message_at, created_at, "
    "account:channel_accounts(channel, label), assignee:staff(name)"
)


async def contacts(client: AsyncPostgrestClient, business: UUID, words: str) -> list[dict[str, Any]]:
    """Who has a name that begins so, or such a number, latest first, in the shape of `search_contacts`."""
    asked: dict[str, Any] = {"p_business_id": str(business), "p_words": words, "p_limit": SHOWN}
    return cast(list[dict[str, Any]], await rows(client.rpc("search_contacts", asked)))


async def person(client: AsyncPostgrestClient, conversation: Json) -> dict[str, Any]:
    """Of a conversation's contact: `identities`, `history` (their other talks), `consent` to promotions or None."""
    contact = conversation.get("contact")
    if not contact:
        return {"identities": [], "history": [], "consent": None}
    identities = client.from_("contact_identities").select("channel, kind, value")
    identities = identities.eq("contact_id", contact["id"]).is_("retired_at", "null")
    history = client.from_("whatsapp_conversations").select(HISTORY).eq("contact_id", contact["id"])
    history = history.neq("id", conversation["id"]).not_.is_("last_message_at", "null")
    consent = client.from_("contact_preferences").select("value, source, changed_at")
    consent = consent.eq("contact_id", contact["id"]).eq("category", "marketing_messages")
    found, before, said = await asyncio.gather(
        rows(identities.order("created_at").limit(10)),
        rows(history.order("last_message_at", desc=True).limit(TALKS)),
        one(consent.limit(1)),
    )
    return {"identities": found, "history": before, "consent": said}
