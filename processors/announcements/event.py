"""An order event as its text needs it, in the shape of the SQL function `private.announcement_json`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from processors.language.lines import Line
from processors.language.money import money
from processors.language.texts import LANGUAGES
from processors.rider.board import Ride, ride_from_row

Json = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class OrderEvent:
    """One thing to tell one reader.

    `code` is the code of the part that it is about, `whole` of the order the customer placed. `is_part` says
    that the order went to several dealers and this is one piece of it.
    """

    kind: str
    audience: Literal["customer", "dealer", "rider"]
    language: str
    code: str
    whole: str
    is_part: bool
    lines: Sequence[Line]
    total: Decimal
    currency: str
    dealer_name: str
    offer_id: str | None
    minutes: int
    market_order_id: str | None
    status: str = ""
    """Where the part is now; empty for news of the whole order."""
    where: str = ""
    """Address and note of the order, as lines below its goods."""
    area: str = ""
    """The same for those who have not accepted yet: zone and postcode only."""
    pickup: bool = False
    dealer_address: str = ""
    fee: Decimal = Decimal(0)
    """What bringing this part costs, on top of `total`."""
    accepted_at: datetime | None = None
    minutes_promised: tuple[int, int] | None = None
    """From acceptance to the door, as promised with the order; None where nothing was."""
    ready_at: datetime | None = None
    """A time that dealer and customer agreed on."""
    timezone: str = "UTC"
    relay_id: str = ""
    """The order the customer placed."""
    paid: str = ""
    """How the order is paid: the provider of its payment."""
    data: Json = field(default_factory=dict)
    proposal: Json | None = None
    """The change that it is about, in the shape of the SQL function `private.proposal_json`."""
    ride: Ride | None = None
    """The order as its rider sees it, in a rider's event."""

    @property
    def total_text(self) -> str:
        return money(self.total, self.currency, self.language)

    @classmethod
    def from_json(cls, row: Json) -> OrderEvent:
        relay, dealer, offer = row["relay"], row.get("dealer") or {}, row.get("offer") or {}
        subject = row.get("order") or relay
        return cls(
            kind=row["kind"],
            audience=row["audience"],
            language=_language(row),
            code=subject["code"],
            whole=relay["code"],
            is_part=subject["code"] != relay["code"],
            lines=subject["lines"],
            total=Decimal(subject["total"]),
            currency=subject["currency"],
            dealer_name=dealer.get("name", ""),
            offer_id=offer.get("id"),
            minutes=int(offer.get("minutes") or 0),
            market_order_id=(row.get("order") or {}).get("id"),
            status=(row.get("order") or {}).get("status") or "",
            where=subject.get("where") or "",
            area=subject.get("area") or "",
            pickup=subject.get("way") == "pickup",
            dealer_address=dealer.get("address") or "",
            fee=Decimal(subject.get("fee") or 0),
            accepted_at=datetime.fromisoformat(subject["accepted_at"])
            if subject.get("accepted_at")
            else None,
            ready_at=datetime.fromisoformat(subject["ready_at"]) if subject.get("ready_at") else None,
            minutes_promised=(subject["minutes_from"], subject["minutes_to"])
            if subject.get("minutes_to") is not None
            else None,
            timezone=(row.get("business") or {}).get("timezone") or "UTC",
            relay_id=relay.get("id") or "",
            paid=row.get("paid") or "",
            data=row.get("data") or {},
            proposal=row.get("proposal"),
            ride=ride_from_row(row["ride"]) if row.get("ride") else None,
        )


def _language(row: Json) -> str:
    reader = row.get(row["audience"])
    wanted = (reader or {}).get("language"), (row.get("business") or {}).get("default_language")
    return next((language for language in wanted if language in LANGUAGES), LANGUAGES[0])
