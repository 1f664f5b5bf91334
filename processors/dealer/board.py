"""A dealer's board: open offers, orders under way, and the last offers with their outcomes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

from processors.language.lines import Line

STEPS = ("accepted", "preparing", "ready", "out_for_delivery", "delivered")
"""The way of an accepted order; steps may be skipped, never taken back."""


@dataclass(frozen=True, kw_only=True)
class Goods:
    """What an offer and an order have in common."""

    market_order_id: str
    code: str
    lines: Sequence[Line]
    total: Decimal
    currency: str
    prepaid: bool = False
    """Paid by card before it is handed over, so nobody collects for it."""
    where: str = ""
    """Lines to put below the goods: the area of an offer, the address and note of an order."""


@dataclass(frozen=True, kw_only=True)
class Offer(Goods):
    """An order that waits for this dealer's yes or no."""

    offer_id: str
    expires_at: datetime

    @property
    def minutes_left(self) -> int:
        seconds = (self.expires_at - datetime.now(UTC)).total_seconds()
        return max(1, math.ceil(seconds / 60))


@dataclass(frozen=True, kw_only=True)
class Order(Goods):
    """An order of this dealer that is not delivered yet."""

    status: str
    rider: str
    ready_at: datetime | None = None
    """A time agreed on with the customer."""
    pickup: bool = False
    """The customer comes for it, so nobody brings it."""

    @property
    def in_shop(self) -> bool:
        """It can still be packed otherwise."""
        return self.status in ("accepted", "preparing", "ready")

    def may_become(self, status: str) -> bool:
        """Whether `status` lies ahead."""
        return status in STEPS and STEPS.index(status) > STEPS.index(self.status)


@dataclass(frozen=True, kw_only=True)
class Past:
    """An offer that is answered or gone, and where its order is now."""

    offer_id: str
    code: str
    outcome: str
    status: str


T = TypeVar("T", Offer, Order, Past)


@dataclass(frozen=True, kw_only=True)
class Board:
    """Everything a dealer may speak of by its code."""

    offers: tuple[Offer, ...]
    orders: tuple[Order, ...]
    past: tuple[Past, ...]

    def offers_of(self, code: str) -> tuple[Offer, ...]:
        return _of(self.offers, code)

    def orders_of(self, code: str) -> tuple[Order, ...]:
        return _of(self.orders, code)

    def past_of(self, code: str) -> tuple[Past, ...]:
        return _of(self.past, code)

    def knows(self, code: str) -> bool:
        """Whether any of them has this code."""
        return bool(self.offers_of(code) or self.orders_of(code) or self.past_of(code))

    def offer(self, offer_id: str) -> Offer | None:
        return next((offer for offer in self.offers if offer.offer_id == offer_id), None)

    def goods(self, market_order_id: str) -> Goods | None:
        """An offer or order by its market order."""
        everything: tuple[Goods, ...] = (*self.offers, *self.orders)
        return next((goods for goods in everything if goods.market_order_id == market_order_id), None)

    def order(self, market_order_id: str) -> Order | None:
        return next((order for order in self.orders if order.market_order_id == market_order_id), None)


def _of(items: tuple[T, ...], code: str) -> tuple[T, ...]:
    """The one with exactly this code, else the parts of it: D1042 stands for D1042-1 and D1042-2."""
    exact = tuple(item for item in items if item.code == code)
    return exact or tuple(item for item in items if item.code.startswith(f"{code}-"))


def board_from_row(row: Mapping[str, Any]) -> Board:
    """A board in the shape of the SQL function `dealer_board`."""
    return Board(
        offers=tuple(
            Offer(offer_id=o["offer_id"], expires_at=datetime.fromisoformat(o["expires_at"]), **_goods(o))
            for o in row["offers"]
        ),
        orders=tuple(
            Order(
                status=o["status"],
                rider=o.get("rider") or "",
                ready_at=datetime.fromisoformat(o["ready_at"]) if o.get("ready_at") else None,
                pickup=bool(o.get("pickup")),
                **_goods(o),
            )
            for o in row["orders"]
        ),
        past=tuple(
            Past(offer_id=o["offer_id"], code=o["code"], outcome=o["outcome"], status=o["status"])
            for o in row["recent_offers"]
            if o["outcome"] != "pending"
        ),
    )


def _goods(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "market_order_id": row["market_order_id"],
        "code": row["code"],
        "lines": row["lines"],
        "total": Decimal(row["total"]),
        "currency": row["currency"],
        "prepaid": bool(row.get("prepaid")),
        "where": row.get("where") or "",
    }
