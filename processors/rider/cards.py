"""How an order looks to its rider, in the chat and in announcements: where from, where to, what to collect."""

from __future__ import annotations

from collections.abc import Sequence

from processors.language.clock import when
from processors.language.lines import lines_short
from processors.language.money import money
from processors.language.texts import say
from processors.model import Button, Reply, Row
from processors.rider.board import OPEN, REASONS, Board, Ride
from processors.rider.talk import Talk

ROWS = 10
"""Rows of a WhatsApp list."""

LONGEST_GOODS = 200


def ride_card(language: str, ride: Ride, heading: str) -> Reply:
    """A ride below a heading, with the buttons that are still ahead."""
    return Reply(
        text=f"{heading}\n{ride_text(language, ride)}",
        kind="buttons",
        buttons=ride_buttons(language, ride.market_order_id, ride.status),
    )


def ride_text(language: str, ride: Ride) -> str:
    """Where to fetch, where to bring, what it is and what to collect."""
    goods = lines_short(ride.lines)
    lines = [
        say(language, "rider.from", shop=ride.shop) if ride.shop else "",
        _who(ride),
        f"📍 {ride.address}" if ride.address else "",
        ride.map_link,
        f"📝 {ride.note}" if ride.note else "",
        _when(language, ride),
        f"📦 {goods if len(goods) <= LONGEST_GOODS else goods[: LONGEST_GOODS - 1].rstrip() + '…'}",
        collect_text(language, ride),
    ]
    return "\n".join(line for line in lines if line)


def _who(ride: Ride) -> str:
    parts = (f"👤 {ride.customer}" if ride.customer else "", f"📞 +{ride.phone}" if ride.phone else "")
    return " · ".join(part for part in parts if part)


def _when(language: str, ride: Ride) -> str:
    if ride.ready_at is None:
        return ""
    return say(language, "rider.ready_at", when=when(ride.ready_at, ride.timezone, language))


def collect_text(language: str, ride: Ride) -> str:
    """What the customer pays at the door, and what it is made of."""
    if not ride.collect:
        return say(language, "rider.collect_nothing")
    values = {
        name: money(amount, ride.currency, language)
        for name, amount in (("total", ride.collect), ("goods", ride.goods), ("fee", ride.fee))
    }
    return say(language, "rider.collect" if ride.fee else "rider.collect_goods", **values)


def ride_buttons(language: str, market_order_id: str, status: str) -> tuple[Button, ...]:
    """Fetched, delivered, not delivered; after a failed delivery the second try."""
    steps = {
        "out_for_delivery": ("delivered", "failed"),
        "failed_delivery": ("retry", "delivered"),
    }.get(status, ("out_for_delivery", "delivered", "failed") if status in OPEN else ())
    return tuple(
        Button(
            id=f"ride:{'out_for_delivery' if step == 'retry' else step}:{market_order_id}",
            title=say(language, f"rider.button.{step}"),
        )
        for step in steps
    )


def shown(talk: Talk, ride: Ride) -> Reply:
    """The card of one ride; what is over has no address any more, only its end."""
    if ride.status in OPEN or ride.status == "failed_delivery":
        heading = talk.say("card", code=ride.code, status=talk.say(f"status.{ride.status}"))
        return ride_card(talk.language, ride, heading)
    return talk.text(f"past.{ride.status}", code=ride.code)


def overview(talk: Talk, board: Board) -> tuple[Reply, ...]:
    """All open rides: a sentence, cards with buttons, or a list to pick from."""
    if not board.rides:
        return (talk.text("overview_paused" if talk.rider.paused else "overview_empty"),)
    if len(board.rides) <= 2:
        return tuple(shown(talk, ride) for ride in board.rides)
    return (pick(talk, board.rides, "show"),)


def pick(talk: Talk, rides: Sequence[Ride], verb: str) -> Reply:
    """Asks which of several rides is meant; a tap on a row does `verb` to it."""
    text = talk.say(
        f"which.{verb if verb in ('show', 'out_for_delivery', 'delivered') else 'failed'}", count=len(rides)
    )
    if len(rides) > ROWS:
        text = f"{text}\n{talk.say('more', count=len(rides) - ROWS)}"
    rows = tuple(
        Row(
            id=f"ride:{verb}:{ride.market_order_id}",
            title=ride.code,
            description=" · ".join(filter(None, (talk.say(f"status.{ride.status}"), ride.address))),
        )
        for ride in rides[:ROWS]
    )
    return Reply(text=text, kind="list", rows=rows, list_button=talk.say("button.choose"))


def ask_reason(talk: Talk, ride: Ride) -> Reply:
    """Why it could not be handed over: the customer and a colleague will hear it."""
    rows = tuple(
        Row(id=f"ride:{reason}:{ride.market_order_id}", title=talk.say(f"reason.{reason}"))
        for reason in REASONS
    )
    text = talk.say("why", code=ride.code)
    return Reply(text=text, kind="list", rows=rows, list_button=talk.say("button.choose"))
