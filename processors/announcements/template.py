"""The approved template that carries an order's news when the 24 h window is closed."""

from __future__ import annotations

from typing import Any

from processors.announcements.event import OrderEvent
from processors.language.texts import say


def status_template(event: OrderEvent) -> dict[str, Any]:
    """`stato_ordine`: the order's code, and the news in a few words without a full stop."""
    news = say(
        event.language, f"announce.short.{event.kind}", dealer=event.dealer_name, total=event.total_text
    )
    return {"name": "stato_ordine", "language": event.language, "params": [event.code, news]}
