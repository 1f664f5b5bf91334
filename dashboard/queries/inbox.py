"""The list of conversations: newest first, filtered, searched, page by page."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from postgrest import AsyncPostgrestClient
from postgrest._async.request_builder import AsyncSelectRequestBuilder

from dashboard.client import rows
from processors.errors import BadRequest
from processors.model import Json

Filter = Literal["all", "escalated", "customers", "dealers"]
FILTERS: tuple[Filter, ...] = ("all", "escalated", "customers", "dealers")

PAGE_ROWS = 40
SEARCH_CHARACTERS = 80
FOUND_CONTACTS = 100
"""How many people a search by name may match; whoever needs more types another letter."""

COLUMNS = (
    "id, business_id, conversation_type, status, owner, owner_until, language, unread_count, preview, phone, "
    "message_count, last_message_at, last_inbound_at, window_expires_at, pending_since, escalated_at, "
    "created_at, updated_at, contact:contacts(id, name, username, phone, language, opted_out_at, blocked_at, "
    "created_at), account:channel_accounts(channel, label, display_phone, simulated), assignee:staff(name)"
)


@dataclass(frozen=True, kw_only=True)
class Page:
    """Rows of the list and the cursor of the next page, None at the end."""

    rows: list[Json]
    cursor: str | None


async def conversations(
    client: AsyncPostgrestClient,
    businesses: Collection[UUID],
    *,
    shown: Filter = "all",
    search: str = "",
    cursor: str | None = None,
) -> Page:
    """One page of conversations in which something was said.

    `businesses` are the person's own: row level security decides without them too, but the index needs them.

    Raises BadRequest for a cursor that is none of ours, and what `dashboard.client.rows` raises.
    """
    query = client.from_("whatsapp_conversations").select(COLUMNS).not_.is_("last_message_at", "null")
    query = _filtered(_within(query, businesses), shown)
    words = search.strip()[:SEARCH_CHARACTERS]
    if words:
        query = query.or_(await _found_by(client, words))
    if cursor is not None:
        time, last_id = _decode(cursor)
        # The first condition lets the index begin at the cursor; the second orders what shares its instant.
        query = query.lte("last_message_at", time)
        query = query.or_(f"last_message_at.lt.{_quoted(time)},id.gt.{last_id}")
    query = query.order("last_message_at", desc=True, nullsfirst=False).order("id").limit(PAGE_ROWS + 1)
    found = await rows(query)
    shown_rows = found[:PAGE_ROWS]
    more = len(found) > PAGE_ROWS
    return Page(rows=shown_rows, cursor=_encode(shown_rows[-1]) if more else None)


async def by_ids(client: AsyncPostgrestClient, ids: Sequence[UUID]) -> list[Json]:
    """These conversations, as far as the person may see them, in no order."""
    if not ids:
        return []
    query = client.from_("whatsapp_conversations").select(COLUMNS)
    return await rows(query.in_("id", [str(i) for i in ids]))


def _within(query: AsyncSelectRequestBuilder, businesses: Collection[UUID]) -> AsyncSelectRequestBuilder:
    ids = sorted(str(business) for business in businesses)
    return query.eq("business_id", ids[0]) if len(ids) == 1 else query.in_("business_id", ids)


def _filtered(query: AsyncSelectRequestBuilder, shown: Filter) -> AsyncSelectRequestBuilder:
    if shown == "escalated":
        return query.not_.is_("escalated_at", "null")
    if shown == "customers":
        return query.eq("conversation_type", "customer")
    if shown == "dealers":
        return query.eq("conversation_type", "dealer")
    return query


async def _found_by(client: AsyncPostgrestClient, words: str) -> str:
    """The logic filter of a search: part of the preview, of the number, or of the contact's name."""
    pattern = _quoted(_containing(words))
    number = "".join(character for character in words if character in "0123456789")
    of_phone = [f"phone.like.*{number}*"] if len(number) >= 3 else []
    people = client.from_("contacts").select("id").or_(f"name.ilike.{pattern},username.ilike.{pattern}")
    ids = [row["id"] for row in await rows(people.order("created_at", desc=True).limit(FOUND_CONTACTS))]
    of_people = [f"contact_id.in.({','.join(ids)})"] if ids else []
    return ",".join([f"preview.ilike.{pattern}", *of_phone, *of_people])


def _quoted(value: str) -> str:
    """A value inside a logic filter, in double quotes, so that commas and brackets in it mean nothing."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _containing(words: str) -> str:
    """A LIKE pattern for a text that contains `words`; * can't be escaped in a URL and matches any sign."""
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_").replace("*", "_")
    return f"*{escaped}*"


def _encode(row: Json) -> str:
    text = json.dumps([row["last_message_at"], row["id"]])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode(cursor: str) -> tuple[str, UUID]:
    try:
        parts: Any = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        time, last_id = parts
        return datetime.fromisoformat(time).isoformat(), UUID(last_id)
    except (binascii.Error, ValueError, TypeError, AttributeError):
        raise BadRequest("cursor is not one of this list", field="cursor") from None
