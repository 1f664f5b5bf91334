"""What was handed over and what was paid for it, in the bubble that tells the delivery."""

from __future__ import annotations

from processors.announcements.event import OrderEvent
from processors.announcements.template import paid_word
from processors.language.lines import priced_lines
from processors.language.money import money
from processors.language.texts import say


def receipt_text(event: OrderEvent) -> str:
    """Lines with their prices, the fee, the total and how it was paid; nothing before the delivery.

    Of an order from several dealers each part has its own, because each is handed over and paid by itself.
    """
    if event.kind != "delivered":
        return ""
    language, total = event.language, event.total + event.fee
    lines = [
        "",
        say(language, "announce.customer.receipt", code=event.code),
        priced_lines(event.lines, event.currency, language),
    ]
    if event.fee:
        fee = money(event.fee, event.currency, language)
        lines.append(say(language, "announce.customer.receipt_fee", fee=fee))
    lines.append(
        say(language, "announce.customer.receipt_total", total=money(total, event.currency, language))
    )
    if how := paid_word(event):
        lines.append(say(language, f"announce.customer.paid_{how}"))
    return "\n".join(lines)
