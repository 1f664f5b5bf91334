"""What dealers are told: a new offer, and what becomes of an offer or order that is theirs."""

from __future__ import annotations

from processors.announcements.event import OrderEvent
from processors.announcements.template import status_template
from processors.language.lines import lines_short, lines_text
from processors.language.texts import say
from processors.model import Button, Reply

_NEWS = (
    "offer_lost", "offer_withdrawn", "offer_expired", "order_cancelled", "address_changed", "note_changed",
    "failed_delivery",
)  # fmt: skip


def render_dealer(event: OrderEvent) -> Reply | None:
    """The message for a dealer, or None for a kind that dealers are not told."""
    if event.kind == "offer_made":
        return _offer(event)
    if event.kind in _NEWS:
        text = say(event.language, f"announce.dealer.{event.kind}", code=event.code, where=event.where)
        return Reply(text=text, template=status_template(event))
    return None


def _offer(event: OrderEvent) -> Reply:
    accept, decline = f"offer:accept:{event.offer_id}", f"offer:decline:{event.offer_id}"
    return Reply(
        text=say(
            event.language,
            "announce.dealer.offer_made",
            code=event.code,
            lines=lines_text(event.lines, event.language),
            area=event.area,
            total=event.total_text,
            minutes=event.minutes,
        ),
        kind="buttons",
        buttons=(
            Button(id=accept, title=say(event.language, "dealer.button.accept")),
            Button(id=decline, title=say(event.language, "dealer.button.decline")),
        ),
        template={
            "name": "nuovo_ordine",
            "language": event.language,
            "params": [event.code, lines_short(event.lines), event.total_text],
            "button_payloads": [accept, decline],
        },
    )
