"""A rider's board: orders to bring, and the last ones that are over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from urllib.parse import quote_plus

from processors.language.lines import Line

OPEN: Final = ("accepted", "preparing", "ready", "out_for_delivery")

REASONS: Final = ("nobody_home", "wrong_address", "refused", "other")
"""Why an order could not be handed over."""


@dataclass(frozen=True, kw_only=True)
class Ride:
    """One order as its rider sees it: where, what and for whom.

    `phone` is empty unless the business lets riders call.
    """

    market_order_id: str
    code: str
    status: str
    lines: tuple[Line, ...]
    shop: str
    customer: str
    phone: str
    address: str
    place: str
    """What a map is asked for: coordinates if there are any, else the address."""
    note: str
    ready_at: datetime | None
    """A time agreed on with the customer, in the time zone `timezone`."""
    timezone: str
    goods: Decimal
    fee: Decimal
    collect: Decimal
    """To be paid at the door; nothing when it is paid already."""
    currency: str

    @property
    def map_link(self) -> str:
        return f"https://maps.google.com/?q={quote_plus(self.place, safe=',')}" if self.place else ""


@dataclass(frozen=True, kw_only=True)
class Board:
    """Everything a rider may speak of by its code."""

    rides: tuple[Ride, ...]
    past: tuple[Ride, ...]

    def of(self, code: str) -> tuple[Ride, ...]:
        """The ride with this code or its parts, an open one before one that is over."""
        for rides in (self.rides, self.past):
            exact = tuple(ride for ride in rides if ride.code == code)
            if found := exact or tuple(ride for ride in rides if ride.code.startswith(f"{code}-")):
                return found
        return ()

    def knows(self, code: str) -> bool:
        return bool(self.of(code))

    def ride(self, market_order_id: str) -> Ride | None:
        everything = (*self.rides, *self.past)
        return next((ride for ride in everything if ride.market_order_id == market_order_id), None)

    def waiting_for(self, verb: str) -> tuple[Ride, ...]:
        """The rides that a report without a code may be about: what was not fetched yet, else what is on its way."""
        fetched = tuple(ride for ride in self.rides if ride.status == "out_for_delivery")
        if verb == "out_for_delivery":
            return tuple(ride for ride in self.rides if ride not in fetched)
        return fetched or self.rides


def board_from_row(row: Mapping[str, Any]) -> Board:
    """A board in the shape of the SQL function `rider_board`."""
    return Board(
        rides=tuple(ride_from_row(ride) for ride in row["rides"]),
        past=tuple(ride_from_row(ride) for ride in row["past"]),
    )


def ride_from_row(row: Mapping[str, Any]) -> Ride:
    """A ride in the shape of the SQL function `private.ride_json`."""
    address = row.get("address") or ""
    customer = row.get("customer") or {}
    exact = row.get("latitude") is not None and row.get("longitude") is not None
    return Ride(
        market_order_id=row["market_order_id"],
        code=row["code"],
        status=row["status"],
        lines=tuple(row["lines"]),
        shop=row.get("from") or "",
        customer=customer.get("name") or "",
        phone=customer.get("phone") or "",
        address=address,
        place=f"{row['latitude']},{row['longitude']}" if exact else address,
        note=row.get("note") or "",
        ready_at=datetime.fromisoformat(row["ready_at"]) if row.get("ready_at") else None,
        timezone=row.get("timezone") or "UTC",
        goods=Decimal(row["goods"]),
        fee=Decimal(row["fee"]),
        collect=Decimal(row["collect"]),
        currency=row["currency"],
    )
