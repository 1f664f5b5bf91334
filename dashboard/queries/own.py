"""What is a person's own wherever it lies: conversations they have in hand, and what they want to be reminded of."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from postgrest import AsyncPostgrestClient

from dashboard.client import rows
from processors.model import Json

MOST = 500

Own = dict[str, list[Json]]


async def own(client: AsyncPostgrestClient, staff: Collection[UUID]) -> Own:
    """{in_hand: [{id, status}], reminders: [{id, conversation_id, remind_at, body, conversation}]}, each 500 at most.

    `staff` are the person's rows in their businesses.
    """
    mine = [str(one) for one in staff]
    held = client.from_("whatsapp_conversations").select("id, status").in_("assignee_id", mine)
    in_hand, reminders = await asyncio.gather(
        rows(held.neq("status", "resolved").limit(MOST)),
        rows(_open(client, mine, "contact:contacts(name, username, phone)").limit(MOST)),
    )
    return {"in_hand": in_hand, "reminders": reminders}


async def due(client: AsyncPostgrestClient, staff: Collection[UUID]) -> list[UUID]:
    """The conversations whose reminder of theirs has come, whatever became of them meanwhile."""
    query = _open(client, [str(one) for one in staff], "id").lte("remind_at", datetime.now(UTC).isoformat())
    return list(dict.fromkeys(UUID(row["conversation_id"]) for row in await rows(query.limit(MOST))))


def _open(client: AsyncPostgrestClient, staff: list[str], about: str) -> Any:
    """Reminders that nobody has settled, the next one first."""
    query = client.from_("reminders").select(
        f"id, conversation_id, remind_at, body, conversation:whatsapp_conversations(phone, {about})"
    )
    return query.in_("staff_id", staff).is_("done_at", "null").order("remind_at")
