"""When an order may be there: what its zone promised, counted from a dealer's acceptance."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from processors.announcements.event import OrderEvent
from processors.language.clock import clock, when
from processors.language.texts import say


def promise_text(event: OrderEvent, *, now: datetime | None = None) -> str:
    """ "Arrivo previsto tra le 17:30 e le 18:10", an apology once that is over; nothing where nothing was promised."""
    if event.kind not in ("accepted", "out_for_delivery"):
        return ""
    if event.ready_at is not None:
        at = when(event.ready_at, event.timezone, event.language, now=now)
        return say(event.language, "announce.customer.agreed", when=at) if event.kind == "accepted" else ""
    if event.pickup or event.accepted_at is None or event.minutes_promised is None:
        return ""
    low, high = event.minutes_promised
    now = now or datetime.now(UTC)
    first, last = event.accepted_at + timedelta(minutes=low), event.accepted_at + timedelta(minutes=high)
    end = clock(last, event.timezone)
    if last < now:
        return say(event.language, "announce.customer.late", time=end)
    if first <= now:
        return say(event.language, "announce.customer.expected_by", last=end)
    return say(event.language, "announce.customer.expected", first=clock(first, event.timezone), last=end)
