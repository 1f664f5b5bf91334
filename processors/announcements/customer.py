"""What the customer is told on the way of an order to their door, and the receipt once it is there."""

from __future__ import annotations

from processors.announcements.event import OrderEvent
from processors.announcements.payment import KINDS as PAYMENTS
from processors.announcements.payment import render_payment
from processors.announcements.placed import render_placed
from processors.announcements.promise import promise_text
from processors.announcements.proposal import render_proposal
from processors.announcements.receipt import receipt_text
from processors.announcements.template import receipt_template, status_template
from processors.language.lines import lines_text
from processors.language.texts import say
from processors.model import Reply

_STEPS = (
    "placed_by_shop",
    "released",
    "accepted",
    "preparing",
    "ready",
    "out_for_delivery",
    "delivered",
    "failed_delivery",
    "no_dealer",
    "cancelled_by_shop",
)


def render_customer(event: OrderEvent) -> Reply | None:
    """The message for the customer, or None for a kind that customers are not told."""
    if event.kind in ("proposal_made", "proposal_reminder"):
        return render_proposal(event)
    if event.kind in PAYMENTS:
        return render_payment(event)
    if event.kind not in _STEPS:
        return None
    if event.kind == "placed_by_shop":
        return render_placed(event)
    # Who ordered once and is served by several shops must hear which goods this is about.
    suffix = "_part" if event.is_part and event.kind in ("accepted", "no_dealer") else ""
    if event.pickup and event.kind in ("accepted", "ready", "delivered"):
        suffix = "_pickup"
    text = say(
        event.language,
        f"announce.customer.{event.kind}{suffix}",
        code=event.code,
        dealer=event.dealer_name,
        place=event.dealer_address,
        lines=lines_text(event.lines, event.language),
    )
    if event.kind == "failed_delivery":
        text = f"{text} {_reason(event)}"
    parts = [text, promise_text(event), receipt_text(event)]
    template = receipt_template(event) if event.kind == "delivered" else status_template(event)
    return Reply(text="\n".join(part for part in parts if part), template=template)


def _reason(event: OrderEvent) -> str:
    """What the rider met at the door, and that a person takes care of it."""
    reason = event.data.get("reason")
    reason = reason if reason in ("nobody_home", "wrong_address", "refused") else "other"
    return say(event.language, f"announce.customer.failed_because.{reason}")
