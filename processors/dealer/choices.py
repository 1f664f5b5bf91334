"""Taps: buttons and list rows, and quick replies of templates, whose payloads have the same grammar.

offer:accept|decline|show:<offer_id> · change:… in `change_choices.py` · status:<status>|show:<market_order_id> ·
stock:set|add:<product_id>:<n> · stock:show:<product_id> · menu:orders|human
"""

from __future__ import annotations

from uuid import UUID

from processors.dealer import offers, orders, shop, stock
from processors.dealer.cards import offer_card, order_card
from processors.dealer.change_choices import answer_change
from processors.dealer.talk import Talk
from processors.partners.answer import Answer
from processors.partners.ids import is_uuid


async def answer_choice(talk: Talk, choice_id: str) -> Answer | None:
    """What a tap does; None when the id is not of this grammar (an old message, another bot's)."""
    if choice_id == "menu:orders":
        return await orders.show_all(talk)
    if choice_id == "menu:human":
        return shop.answer_word(talk, "human")
    kind, _, rest = choice_id.partition(":")
    verb, _, rest = rest.partition(":")
    item, _, number = rest.partition(":")
    if kind == "change":
        return await answer_change(talk, verb, item, number)
    if not is_uuid(item):
        return None
    if kind == "offer":
        return await _offer(talk, verb, item)
    if kind == "status":
        return await _status(talk, verb, item)
    if kind == "stock":
        return await _stock(talk, verb, item, number)
    return None


async def _offer(talk: Talk, verb: str, offer_id: str) -> Answer | None:
    if verb == "accept":
        return offers.accept(talk, offer_id)
    if verb == "decline":
        return offers.decline(talk, offer_id)
    if verb != "show":
        return None
    offer = (await talk.board()).offer(offer_id)
    reply = offer_card(talk, offer) if offer else talk.text("offer.not_found")
    return Answer(topic="offer", replies=(reply,))


async def _status(talk: Talk, verb: str, market_order_id: str) -> Answer | None:
    if orders.is_step(verb):
        return await orders.move(talk, market_order_id, verb)
    if verb != "show":
        return None
    order = (await talk.board()).order(market_order_id)
    reply = order_card(talk, order) if order else talk.text("order.not_found")
    return Answer(topic="status", replies=(reply,))


async def _stock(talk: Talk, verb: str, product_id: str, number: str) -> Answer | None:
    if verb == "show":
        return await stock.show(talk, [UUID(product_id)])
    if verb not in ("set", "add"):
        return None
    amount = _whole(number)
    if amount is None:
        return await stock.ask_amount(talk, UUID(product_id), verb)
    return stock.change(talk, UUID(product_id), verb, amount)


def _whole(text: str) -> int | None:
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdigit() and len(digits) <= 6 else None
