"""The people of a business: found by name or number, and what is kept of one of them."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from postgrest import AsyncPostgrestClient

from dashboard.client import one, rows
from processors.model import Json

SHOWN = 8


async def contacts(client: AsyncPostgrestClient, business: UUID, words: str) -> list[dict[str, Any]]:
    """Who has a name that begins so, or such a number, latest first, in the shape of `search_contacts`."""
    asked: dict[str, Any] = {"p_business_id": str(business), "p_words": words, "p_limit": SHOWN}
    return cast(list[dict[str, Any]], await rows(client.rpc("search_contacts", asked)))


async def rider(client: AsyncPostgrestClient, conversation: Json) -> Json | None:
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
