"""The approved template that carries an order's news when the 24 h window is closed."""

from __future__ import annotations

from typing import Any

from processors.announcements.event import OrderEvent
from processors.language.lines import priced_short
from processors.language.money import money
from processors.language.texts import say

LONGEST_LINES = 700
"""What of the 1024 characters of a template is left for goods, with room for the fee."""


def status_template(event: OrderEvent) -> dict[str, Any]:
    """`stato_ordine`: the order's code, and the news in a few words without a full stop."""
    news = say(
        event.language, f"announce.short.{event.kind}", dealer=event.dealer_name, total=event.total_text
    )
    return {"name": "stato_ordine", "language": event.language, "params": [event.code, news]}


def receipt_template(event: OrderEvent) -> dict[str, Any]:
    """`ricevuta_ordine`: code, lines with their prices and the fee, total, and how it was paid.

    A parameter takes no line breaks, and body and parameters together 1024 characters. A business that has no such
    template yet sends what stands under `else`.
    """
    how = paid_word(event)
    if not how:
        return status_template(event)
    language, currency = event.language, event.currency
    lines = priced_short(event.lines, currency, language, longest=LONGEST_LINES)
    if event.fee:
        fee = say(language, "announce.customer.receipt_fee", fee=money(event.fee, currency, language))
        lines = f"{lines}; {fee[:1].lower()}{fee[1:]}"
    total = money(event.total + event.fee, currency, language)
    paid = say(language, f"announce.short.paid_how.{how}")
    return {
        "name": "ricevuta_ordine",
        "language": language,
        "params": [event.code, lines, total, paid],
        "else": status_template(event),
    }


def paid_word(event: OrderEvent) -> str:
    """How an order was paid, by its name in the texts: cash, pickup, card or before; nothing when that is not known."""
    if event.paid == "cash_on_delivery":
        return "pickup" if event.pickup else "cash"
    if event.paid == "stripe":
        return "card"
    return "before" if event.paid else ""
