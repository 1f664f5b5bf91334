"""From an order event to the message that tells it."""

from __future__ import annotations

from processors.announcements.customer import render_customer
from processors.announcements.dealer import render_dealer
from processors.announcements.event import Json, OrderEvent
from processors.announcements.rider import render_rider
from processors.model import Reply


def render(event: Json) -> Reply | None:
    """The message for one claimed event, in its reader's language; None when nothing is to be said.

    `event` is an element of `claim_announcements`. Raises KeyError or ValueError when it has another shape.
    """
    told = OrderEvent.from_json(event)
    tell = {"dealer": render_dealer, "rider": render_rider, "customer": render_customer}[told.audience]
    return tell(told)
