"""The messages of one conversation, newest page first."""

from __future__ import annotations

from collections.abc import Collection
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
    return _page(await rows(query.order("sequence", desc=True).limit(PAGE_ROWS + 1)))


ASIDES = 200
NOTE = "id, body, mentions, created_at, staff:staff(id, name)"
EVENT = (
    "id, kind, created_at, staff:staff!conversation_events_staff_id_fkey(id, name), "
    "by:staff!conversation_events_by_id_fkey(id, name)"
)


@dataclass(frozen=True, kw_only=True)
class Thread:
    """The latest messages of a conversation, and what stands between them, oldest first.

    These are notes to each other, and events, which have a `kind`.
    """

    page: Page
    asides: list[Json]


async def threads(client: AsyncPostgrestClient, conversation_ids: Collection[UUID]) -> dict[UUID, Thread]:
    """How these conversations look now, as far as the person may see them, in one question."""
    query = client.from_("whatsapp_conversations").select(
        f"id, messages:whatsapp_messages({COLUMNS}), notes({NOTE}), events:conversation_events({EVENT})"
    )
    query = query.in_("id", sorted(str(one) for one in conversation_ids))
    query = query.order("sequence", desc=True, foreign_table="messages")
    query = query.limit(PAGE_ROWS + 1, foreign_table="messages")
    for aside in ("notes", "events"):
        query = query.order("created_at", desc=True, foreign_table=aside).limit(ASIDES, foreign_table=aside)
    return {UUID(row["id"]): _thread(row) for row in await rows(query)}


def _thread(row: Json) -> Thread:
    asides = sorted(
        [*row["notes"], *row["events"]], key=lambda one: datetime.fromisoformat(one["created_at"])
    )
    return Thread(page=_page(row["messages"]), asides=asides)


def _page(latest_first: list[Json]) -> Page:
    return Page(rows=latest_first[:PAGE_ROWS][::-1], more=len(latest_first) > PAGE_ROWS)
