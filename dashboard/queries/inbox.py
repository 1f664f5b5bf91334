"""The list of conversations: newest first, filtered, searched, page by page."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args
from uuid import UUID

from postgrest import AsyncPostgrestClient
from postgrest._async.request_builder import AsyncSelectRequestBuilder

from dashboard.client import rows
from dashboard.queries.own import due
from processors.errors import BadRequest
from processors.model import Json

Filter = Literal[
    "open",
    "mine",
    "unassigned",
    "overdue",
    "escalated",
    "failed",
    "mentioned",
    "reminders",
    "customers",
    "dealers",
    "riders",
    "snoozed",
    "resolved",
    "all",
]
FILTERS: tuple[Filter, ...] = get_args(Filter)

PAGE_ROWS = 40
SEARCH_CHARACTERS = 80

COLUMNS = (
    "id, business_id, conversation_type, status, snoozed_until, owner, owner_until, assignee_id, language, "
    "unread_count, preview, phone, message_count, last_message_at, last_inbound_at, window_expires_at, "
    "waiting_since, response_due_at, resolution_due_at, due_at, escalated_at, "
    "failed_at, labels, mentioned, created_at, updated_at, "
    "contact:contacts(id, name, username, phone, language, opted_out_at, blocked_at, created_at), "
    "account:channel_accounts(channel, label, display_phone, simulated), assignee:staff(name), "
    "reminders(id, staff_id, remind_at, body)"
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
    staff: Collection[UUID] = (),
) -> Page:
    """One page of conversations in which something was said.

    `businesses` are the person's own: row level security decides without them too, but the index needs them.
    `staff` are the person's rows there, which `mine`, `mentioned` and `reminders` ask for.

    Raises BadRequest for a cursor that is none of ours, and what `dashboard.client.rows` raises.
    """
    words = search.strip()[:SEARCH_CHARACTERS]
    if words:
        return await _found(client, words, cursor)
    if shown == "reminders":
        found = await by_ids(client, await due(client, staff))
        return Page(
            rows=sorted(found, key=lambda row: row["last_message_at"] or "", reverse=True), cursor=None
        )
    query = _rows(client).not_.is_("last_message_at", "null")
    query = _filtered(_within(query, businesses), shown, staff)
    if cursor is not None:
        time, last_id = _decode(cursor)
        # The first condition lets the index begin at the cursor; the second orders what shares its instant.
        query = query.lte("last_message_at", time)
        query = query.or_(f"last_message_at.lt.{_quoted(time)},id.gt.{last_id}")
    query = query.order("last_message_at", desc=True, nullsfirst=False).order("id").limit(PAGE_ROWS + 1)
    return _page(await rows(query))


async def _found(client: AsyncPostgrestClient, words: str, cursor: str | None) -> Page:
    """One page of what a search finds, whatever its state: who searches means all there is."""
    asked: dict[str, Any] = {"p_words": words, "p_limit": PAGE_ROWS + 1}
    if cursor is not None:
        time, last_id = _decode(cursor)
        asked |= {"p_before": time, "p_before_id": str(last_id)}
    places = {row["id"]: n for n, row in enumerate(await rows(client.rpc("search_conversations", asked)))}
    found = await by_ids(client, [UUID(i) for i in places])
    return _page(sorted(found, key=lambda row: places[row["id"]]))


def _page(found: list[Json]) -> Page:
    shown = found[:PAGE_ROWS]
    return Page(rows=shown, cursor=_encode(shown[-1]) if len(found) > PAGE_ROWS else None)


async def counts(client: AsyncPostgrestClient) -> dict[str, int]:
    """How many conversations wait behind each filter, 100 at most."""
    found: Any = await rows(client.rpc("desk_counts", {}))
    return dict(found)


async def by_ids(client: AsyncPostgrestClient, ids: Collection[UUID]) -> list[Json]:
    """These conversations, as far as the person may see them, in no order."""
    return await rows(rows_of(client, ids)) if ids else []


def rows_of(
    client: AsyncPostgrestClient, ids: Collection[UUID], *, more: str = ""
) -> AsyncSelectRequestBuilder:
    """The query of these conversations, with `more` columns than the list shows."""
    return _rows(client, more).in_("id", [str(i) for i in ids])


async def by_order(client: AsyncPostgrestClient, order: str) -> str | None:
    """The conversation in which an order was made, by its code (of the whole or of a part) or its id."""
    column = "id" if _is_id(order) else "code"
    value = order if column == "id" else order.strip().upper()
    relay = client.from_("whatsapp_order_relays").select("conversation_id").eq(column, value).limit(1)
    if found := await rows(relay):
        return str(found[0]["conversation_id"])
    part = client.from_("market_orders").select(
        "relay:whatsapp_order_relays!market_orders_relay_id_fkey(conversation_id)"
    )
    if found := await rows(part.eq(column, value).limit(1)):
        return str(found[0]["relay"]["conversation_id"])
    return None


def _rows(client: AsyncPostgrestClient, more: str = "") -> AsyncSelectRequestBuilder:
    query = client.from_("whatsapp_conversations").select(f"{COLUMNS}, {more}" if more else COLUMNS)
    return query.is_("reminders.done_at", "null")


def _is_id(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True


def _within(query: AsyncSelectRequestBuilder, businesses: Collection[UUID]) -> AsyncSelectRequestBuilder:
    ids = sorted(str(business) for business in businesses)
    return query.eq("business_id", ids[0]) if len(ids) == 1 else query.in_("business_id", ids)


def _filtered(
    query: AsyncSelectRequestBuilder, shown: Filter, staff: Collection[UUID]
) -> AsyncSelectRequestBuilder:
    now = _quoted(datetime.now(UTC).isoformat())
    mine = ",".join(sorted(str(one) for one in staff))
    awake = f"status.eq.open,and(status.eq.snoozed,snoozed_until.lte.{now})"
    match shown:
        case "open":
            return query.or_(awake)
        case "mine":
            return query.or_(awake).filter("assignee_id", "in", f"({mine})")
        case "unassigned":
            # Somebody is needed and nobody has it: the bot is silent or has asked for a person.
            return query.or_(awake).is_("assignee_id", "null").or_("owner.eq.human,escalated_at.not.is.null")
        case "escalated":
            return query.not_.is_("escalated_at", "null")
        case "overdue":
            return query.lte("due_at", now.strip('"'))
        case "failed":
            return query.not_.is_("failed_at", "null")
        case "mentioned":
            return query.filter("mentioned", "ov", f"{{{mine}}}")
        case "customers":
            return query.eq("conversation_type", "customer").or_(awake)
        case "dealers":
            return query.eq("conversation_type", "dealer").or_(awake)
        case "riders":
            return query.eq("conversation_type", "rider").or_(awake)
        case "snoozed":
            return query.eq("status", "snoozed").filter("snoozed_until", "gt", now.strip('"'))
        case "resolved":
            return query.eq("status", "resolved")
    return query


def _quoted(value: str) -> str:
    """A value inside a logic filter, in double quotes, so that commas and brackets in it mean nothing."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


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
