"""What a customer is told of an order that somebody of the business placed for them."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from processors.announcements.event import OrderEvent
from processors.announcements.template import status_template
from processors.customer.choices import order_id
from processors.customer.titles import button_title
from processors.language.lines import priced_lines
from processors.language.money import money
from processors.language.texts import say
from processors.model import Button, Reply


def render_placed(event: OrderEvent) -> Reply:
    """The goods with their prices, where they go, the total, and the buttons of an order of one's own."""
    language, relay_id = event.language, UUID(str(event.data["relay_id"]))
    lines = [
        say(language, "announce.customer.placed_by_shop", code=event.code),
        priced_lines(event.lines, event.currency, language) + str(event.data.get("where") or ""),
    ]
    if fee := Decimal(str(event.data.get("fee") or 0)):
        fee_text = money(fee, event.currency, language)
        lines.append(say(language, "announce.customer.receipt_fee", fee=fee_text))
    # An order's total, unlike that of a part, holds the fee already.
    lines.append(say(language, "announce.customer.receipt_total", total=event.total_text))
    next_step = "placed_held" if event.data.get("held") else "placed_next"
    if event.data.get("by_card"):
        next_step = "placed_pay"
    lines += ["", say(language, f"announce.customer.{next_step}")]
    buttons = (
        Button(id=order_id("edit", relay_id), title=button_title(say(language, "customer.button.edit"))),
        Button(
            id=order_id("cancel", relay_id), title=button_title(say(language, "customer.button.cancel_order"))
        ),
    )
    template = status_template(event)
    return Reply(text="\n".join(lines), kind="buttons", buttons=buttons, template=template)
