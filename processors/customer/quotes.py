"""What bringing a basket costs, as the database says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from processors.customer.addresses import Address
from processors.customer.talk import Reads, Talk

State = Literal[
    "none", "ok", "pickup", "below_minimum", "missing", "no_postcode", "no_location", "outside"
]  # fmt: skip

DELIVERABLE: frozenset[State] = frozenset({"none", "ok", "pickup"})


@dataclass(frozen=True, kw_only=True)
class Quote:
    """What the database says of bringing the basket. Amounts are in the business's currency.

    `way` is none (the business has no zones), delivery or pickup; `zone` its name; `address` the one that was
    priced, `saved` those of earlier orders, the last one first; `minutes` from acceptance to the door.
    """

    state: State
    way: str
    zone: str
    fee: Decimal
    total: Decimal
    minimum: Decimal
    missing: Decimal
    minutes: tuple[int, int] | None
    address: Address | None
    saved: tuple[Address, ...]
    note: str
    can_collect: bool

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Quote:
        """The answer of the SQL function `checkout_quote`."""
        return cls(
            state=row["state"],
            way=row["way"],
            zone=row.get("zone") or "",
            fee=Decimal(row["fee"]),
            total=Decimal(row["total"]),
            minimum=Decimal(row["minimum"]),
            missing=Decimal(row["missing"]),
            minutes=(row["minutes_from"], row["minutes_to"]) if "minutes_from" in row else None,
            address=Address.from_json(row) if row.get("address") else None,
            saved=tuple(Address.from_json(kept) for kept in row["saved"]),
            note=row["note"],
            can_collect=row["can_collect"],
        )


async def quote(talk: Talk, reads: Reads, goods: Decimal, *, address: Address | None = None) -> Quote:
    """The price of bringing goods worth `goods`: to `address`, else where this turn or the cart says."""
    said = talk.delivery.get("address") if address is None else address.to_json()
    params = {
        "p_conversation_id": str(talk.turn.conversation_id),
        "p_goods": str(goods),
        "p_address": said,
        "p_pickup": talk.delivery.get("pickup"),
    }
    return Quote.from_json(await reads.services.store.call("checkout_quote", params))


def named(address: Address) -> dict[str, Any]:
    """An address as actions and quotes take it; one that was kept is named by its id alone."""
    return {"address_id": address.id} if address.id and not address.text else address.to_json()
