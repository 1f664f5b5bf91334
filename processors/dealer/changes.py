"""An order done otherwise: what a dealer proposes is shown to them first, with its total, and sent on their yes.

Which order and which line is meant is never guessed: in doubt it is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from processors.dealer.board import Goods
from processors.dealer.change_cards import ask_amount, which_line, which_order
from processors.dealer.change_products import Replacement, instead
from processors.dealer.change_words import Wish
from processors.dealer.products import all_fit, meanings, singulars
from processors.dealer.talk import Talk
from processors.language.changes import change_texts
from processors.language.lines import Line
from processors.language.money import money
from processors.model import Action, Button, Reply
from processors.partners.answer import Answer
from processors.search.words import content_words


@dataclass(frozen=True, kw_only=True)
class Change:
    """`quantity` pieces left of a line, or of `by` in its place."""

    line: int
    quantity: int
    by: Replacement | None = None


async def open_goods(talk: Talk) -> list[Goods]:
    """What a dealer may still propose to do otherwise: offers, and orders that have not left the shop."""
    board = await talk.board()
    return [*board.offers, *(order for order in board.orders if order.in_shop)]


async def in_words(talk: Talk, wishes: Sequence[Wish], codes: Sequence[str], text: str) -> Answer:
    """What a text would do otherwise. Empty when it fits no order, so that it may be about the shelf."""
    goods = await open_goods(talk)
    if codes:
        goods = [g for g in goods if any(g.code == code or g.code.startswith(f"{code}-") for code in codes)]
    fitting = [g for g in goods if await _lines_for_all(talk, g, wishes)]
    if (
        len(fitting) > 1
        and len(spoken_of := [g for g in fitting if g.market_order_id in talk.spoken_of]) == 1
    ):
        fitting = spoken_of
    if not fitting:
        words = next((wish.product for wish in wishes if wish.product), "")
        if codes and goods and words:
            return Answer(
                topic="change", replies=(talk.text("change.not_in_order", code=goods[0].code, words=words),)
            )
        return Answer()
    if len(fitting) > 1:
        return which_order(talk, fitting, text)
    return await wanted(talk, fitting[0], wishes)


async def _lines_for_all(talk: Talk, goods: Goods, wishes: Sequence[Wish]) -> bool:
    for wish in wishes:
        if wish.product and not await _lines_of(talk, goods, wish.product):
            return False
    return True


async def _lines_of(talk: Talk, goods: Goods, words: str) -> list[int]:
    """The lines that these words name; all of them where the words say nothing."""
    if not words:
        return list(range(len(goods.lines)))
    glossary = await talk.services.search.glossary(talk.turn.business.id)
    asked = meanings(singulars(content_words(words), glossary), glossary)
    if not asked:
        return list(range(len(goods.lines)))
    fit = [n for n, line in enumerate(goods.lines) if all_fit(asked, _described(line))]
    if fit or len(asked) < 2:
        return fit
    # "Crocchetta salmone" for a line that says "crocchette al pesce": half of the words point at it alone.
    half = [n for n, line in enumerate(goods.lines) if any(all_fit([one], _described(line)) for one in asked)]
    return half if len(half) == 1 else []


def _described(line: Line) -> list[str]:
    variant = " ".join(str(value) for value in (line.get("variant") or {}).values())
    return [*content_words(str(line["name"])), *variant.casefold().split()]


async def wanted(talk: Talk, goods: Goods, wishes: Sequence[Wish]) -> Answer:
    """These wishes for one order: the proposal, or the question that it lacks."""
    changes: list[Change] = []
    ready_at: datetime | None = None
    for wish in wishes:
        if wish.kind == "later":
            ready_at = wish.ready_at
            continue
        lines = await _lines_of(talk, goods, wish.product)
        if len(lines) != 1:
            return which_line(talk, goods, lines)
        made = await _change(talk, goods, lines[0], wish)
        if isinstance(made, Answer):
            return made
        changes.append(made)
    return preview(talk, goods, changes, ready_at)


async def _change(talk: Talk, goods: Goods, line: int, wish: Wish) -> Change | Answer:
    if wish.kind == "instead":
        made = await instead(talk, goods, line, wish.by)
        return made if isinstance(made, Answer) else replacing(goods, line, made)
    left = wish.left if wish.kind == "fewer" else 0
    if left is None or left >= goods.lines[line]["quantity"]:
        return ask_amount(talk, goods, line)
    return Change(line=line, quantity=left)


def replacing(goods: Goods, line: int, by: Replacement) -> Change:
    """All of a line done with something else."""
    return Change(line=line, quantity=goods.lines[line]["quantity"], by=by)


def preview(talk: Talk, goods: Goods, changes: Sequence[Change], ready_at: datetime | None) -> Answer:
    """The proposal as its dealer sees it before it goes out; the database checks its total."""
    total = goods.total - sum((_worth(goods, change) for change in changes), Decimal(0))
    proposal_id = str(uuid4())
    texts = change_texts(
        [_said(goods.lines[change.line], change) for change in changes],
        ready_at,
        currency=goods.currency,
        timezone=talk.turn.business.timezone,
        language=talk.language,
    )
    text = talk.say(
        "change.preview_time" if not changes else f"change.preview{'_same' if total == goods.total else ''}",
        code=goods.code,
        changes="\n".join(f"• {one}" for one in texts),
        total=money(total, goods.currency, talk.language),
        before=money(goods.total, goods.currency, talk.language),
    )
    buttons = (
        Button(id=f"change:send:{proposal_id}", title=talk.say("button.send")),
        Button(id=f"change:drop:{proposal_id}", title=talk.say("button.drop")),
    )
    outcomes: dict[str, Sequence[Reply]] = {"drafted": (Reply(text=text, kind="buttons", buttons=buttons),)}
    for outcome in ("waiting", "changed", "nothing_left", "no_stock", "paid_up", "too_late"):
        outcomes[outcome] = (talk.text(f"change.{outcome}"),)
    outcomes["*"] = (talk.text("order.not_found"),)
    args: dict[str, Any] = {
        "proposal_id": proposal_id,
        "market_order_id": goods.market_order_id,
        "changes": [_args(goods.lines[change.line], change) for change in changes],
        "expected_total": str(total),
    }
    if ready_at is not None:
        args["ready_at"] = ready_at.isoformat()
    action = Action(kind="draft_proposal", args=args, outcomes=outcomes)
    return Answer(topic="change", actions=(action,), awaiting={"proposal": proposal_id})


def send(talk: Talk, proposal_id: str) -> Answer:
    """The dealer's yes to their own proposal: the customer is asked."""
    outcomes: dict[str, Sequence[Reply]] = {
        outcome: (talk.text(f"change.{outcome}"),)
        for outcome in ("sent", "already", "waiting", "no_stock", "too_late")
    }
    outcomes["*"] = (talk.text("order.not_found"),)
    action = Action(kind="send_proposal", args={"proposal_id": proposal_id}, outcomes=outcomes)
    return Answer(topic="change", actions=(action,))


def _worth(goods: Goods, change: Change) -> Decimal:
    """By how much the goods get cheaper; negative when the replacement costs more."""
    line = goods.lines[change.line]
    price = Decimal(line["unit_price"])
    now = change.by.price if change.by else price
    return price * int(line["quantity"]) - now * change.quantity


def _args(line: Line, change: Change) -> dict[str, Any]:
    args = {"line": change.line, "product_id": line["product_id"], "quantity": change.quantity}
    if change.by is None:
        return args
    return {**args, "by": str(change.by.product_id), "variant": dict(change.by.variant)}


def _said(line: Line, change: Change) -> dict[str, Any]:
    said = {"name": line["name"], "variant": line.get("variant") or {}, "quantity": line["quantity"]}
    if change.by is not None:
        by = {"by": change.by.name, "by_variant": change.by.variant, "by_quantity": change.quantity}
        return {"kind": "instead", **said, **by, "unit_price": str(change.by.price)}
    return {"kind": "fewer" if change.quantity else "without", **said, "left": change.quantity}
