"""What riders are told: an order that is theirs, and every change of it until it is handed over."""

from __future__ import annotations

from processors.announcements.event import OrderEvent
from processors.announcements.template import status_template
from processors.language.money import money
from processors.language.texts import say
from processors.model import Reply
from processors.rider.board import OPEN
from processors.rider.cards import ride_buttons, ride_card

_WITH_CARD = ("ride_given", "ride_ready", "address_changed", "note_changed")
_SHORT = ("ride_taken", "ride_cancelled")


def render_rider(event: OrderEvent) -> Reply | None:
    """The message for a rider, or None for a kind that riders are not told."""
    ride = event.ride
    if ride is None or event.kind not in (*_WITH_CARD, *_SHORT):
        return None
    heading = say(event.language, f"announce.rider.{event.kind}", code=event.code)
    if event.kind in _SHORT:
        return Reply(text=heading, template=status_template(event))
    if ride.status not in OPEN:
        # It was over before this was told.
        return None
    card = ride_card(event.language, ride, heading)
    if event.kind != "ride_given":
        return Reply(text=card.text, kind="buttons", buttons=card.buttons, template=status_template(event))
    buttons = ride_buttons(event.language, ride.market_order_id, "accepted")
    template = {
        "name": "nuova_consegna",
        "language": event.language,
        "params": [event.code, ride.shop, ride.address, money(ride.collect, ride.currency, event.language)],
        "button_payloads": [button.id for button in buttons],
    }
    return Reply(text=card.text, kind="buttons", buttons=card.buttons, template=template)
