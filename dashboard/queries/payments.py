"""How an order is paid, and what an admin may send back."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from processors.model import Json

PAYMENTS = (
    "payments(id, provider, status, amount, currency, amount_minor, refunded_minor, created_at, "
    "refunds:payment_refunds(amount_minor, state))"
)
"""To be embedded in an order; `current` takes the list."""

_ENDED = ("cancelled", "expired", "failed")


def current(payments: Sequence[Json]) -> Json | None:
    """The payment that counts: the last one that was not given up, else the last one."""
    ordered = sorted(payments, key=lambda payment: str(payment["created_at"]))
    alive = [payment for payment in ordered if payment["status"] not in _ENDED]
    counts = alive or ordered
    return counts[-1] if counts else None


def word(payment: Json) -> str:
    """The name of how it stands, for the family `payment` of the texts."""
    status, is_cash = str(payment["status"]), payment["provider"] == "cash_on_delivery"
    if status == "paid" and not is_cash and payment["refunded_minor"]:
        return "partly"
    return f"paid_{'cash' if is_cash else 'card'}" if status == "paid" else status


def is_open(payment: Json) -> bool:
    """Whether the order waits for it: by card, and not there yet."""
    return payment["provider"] != "cash_on_delivery" and payment["status"] in (
        *("pending", "link_sent", "processing", "failed"),
    )


def may_be_cash(payment: Json | None) -> bool:
    """Whether an agent may let it be paid at the door instead: nobody has paid, and no bank is at it."""
    return payment is not None and is_open(payment) and payment["status"] != "processing"


def shown(payment: Json) -> dict[str, Any]:
    """How a payment is shown on an order: {id, word, open, cashable, left, currency}."""
    return {
        "id": payment["id"],
        "word": word(payment),
        "open": is_open(payment),
        "cashable": may_be_cash(payment),
        "left": str(left(payment)),
        "currency": payment["currency"],
    }


def left(payment: Json) -> Decimal:
    """What could still be sent back, in the payment's currency; nothing of cash, which is given back by hand."""
    if payment["provider"] == "cash_on_delivery" or payment["status"] not in ("paid", "refunding"):
        return Decimal(0)
    asked = max(sum(refund["amount_minor"] for refund in payment["refunds"]), payment["refunded_minor"])
    share = Decimal(payment["amount_minor"] - asked) / Decimal(payment["amount_minor"])
    return (Decimal(str(payment["amount"])) * share).quantize(Decimal("0.01"))
