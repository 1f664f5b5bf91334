"""What dealers are told: a new offer, and what becomes of an offer or order that is theirs."""

from __future__ import annotations

from processors.announcements.event import OrderEvent
from processors.announcements.template import status_template
from processors.dealer.cards import propose_button, step_buttons
from processors.language.clock import when
from processors.language.lines import lines_short, lines_text
from processors.language.texts import say
from processors.model import Button, Reply

_NEWS = (
    "offer_lost", "offer_withdrawn", "offer_expired", "order_cancelled", "address_changed", "note_changed",
    "failed_delivery", "proposal_refused", "proposal_expired",
)  # fmt: skip


def render_dealer(event: OrderEvent) -> Reply | None:
    """The message for a dealer, or None for a kind that dealers are not told."""
    if event.kind == "offer_made":
        return _offer(event)
    if event.kind == "proposal_accepted":
        return _agreed(event)
    if event.kind in _NEWS:
        text = say(event.language, f"announce.dealer.{event.kind}", code=event.code, where=event.where)
        return Reply(text=text, template=status_template(event))
    return None


def _agreed(event: OrderEvent) -> Reply:
    """The order as the customer agreed to it, with its next steps."""
    text = say(
        event.language,
        "announce.dealer.proposal_accepted",
        code=event.code,
        lines=lines_text(event.lines, event.language),
        total=event.total_text,
    )
    if event.ready_at is not None:
        agreed = when(event.ready_at, event.timezone, event.language)
        text = f"{text}\n{say(event.language, 'dealer.order.ready_at', when=agreed)}"
    text = f"{text}{event.where}"
    buttons = step_buttons(event.language, str(event.market_order_id), event.status, pickup=event.pickup)
    return Reply(text=text, kind="buttons", buttons=buttons, template=status_template(event))


def _offer(event: OrderEvent) -> Reply:
    accept, decline = f"offer:accept:{event.offer_id}", f"offer:decline:{event.offer_id}"
    total = event.total_text
    if event.paid == "stripe":
        # Whoever hands it over must not collect for it a second time.
        total = f"{total} ({say(event.language, 'announce.short.paid_how.card')})"
    return Reply(
        text=say(
            event.language,
            "announce.dealer.offer_made",
            code=event.code,
            lines=lines_text(event.lines, event.language),
            area=event.area,
            total=total,
            minutes=event.minutes,
        ),
        kind="buttons",
        buttons=(
            Button(id=accept, title=say(event.language, "dealer.button.accept")),
            Button(id=decline, title=say(event.language, "dealer.button.decline")),
            propose_button(event.language, str(event.market_order_id)),
        ),
        template={
            "name": "nuovo_ordine",
            "language": event.language,
            "params": [event.code, lines_short(event.lines), total],
            "button_payloads": [accept, decline],
        },
    )
