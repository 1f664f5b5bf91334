"""Where an order is: "pronto D1042", "in consegna", and what is open at all."""

from __future__ import annotations

from collections.abc import Sequence

from processors.dealer.board import STEPS
from processors.dealer.cards import offer_card, order_card, overview, pick_order, status_buttons
from processors.dealer.talk import Talk
from processors.model import Action, Reply
from processors.partners.answer import Answer, joined


async def move(talk: Talk, market_order_id: str, status: str) -> Answer:
    """Move one order to `status`; the customer hears of it from the announcer."""
    order = (await talk.board()).order(market_order_id)
    words = talk.say("order.updated", status=talk.say(f"status.{status}"))
    buttons = status_buttons(talk, market_order_id, status, pickup=order is not None and order.pickup)
    done = Reply(text=words, kind="buttons", buttons=buttons) if buttons else Reply(text=words)
    outcomes: dict[str, Sequence[Reply]] = {
        "updated": (done,),
        "already": (talk.text("order.already", status=talk.say(f"status.{status}")),),
        "refused": (talk.text("order.refused"),),
        "*": (talk.text("order.not_found"),),
    }
    args = {"market_order_id": market_order_id, "status": status}
    return Answer(topic="status", actions=(Action(kind="set_order_status", args=args, outcomes=outcomes),))


async def move_in_words(talk: Talk, status: str, codes: Sequence[str]) -> Answer:
    """ "Pronto", "pronta la 1042": the orders named, or the only one that can take this step."""
    board = await talk.board()
    if codes:
        return joined([await _move_named(talk, status, code) for code in codes])
    ahead = [order for order in board.orders if order.may_become(status)]
    if len(ahead) == 1:
        return await move(talk, ahead[0].market_order_id, status)
    if ahead:
        reply = pick_order(talk, ahead, status)
        return Answer(topic="status", replies=(reply,), awaiting={"verb": status})
    if len(board.offers) == 1:
        # "Lo preparo" in front of an offer says yes in other words, but not plainly enough to act on it.
        return Answer(topic="offer", replies=(offer_card(talk, board.offers[0]),))
    return Answer(topic="status", replies=(talk.text("order.none"),))


async def _move_named(talk: Talk, status: str, code: str) -> Answer:
    board = await talk.board()
    orders = board.orders_of(code)
    if len(orders) > 1:
        return Answer(topic="status", replies=(pick_order(talk, orders, status),))
    if orders:
        return await move(talk, orders[0].market_order_id, status)
    return await show(talk, code)


async def show(talk: Talk, code: str) -> Answer:
    """The card of what has this code: an offer, an order, or where it went."""
    board = await talk.board()
    if offers := board.offers_of(code):
        return Answer(topic="offer", replies=tuple(offer_card(talk, offer) for offer in offers))
    if orders := board.orders_of(code):
        return Answer(topic="status", replies=tuple(order_card(talk, order) for order in orders))
    if past := board.past_of(code):
        key = f"past.{_past(past[0].outcome, past[0].status)}"
        return Answer(topic="status", replies=(talk.text(key, order_code=past[0].code),))
    return Answer(topic="status", replies=(talk.text("order.unknown", code=code),))


def _past(outcome: str, status: str) -> str:
    """Which sentence tells what became of it."""
    if outcome == "accepted":
        return status if status in ("delivered", "cancelled", "failed_delivery") else "accepted"
    return outcome if status != "cancelled" else "cancelled"


async def show_all(talk: Talk) -> Answer:
    """Open offers and orders under way."""
    return Answer(topic="overview", replies=(overview(talk, await talk.board()),))


def is_step(status: str) -> bool:
    """Whether dealers may set this status."""
    return status in STEPS[1:]
