"""The orders board: what is under way, what was finished within a day, and who could take it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from postgrest import AsyncPostgrestClient

from dashboard.client import rows
from dashboard.queries.payments import PAYMENTS
from processors.model import Json
from processors.rider.duty import told_by_shop

UNDER_WAY = ("held", "offered", "accepted", "preparing", "ready", "out_for_delivery", "failed_delivery")
OVER = ("delivered", "cancelled")
FINISHED_HOURS = 24
PAGE_ROWS = 24
"""Orders under way that are shown at first: the oldest, which are next; more on request."""
OVER_ROWS = 8
MOST = 300

# Tables with two foreign keys to the same table need the name of the one that is meant.
ORDER = (
    "id, business_id, code, status, lines, total_price, currency, delivery, delivery_fee, note, rider_id, "
    "created_at, updated_at, dealer:dealers!market_orders_dealer_id_fkey(id, name), rider:riders(id, name), "
    "relay:whatsapp_order_relays!market_orders_relay_id_fkey(conversation_id, phone, contact:contacts(name), "
    f"{PAYMENTS}), "
    "offers:order_offers(outcome, expires_at, dealer:dealers(id, name))"
)


@dataclass(frozen=True, kw_only=True)
class Board:
    """Orders under way, oldest first, and finished ones, latest first; dealers and riders that may be chosen.

    `more` and `more_over`: whether there are others than those read.
    """

    under_way: Sequence[Json]
    over: Sequence[Json]
    more: bool
    more_over: bool
    dealers: Sequence[Json]
    riders: Sequence[Json]


async def board(
    client: AsyncPostgrestClient, businesses: Collection[UUID], *, limit: int = PAGE_ROWS
) -> Board:
    """Everything on the board, in four queries. Errors as `dashboard.client.rows`.

    `businesses` are the person's own: row level security decides without them too, but the indexes need them.
    """
    since = (datetime.now(UTC) - timedelta(hours=FINISHED_HOURS)).isoformat()
    own = [str(business) for business in businesses]
    orders = client.from_("market_orders").select(ORDER).in_("business_id", own)
    finished = client.from_("market_orders").select(ORDER).in_("business_id", own)
    dealers = client.from_("dealers").select("id, business_id, name, paused").order("priority").order("name")
    riders = client.from_("riders").select("id, business_id, name, paused").eq("active", "true").order("name")
    under_way, over, shops, people = await asyncio.gather(
        rows(orders.in_("status", UNDER_WAY).order("created_at").limit(limit + 1)),
        rows(
            finished.in_("status", OVER)
            .gte("updated_at", since)
            .order("updated_at", desc=True)
            .limit(OVER_ROWS + 1)
        ),
        rows(dealers.limit(MOST)),
        rows(riders.limit(MOST)),
    )
    return Board(
        under_way=under_way[:limit],
        over=over[:OVER_ROWS],
        more=len(under_way) > limit,
        more_over=len(over) > OVER_ROWS,
        dealers=shops,
        riders=people,
    )


async def move(client: AsyncPostgrestClient, order: Json, status: str) -> None:
    """One step forward. Raises Refused, and the errors of `rows`."""
    # After a failed delivery the same step may be taken again.
    await _act(client, "staff_move_order", order, f"{order['updated_at']}:{status}", p_status=status)


async def cancel(client: AsyncPostgrestClient, order: Json, reason: str) -> None:
    """Take it back. Raises Refused, and the errors of `rows`."""
    await _act(client, "staff_cancel_order", order, "cancel", p_reason=reason)


async def offer(client: AsyncPostgrestClient, order: Json, dealer_id: str) -> None:
    """Ask one more dealer. Raises Refused, and the errors of `rows`."""
    # Asking the same one again after a no is another act than a second click.
    asked = sum(offered["outcome"] != "pending" for offered in order["offers"])
    await _act(client, "staff_offer_order", order, f"{dealer_id}:{asked}", p_dealer_id=dealer_id)


async def assign(client: AsyncPostgrestClient, order: Json, rider_id: str) -> None:
    """Choose the rider. Raises Refused, and the errors of `rows`."""
    await _act(client, "staff_assign_rider", order, f"{order['updated_at']}:{rider_id}", p_rider_id=rider_id)


async def fail(client: AsyncPostgrestClient, order: Json, reason: str) -> None:
    """It could not be handed over. Raises Refused, and the errors of `rows`."""
    await _act(client, "staff_fail_delivery", order, f"{order['updated_at']}:{reason}", p_reason=reason)


async def pause_rider(client: AsyncPostgrestClient, rider_id: str, paused: bool) -> None:
    """Off duty, or on duty again, and told so. Raises Refused, and the errors of `rows`."""
    values: dict[str, Any] = {"p_rider_id": rider_id, "p_paused": paused, "p_client_key": uuid4().hex}
    await rows(client.rpc("staff_pause_rider", values | {"p_told": told_by_shop(paused=paused)}))


async def _act(client: AsyncPostgrestClient, function: str, order: Json, what: str, **arguments: str) -> None:
    # The same click twice has the same key: the state it was made in and what it asked for.
    key = f"{function}:{order['id']}:{order['status']}:{what}"
    await rows(client.rpc(function, {"p_market_order_id": order["id"], "p_client_key": key, **arguments}))
