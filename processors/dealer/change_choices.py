"""Taps and words on the way to a proposal.

change:ask|later:<market_order_id> · change:line|without|fewer|instead:<market_order_id>:<line> ·
change:by:<market_order_id>:<line>:<product_id> · change:of:<market_order_id>:<line>:<product_id>:<attribute>:<value> ·
change:send|drop:<proposal_id>
"""

from __future__ import annotations

from uuid import UUID

from processors.dealer import changes
from processors.dealer.board import Goods
from processors.dealer.change_cards import ask_amount, ask_how, ask_instead, ask_what, ask_when
from processors.dealer.change_products import Replacement, instead, replaced, said_value
from processors.dealer.change_words import read_wishes
from processors.dealer.changes import Change
from processors.dealer.talk import Talk
from processors.partners.answer import Answer
from processors.partners.ids import is_uuid
from processors.partners.times import moment_in
from processors.partners.words import fold
from processors.understanding.numbers import number_in


async def answer_change(talk: Talk, verb: str, item: str, rest: str) -> Answer | None:
    """What a tap on the way to a proposal does; None when the id is not of this grammar."""
    if not is_uuid(item):
        return None
    if verb == "send":
        return changes.send(talk, item)
    if verb == "drop":
        return Answer(topic="change", replies=(talk.text("change.dropped"),))
    goods = await _goods(talk, item)
    if goods is None:
        return Answer(topic="change", replies=(talk.text("change.not_open"),))
    if verb == "ask":
        wish = talk.awaiting.get("wish")
        wishes = read_wishes(wish, talk.now) if isinstance(wish, str) else []
        return await changes.wanted(talk, goods, wishes) if wishes else ask_what(talk, goods)
    if verb == "later":
        return ask_when(talk, goods)
    place, _, product = rest.partition(":")
    if not place.isascii() or not place.isdigit() or int(place) >= len(goods.lines):
        return None
    return await _line(talk, verb, goods, int(place), product)


async def _line(talk: Talk, verb: str, goods: Goods, line: int, product: str) -> Answer | None:
    if verb == "line":
        return ask_how(talk, goods, line)
    if verb == "without":
        return changes.preview(talk, goods, [Change(line=line, quantity=0)], None)
    if verb == "fewer":
        return ask_amount(talk, goods, line)
    if verb == "instead":
        return ask_instead(talk, goods, line)
    product, _, pair = product.partition(":")
    if not is_uuid(product):
        return None
    if verb == "by":
        words = str(talk.awaiting.get("instead") or "")
        return _shown(talk, goods, line, await replaced(talk, goods, line, UUID(product), fold(words)))
    attribute, _, value = pair.partition(":")
    if verb == "of" and value:
        chosen = {**_chosen(talk, product), attribute: value}
        return _shown(talk, goods, line, await replaced(talk, goods, line, UUID(product), chosen))
    return None


def _chosen(talk: Talk, product: str) -> dict[str, str]:
    """What of a variant was chosen before; an old list knows nothing of it, so that it is asked again."""
    asked = talk.awaiting.get("change")
    known = isinstance(asked, dict) and asked.get("product") == product
    return dict(asked["variant"]) if isinstance(asked, dict) and known else {}


async def answer_open_question(talk: Talk, text: str) -> Answer:
    """A number, a product or a time by itself, when the last turn asked for it. Empty when it did not."""
    asked = talk.awaiting.get("change")
    goods = await _goods(talk, str(asked["order"])) if isinstance(asked, dict) else None
    if goods is None or not isinstance(asked, dict):
        return Answer()
    line = int(asked["line"])
    if asked["ask"] == "later":
        folded = fold(text)
        # "18" or "18:30" alone is a time where one was asked for.
        bare = f"alle {folded}" if folded.replace(" ", "").isdigit() else text
        ready_at = moment_in(bare, talk.now)
        return Answer() if ready_at is None else changes.preview(talk, goods, [], ready_at)
    if line >= len(goods.lines):
        return Answer()
    if asked["ask"] == "instead":
        return _shown(talk, goods, line, await instead(talk, goods, line, fold(text)))
    if asked["ask"] == "variant":
        return _shown(talk, goods, line, await said_value(talk, goods, line, asked, fold(text)))
    left, _ = number_in(fold(text))
    if left is None or left >= goods.lines[line]["quantity"]:
        return Answer() if left is None else ask_amount(talk, goods, line)
    return changes.preview(talk, goods, [Change(line=line, quantity=left)], None)


def answer_preview(talk: Talk, verb: str) -> Answer | None:
    """A yes or no in words to the proposal just shown, a no to what it lacks; None when there is neither."""
    proposal = talk.awaiting.get("proposal")
    if verb == "no" and isinstance(talk.awaiting.get("change"), dict):
        # No to the question that a proposal still lacks: nothing is proposed.
        return Answer(topic="change", replies=(talk.text("change.dropped"),))
    if not isinstance(proposal, str):
        return None
    return (
        changes.send(talk, proposal)
        if verb == "yes"
        else Answer(topic="change", replies=(talk.text("change.dropped"),))
    )


def _shown(talk: Talk, goods: Goods, line: int, made: Replacement | Answer) -> Answer:
    if isinstance(made, Answer):
        return made
    return changes.preview(talk, goods, [changes.replacing(goods, line, made)], None)


async def _goods(talk: Talk, market_order_id: str) -> Goods | None:
    return next((g for g in await changes.open_goods(talk) if g.market_order_id == market_order_id), None)
