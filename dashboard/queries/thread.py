"""The messages of one conversation, newest page first."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from postgrest import AsyncPostgrestClient

from dashboard.client import rows
from processors.model import Json

PAGE_ROWS = 50

COLUMNS = (
    "id, sequence, client_key, direction, author, type, content, payload, status, meta_message_id, context_id, intent, "
    "transcript, error_code, error_text, provider_time, sent_at, delivered_at, read_at, edited_at, revoked_at, "
    "created_at, staff:staff(name), "
    "media:message_media(id, mime_type, file_name, size_bytes, state, reason, transcription)"
)


@dataclass(frozen=True, kw_only=True)
class Page:
    """Messages, oldest first, and whether there are older ones."""

    rows: list[Json]
    more: bool


async def messages(client: AsyncPostgrestClient, conversation_id: UUID, *, before: int | None = None) -> Page:
    """The latest messages, or those before a sequence number."""
    query = client.from_("whatsapp_messages").select(COLUMNS).eq("conversation_id", str(conversation_id))
    if before is not None:
        query = query.lt("sequence", before)
    found = await rows(query.order("sequence", desc=True).limit(PAGE_ROWS + 1))
    return Page(rows=found[:PAGE_ROWS][::-1], more=len(found) > PAGE_ROWS)


ASIDES = 200


async def asides(client: AsyncPostgrestClient, conversation_id: UUID) -> list[Json]:
    """What stands between the messages, oldest first: notes to each other, and events, which have a `kind`."""
    notes, events = await asyncio.gather(
        notes_of(client, conversation_id), events_of(client, conversation_id)
    )
    return sorted([*notes, *events], key=lambda row: datetime.fromisoformat(row["created_at"]))


async def notes_of(client: AsyncPostgrestClient, conversation_id: UUID) -> list[Json]:
    """What agents wrote to each other beside a conversation, latest first."""
    query = client.from_("notes").select("id, body, mentions, created_at, staff:staff(id, name)")
    query = query.eq("conversation_id", str(conversation_id)).order("created_at", desc=True)
    return await rows(query.limit(ASIDES))


async def events_of(client: AsyncPostgrestClient, conversation_id: UUID) -> list[Json]:
    """Who got the conversation from whom and how it ended, latest first."""
    query = client.from_("conversation_events").select(
        "id, kind, created_at, staff:staff!conversation_events_staff_id_fkey(id, name), "
        "by:staff!conversation_events_by_id_fkey(id, name)"
    )
    query = query.eq("conversation_id", str(conversation_id)).order("created_at", desc=True)
    return await rows(query.limit(ASIDES))


async def latest(client: AsyncPostgrestClient, conversation_id: UUID) -> tuple[Page, list[Json]]:
    """The latest messages and all that stands between them."""
    return await asyncio.gather(messages(client, conversation_id), asides(client, conversation_id))
