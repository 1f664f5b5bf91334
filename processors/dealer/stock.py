"""The shelf: changes and questions in free text, and taps on the lists that ask which product is meant."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from processors.dealer.change_cards import suggestions
from processors.dealer.changes import open_goods
from processors.dealer.products import Found, identify
from processors.dealer.stock_words import StockTalk, product_words
from processors.dealer.talk import Talk
from processors.model import Action, Reply, Row
from processors.partners.answer import Answer, joined
from processors.partners.words import fold
from processors.understanding.numbers import number_in

MOST_PIECES = 99_999
SHOWN_AT_ONCE = 8
MOST_AT_ONCE = 20
"""Products read out of one message; each costs searches, and a turn has its deadline."""


@dataclass(frozen=True, kw_only=True)
class _Meant:
    """What was said about the shelf, and what it may be about."""

    talk: StockTalk
    found: Found


async def answer_talk(talk: Talk, said: Sequence[StockTalk]) -> Answer:
    """Everything that one message says about the shelf."""
    meant = [one for item in said[:MOST_AT_ONCE] for one in await _meant(talk, item)]
    changes = [m for m in meant if m.found.only and m.talk.amount is not None]
    rest = [m for m in meant if m not in changes]
    answers = [*_changes(talk, changes), *[await _other(talk, m) for m in rest]]
    answers.append(await _orders_short_of(talk, changes))
    if len(said) > MOST_AT_ONCE:
        answers.append(Answer(topic="stock", replies=(talk.text("stock.too_much", most=MOST_AT_ONCE),)))
    return joined(answers)


async def _orders_short_of(talk: Talk, changes: Sequence[_Meant]) -> Answer:
    """Orders not packed yet that hold more than the dealer says there is: their customers may be asked."""
    counted = {
        str(m.found.only.id): m.talk.amount
        for m in changes
        if m.talk.mode == "set" and m.found.only is not None and m.talk.amount is not None
    }
    return suggestions(talk, await open_goods(talk), counted) if counted else Answer()


async def _meant(talk: Talk, item: StockTalk) -> list[_Meant]:
    found = await identify(talk, item.product)
    if not found.sure and " e " in f" {item.product} ":
        # "Shampoo e crocchette" is no product's name, so it is two.
        parts = [replace(item, product=part) for part in re.split(r"\s+e\s+", item.product) if part]
        each = [_Meant(talk=part, found=await identify(talk, part.product)) for part in parts]
        if all(m.found.sure for m in each):
            return each
    if item.continued and not found.sure:
        return []
    return [_Meant(talk=item, found=found)]


def _changes(talk: Talk, changes: Sequence[_Meant]) -> list[Answer]:
    """One change is told with the database's figures; several as one bubble with what the dealer said."""
    if len(changes) == 1:
        return [_change(talk, changes[0])]
    answers = [_change(talk, change, quiet=True) for change in changes]
    if changes and all(answer.actions for answer in answers):
        lines = "\n".join(f"• {_in_words(talk, change)}" for change in changes)
        answers.append(Answer(topic="stock", replies=(talk.text("stock.several", lines=lines),)))
    return answers


def _change(talk: Talk, meant: _Meant, *, quiet: bool = False) -> Answer:
    product, amount = meant.found.only, meant.talk.amount
    assert product is not None
    assert amount is not None
    return change(talk, product.id, meant.talk.mode, amount, quiet=quiet)


def _in_words(talk: Talk, meant: _Meant) -> str:
    product, amount = meant.found.only, meant.talk.amount
    assert product is not None
    if meant.talk.mode == "add":
        return f"{product.name}: {amount:+d}"
    return talk.say(
        "stock.line_set" if amount else "stock.line_sold_out", product=product.name, amount=amount
    )


def change(talk: Talk, product_id: UUID, mode: str, amount: int, *, quiet: bool = False) -> Answer:
    """Set what is on the shelf, or add to it (`amount` may be negative then). Audited by the database.

    `quiet` leaves out the plain confirmation, for changes that are told together.
    """
    if abs(amount) > MOST_PIECES:
        return Answer(topic="stock", replies=(talk.text("stock.too_many", most=MOST_PIECES),))
    key = "stock.sold_out" if mode == "set" and amount == 0 else "stock.updated"
    outcomes: dict[str, Sequence[Reply]] = {
        "updated": () if quiet else (talk.text(key),),
        "updated_reserved": (talk.text("stock.updated_reserved"),),
        "*": (talk.text("stock.gone"),),
    }
    args = {"product_id": str(product_id), "add" if mode == "add" else "on_hand": amount}
    return Answer(topic="stock", actions=(Action(kind="set_stock", args=args, outcomes=outcomes),))


async def _other(talk: Talk, meant: _Meant) -> Answer:
    """Questions, and changes that lack something."""
    item, products = meant.talk, meant.found.products
    if not products:
        return Answer(topic="stock", replies=(talk.text("stock.unknown", words=item.product),))
    if item.mode == "show":
        return await show(talk, [product.id for product in products[:SHOWN_AT_ONCE]])
    if meant.found.only:
        return await ask_amount(talk, products[0].id, item.mode, name=products[0].name)
    return await _ask_product(talk, meant)


async def _ask_product(talk: Talk, meant: _Meant) -> Answer:
    """Which of them? A tap does the change; words are tried together with those said before."""
    item, products = meant.talk, meant.found.products
    have = {row["product_id"]: row["on_hand"] for row in await _shelf(talk, [p.id for p in products])}
    amount = "ask" if item.amount is None else item.amount
    rows = tuple(
        Row(
            id=f"stock:{item.mode}:{product.id}:{amount}",
            title=product.name,
            description=talk.say("stock.row", product=product.name, on_hand=have.get(str(product.id), 0)),
        )
        for product in products
    )
    text = talk.say("stock.which", words=item.product)
    if meant.found.of_variant:
        text = f"{text}\n{talk.say('stock.all_variants')}"
    reply = Reply(text=text, kind="list", rows=rows, list_button=talk.say("button.choose"))
    left_open = {"mode": item.mode, "amount": item.amount, "words": item.product}
    return Answer(topic="stock", replies=(reply,), awaiting={"product": left_open})


async def ask_amount(talk: Talk, product_id: UUID, mode: str, *, name: str = "") -> Answer:
    """How many? The next message may be just the number."""
    if not name:
        rows = await _shelf(talk, [product_id])
        name = rows[0]["name"] if rows else ""
    text = talk.text(f"stock.how_many_{mode}", product=name)
    return Answer(
        topic="stock", replies=(text,), awaiting={"amount": {"mode": mode, "product_id": str(product_id)}}
    )


async def show(talk: Talk, product_ids: Sequence[UUID]) -> Answer:
    """What is on the shelf, from the database."""
    rows = await _shelf(talk, product_ids)
    lines = [
        talk.say(
            "stock.line_reserved" if row["reserved"] else "stock.line",
            product=row["name"],
            on_hand=row["on_hand"],
            reserved=row["reserved"],
            available=row["available"],
        )
        for row in rows
    ]
    reply = Reply(text="\n".join(lines)) if lines else talk.text("stock.gone")
    return Answer(topic="stock", replies=(reply,))


async def _shelf(talk: Talk, product_ids: Sequence[UUID]) -> list[Mapping[str, Any]]:
    return list(await talk.services.store.dealer_stock(talk.dealer.id, product_ids))


async def answer_open_question(talk: Talk, text: str) -> Answer:
    """A number or a name by itself, when the last turn asked for it. Empty when it did not."""
    words = fold(text)
    if isinstance(amount := talk.awaiting.get("amount"), dict):
        number, _ = number_in(words)
        if number is not None:
            return change(talk, UUID(amount["product_id"]), amount["mode"], number)
    if isinstance(product := talk.awaiting.get("product"), dict):
        name = f"{product['words']} {product_words(words)}"
        asked = StockTalk(mode=product["mode"], amount=product["amount"], product=name)
        found = await identify(talk, asked.product)
        return await answer_talk(talk, [asked]) if found.sure else Answer()
    return Answer()
