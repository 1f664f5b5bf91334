"""The people of a business: found by name or number, and what is kept of one of them."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from postgrest import AsyncPostgrestClient

from dashboard.client import one, rows
from processors.model import Json

SHOWN = 8
TALKS = 20
IDENTITIES = 10
PERSON = (
    "identities:contact_identities(channel, kind, value), "
    "consent:contact_preferences(value, source, changed_at), "
    "history:whatsapp_conversations(id, status, preview, message_count, last_message_at, created_at, "
    "account:channel_accounts(channel, label), assignee:staff(name))"
)


async def contacts(client: AsyncPostgrestClient, business: UUID, words: str) -> list[dict[str, Any]]:
    """Who has a name that begins so, or such a number, latest first, in the shape of `search_contacts`."""
    asked: dict[str, Any] = {"p_business_id": str(business), "p_words": words, "p_limit": SHOWN}
    return cast(list[dict[str, Any]], await rows(client.rpc("search_contacts", asked)))


async def person(client: AsyncPostgrestClient, conversation: Json) -> dict[str, Any]:
    """Of a conversation's contact: `identities`, `history` (their other talks), `consent` to promotions, `rider`."""
    contact = conversation.get("contact")
    if not contact:
        return {"identities": [], "history": [], "consent": None, "rider": None}
    query = client.from_("contacts").select(PERSON).eq("id", contact["id"])
    query = query.is_("identities.retired_at", "null").order("created_at", foreign_table="identities")
    query = query.limit(IDENTITIES, foreign_table="identities")
    query = query.neq("history.id", conversation["id"]).not_.is_("history.last_message_at", "null")
    query = query.order("last_message_at", desc=True, foreign_table="history")
    query = query.limit(TALKS, foreign_table="history").eq("consent.category", "marketing_messages")
    found = await one(query.limit(1)) or {"identities": [], "history": [], "consent": []}
    rider = await _rider(client, conversation)
    return {**found, "consent": found["consent"][0] if found["consent"] else None, "rider": rider}


async def _rider(client: AsyncPostgrestClient, conversation: Json) -> Json | None:
    """The rider who writes, if it is one: by the address book, else by their own number."""
    phone = conversation["phone"]
    if conversation["conversation_type"] != "rider" or phone is None:
        return None
    columns = "id, name, paused"
    book = client.from_("rider_contacts").select(f"rider:riders({columns})").eq("contact_type", "rider")
    book = book.eq("business_id", conversation["business_id"]).eq("contact_value", phone)
    listed = await one(book.limit(1))
    if listed is not None and listed["rider"] is not None:
        return cast(Json, listed["rider"])
    own = client.from_("riders").select(columns).eq("business_id", conversation["business_id"])
    return await one(own.eq("phone", phone).eq("active", "true").limit(1))
