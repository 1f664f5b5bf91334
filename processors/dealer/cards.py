"""How offers and orders look in the chat: one as a card with buttons, several as a list to pick from."""

from __future__ import annotations

from collections.abc import Sequence

from processors.dealer.board import STEPS, Board, Goods, Offer, Order
from processors.dealer.talk import Talk
from processors.language.clock import when
from processors.language.lines import lines_short, lines_text
from processors.language.money import money
from processors.language.texts import say
from processors.model import Button, Reply, Row

ROWS = 10
"""Rows of a WhatsApp list."""

BUTTONS = 3
"""Buttons of a WhatsApp message."""


def offer_card(talk: Talk, offer: Offer) -> Reply:
    """An open offer with its goods, and the two buttons that answer it."""
    text = talk.say(
        "offer.card",
        code=offer.code,
        lines=lines_text(offer.lines, talk.language),
        where=offer.where,
        total=_total(talk, offer),
        minutes=offer.minutes_left,
    )
    buttons = (
        Button(id=f"offer:accept:{offer.offer_id}", title=talk.say("button.accept")),
        Button(id=f"offer:decline:{offer.offer_id}", title=talk.say("button.decline")),
        propose_button(talk.language, offer.market_order_id),
    )
    return Reply(text=text, kind="buttons", buttons=buttons)


def order_card(talk: Talk, order: Order) -> Reply:
    """An order under way with its goods, and a button for each step ahead."""
    text = talk.say(
        "order.card",
        code=order.code,
        status=talk.say(f"status.{order.status}"),
        lines=lines_text(order.lines, talk.language),
        where=order.where,
        total=_total(talk, order),
    )
    if order.ready_at is not None:
        at = when(order.ready_at, talk.turn.business.timezone, talk.language)
        text = f"{text}\n{talk.say('order.ready_at', when=at)}"
    if order.rider:
        text = f"{text}\n{talk.say('order.rider', rider=order.rider)}"
    buttons = status_buttons(talk, order.market_order_id, order.status, pickup=order.pickup)
    return Reply(text=text, kind="buttons", buttons=buttons)


def status_buttons(
    talk: Talk, market_order_id: str, status: str, *, pickup: bool = False
) -> tuple[Button, ...]:
    """Buttons for the steps after `status`; what the customer collects is never on its way."""
    return step_buttons(talk.language, market_order_id, status, pickup=pickup)


def step_buttons(
    language: str, market_order_id: str, status: str, *, pickup: bool = False
) -> tuple[Button, ...]:
    """The same for a message that is no answer. What is not packed yet can also be done otherwise."""
    later = STEPS[STEPS.index(status) + 1 :] if status in STEPS else ()
    ahead = [step for step in later if not (pickup and step == "out_for_delivery")][:BUTTONS]
    buttons = tuple(
        Button(id=f"status:{step}:{market_order_id}", title=say(language, f"dealer.button.{step}"))
        for step in ahead
    )
    if status not in ("accepted", "preparing"):
        return buttons
    return (*buttons[: BUTTONS - 1], propose_button(language, market_order_id))


def propose_button(language: str, market_order_id: str) -> Button:
    """Begins a proposal to the customer."""
    return Button(id=f"change:ask:{market_order_id}", title=say(language, "dealer.button.propose"))


def overview(talk: Talk, board: Board) -> Reply:
    """All that is open: a sentence, a card, or a list."""
    if not board.offers and not board.orders:
        return talk.text("overview.empty")
    if len(board.offers) + len(board.orders) == 1:
        return offer_card(talk, board.offers[0]) if board.offers else order_card(talk, board.orders[0])
    rows = [
        _row(talk, f"offer:show:{o.offer_id}", o, talk.say("overview.to_accept", minutes=o.minutes_left))
        for o in board.offers
    ]
    rows += [
        _row(talk, f"status:show:{o.market_order_id}", o, talk.say(f"status.{o.status}"))
        for o in board.orders
    ]
    text = talk.say("overview.text", offers=len(board.offers), orders=len(board.orders))
    return _list(talk, text, rows)


def pick_offer(talk: Talk, offers: Sequence[Offer], answer: str) -> Reply:
    """Asks which of several offers is meant; a tap on a row does `answer`: accept, decline or show."""
    rows = [_row(talk, f"offer:{answer}:{o.offer_id}", o, _total(talk, o)) for o in offers]
    return _list(talk, talk.say(f"offer.which_{answer}"), rows)


def pick_order(talk: Talk, orders: Sequence[Order], status: str) -> Reply:
    """Asks which of several orders is meant; a tap on a row sets `status`."""
    rows = [
        _row(talk, f"status:{status}:{o.market_order_id}", o, talk.say(f"status.{o.status}")) for o in orders
    ]
    return _list(talk, talk.say("order.which", status=talk.say(f"status.{status}")), rows)


def _row(talk: Talk, row_id: str, goods: Goods, note: str) -> Row:
    return Row(id=row_id, title=goods.code, description=f"{note} · {lines_short(goods.lines)}")


def _list(talk: Talk, text: str, rows: Sequence[Row]) -> Reply:
    if len(rows) > ROWS:
        text = f"{text}\n{talk.say('list.more', count=len(rows) - ROWS)}"
    return Reply(text=text, kind="list", rows=tuple(rows[:ROWS]), list_button=talk.say("button.choose"))


def _total(talk: Talk, goods: Goods) -> str:
    total = money(goods.total, goods.currency, talk.language)
    return f"{total} ({say(talk.language, 'announce.short.paid_how.card')})" if goods.prepaid else total
