"""The orders board: what is under way, what was finished within a day, and who could take it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from postgrest import AsyncPostgrestClient

from dashboard.client import rows
from dashboard.queries import payments
from processors.language.lines import lines_short
from processors.model import Json

UNDER_WAY = ("held", "offered", "accepted", "preparing", "ready", "out_for_delivery", "failed_delivery")
OVER = ("delivered", "cancelled")
FINISHED_HOURS = 24
PAGE_ROWS = 24
"""Orders under way that are shown at first: the oldest, which are next; more on request."""
OVER_ROWS = 8
MOST = 300

# Tables with two foreign keys to the same table need the name of the one that is meant.
ORDER = (
    "id, business_id, relay_id, code, status, lines, total_price, currency, delivery, delivery_fee, note, "
    "created_at, updated_at, dealer:dealers!market_orders_dealer_id_fkey(id, name), rider:riders(id, name), "
    "relay:whatsapp_order_relays!market_orders_relay_id_fkey(conversation_id, phone, contact:contacts(name), "
    f"{payments.PAYMENTS}), "
    "offers:order_offers(outcome, expires_at, dealer:dealers(id, name))"
)


async def board(
    client: AsyncPostgrestClient, businesses: Collection[UUID], *, limit: int = PAGE_ROWS
) -> dict[str, Any]:
    """Everything on the board, in four queries. Errors as `dashboard.client.rows`.

    {orders, more, more_over, dealers, riders}: orders under way, oldest first, then finished ones, latest first (see
    `_card`), whether there are others of each, and who may be chosen: [{id, business_id, name, paused}].
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
    return {
        "orders": [_card(order) for order in [*under_way[:limit], *over[:OVER_ROWS]]],
        "more": len(under_way) > limit,
        "more_over": len(over) > OVER_ROWS,
        "dealers": shops,
        "riders": people,
    }


def _card(order: Json) -> dict[str, Any]:
    """What a card shows: the order, whom it is for, who is asked and who has it, and how it is paid."""
    relay, delivery = order["relay"], order["delivery"]
    payment = payments.current(relay["payments"])
    plain = ("id", "business_id", "code", "status", "currency", "note", "updated_at", "dealer", "rider")
    return {
        **{name: order[name] for name in plain},
        "relay_id": order["relay_id"],
        "conversation_id": relay["conversation_id"],
        "customer": (relay["contact"] or {}).get("name") or relay["phone"] or "",
        "lines": lines_short(order["lines"]),
        "total": str(Decimal(str(order["total_price"])) + Decimal(str(order["delivery_fee"]))),
        "asked": [offer["dealer"] for offer in order["offers"] if offer["outcome"] == "pending"],
        "address": delivery.get("address") or "",
        "is_collected": delivery.get("way") == "pickup",
        "payment": payment and payments.shown(payment),
    }
