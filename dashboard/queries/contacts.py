"""The people of a business, found by name or number."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from postgrest import AsyncPostgrestClient

from dashboard.client import rows

SHOWN = 8


async def contacts(client: AsyncPostgrestClient, business: UUID, words: str) -> list[dict[str, Any]]:
    """Who has a name that begins so, or such a number, latest first, in the shape of `search_contacts`."""
    asked: dict[str, Any] = {"p_business_id": str(business), "p_words": words, "p_limit": SHOWN}
    return cast(list[dict[str, Any]], await rows(client.rpc("search_contacts", asked)))
