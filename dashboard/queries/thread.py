"""The messages of one conversation, newest page first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from postgrest import AsyncPostgrestClient

from dashboard.client import rows
from dashboard.queries import inbox
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
PARTS = ("messages", "notes", "events")
THREAD = f"messages:whatsapp_messages({COLUMNS}), notes({NOTE}), events:conversation_events({EVENT})"


@dataclass(frozen=True, kw_only=True)
class Thread:
    """The latest messages of a conversation, and what stands between them, oldest first.

    These are notes to each other, and events, which have a `kind`.
    """

    page: Page
    asides: list[Json]


@dataclass(frozen=True, kw_only=True)
class Look:
    """A conversation as it is now: its row in the list, and its thread if that was asked for."""

    row: Json
    thread: Thread | None


async def looks(
    client: AsyncPostgrestClient, conversation_ids: Collection[UUID], *, opened: Collection[UUID]
) -> list[Look]:
    """These conversations, as far as the person may see them, in no order and in one question.

    Those of them that are `opened` bring their thread along.
    """
    if not opened:
        return [Look(row=row, thread=None) for row in await inbox.by_ids(client, conversation_ids)]
    query = inbox.rows_of(client, conversation_ids, more=THREAD)
    query = query.order("sequence", desc=True, foreign_table="messages")
    query = query.limit(PAGE_ROWS + 1, foreign_table="messages")
    for aside in ("notes", "events"):
        query = query.order("created_at", desc=True, foreign_table=aside).limit(ASIDES, foreign_table=aside)
    # The others are empty then, which is cheaper than a question for each kind.
    for part in PARTS:
        query = query.in_(f"{part}.conversation_id", sorted(str(one) for one in opened))
    return [_look(row, opened) for row in await rows(query)]


def _look(row: Json, opened: Collection[UUID]) -> Look:
    listed = {name: value for name, value in row.items() if name not in PARTS}
    if UUID(row["id"]) not in opened:
        return Look(row=listed, thread=None)
    asides = sorted(
        [*row["notes"], *row["events"]], key=lambda one: datetime.fromisoformat(one["created_at"])
    )
    return Look(row=listed, thread=Thread(page=_page(row["messages"]), asides=asides))


def _page(latest_first: list[Json]) -> Page:
    return Page(rows=latest_first[:PAGE_ROWS][::-1], more=len(latest_first) > PAGE_ROWS)
