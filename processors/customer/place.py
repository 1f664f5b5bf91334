"""What is wanted goes into the cart, or becomes a question: which one, which size, how many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from processors.customer import cart as carts
from processors.customer.catalogue import Product
from processors.customer.choices import watch_id
from processors.customer.menus import menu_button
from processors.customer.session import MOST_QUESTIONS, Question
from processors.customer.talk import Reads, Talk
from processors.customer.titles import button_title
from processors.customer.variants import complete
from processors.model import Button, Reply

MOST_OPTIONS = 9
"""Candidates that are shown in one question."""

_LONGEST_MENTION = 60


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One thing that the customer wants. `options` are the products it may be, best first.

    `sure` is false for words that only resemble names: then even a single product is asked about, because "messaggio
    12" must not become twelve of anything.
    """

    mention: str
    quantity: int
    variant: Mapping[str, str]
    options: tuple[Product, ...]
    mode: Literal["add", "set"] = "add"
    sure: bool = True


async def place(talk: Talk, reads: Reads, wanted: Wanted) -> Talk:
    """The talk with this wish settled, asked about, or answered with what can't be."""
    talk = talk.knowing(*wanted.options)
    if not wanted.options:
        return talk.noting("not_found", mention=quotable(wanted.mention))
    if len(wanted.options) > 1 or not wanted.sure:
        return _asking(talk, "product", wanted)
    product = wanted.options[0]
    if product.available <= 0:
        # Nobody should choose a size of what can't be had in any.
        return await _sold_out(talk, reads, product, wanted)
    completed = complete(product.attributes, wanted.variant)
    if completed.refused is not None:
        talk = _refused(talk, product, *completed.refused)
    wanted = replace(wanted, variant=completed.variant)
    if completed.missing is not None:
        return _asking(talk, "variant", wanted)
    return _fill(talk, product, wanted)


def _fill(talk: Talk, product: Product, wanted: Wanted) -> Talk:
    before = carts.quantity_of(talk.cart, product.id, wanted.variant)
    quantity = wanted.quantity + (before if wanted.mode == "add" else 0)
    if wanted.quantity < 1 or quantity > carts.LARGEST_QUANTITY:
        talk = talk.noting("quantity_limit", name=product.name, most=carts.LARGEST_QUANTITY)
        return _asking(talk, "quantity", wanted)
    others = carts.pieces_of(talk.cart, product.id) - before
    if others + quantity > product.available:
        return _short(talk, product, wanted, left=product.available - others - before)
    changed = carts.with_quantity(talk.cart, product, wanted.variant, quantity)
    return replace(_settled(talk, product), cart=changed, checkout=True)


def _short(talk: Talk, product: Product, wanted: Wanted, *, left: int) -> Talk:
    """Fewer there than wanted: how many will do?"""
    key = "only_few" if left > 0 else "no_more"
    talk = talk.noting(key, name=product.name, count=product.available)
    return _asking(talk, "quantity", wanted) if left > 0 else talk


async def _sold_out(talk: Talk, reads: Reads, product: Product, wanted: Wanted) -> Talk:
    others = await alternatives(reads, talk, product)
    talk = talk.knowing(*others).noting("out_of_stock", name=product.name)
    if others:
        return _asking(talk, "product", replace(wanted, options=others), sold_out=product.id)
    watch = Button(id=watch_id(product.id), title=button_title(talk.say("button.watch")))
    offer = Reply(
        text=talk.say("watch.offer"), kind="buttons", buttons=(watch, menu_button(talk, "catalogue"))
    )
    return replace(talk, ending=offer)


async def alternatives(reads: Reads, talk: Talk, product: Product) -> tuple[Product, ...]:
    """Products of the same category that are like this one and can be had."""
    hits = await reads.services.search.find(talk.turn.business.id, product.name, limit=8, in_stock=True)
    like = [hit for hit in hits if hit.category == product.category and hit.product_id != product.id]
    return tuple(Product.from_hit(hit) for hit in like[:3] if not hit.foreign)


def quotable(mention: str) -> str:
    """The customer's words as they may be repeated: short, and never a placeholder to be filled."""
    plain = " ".join(mention.translate(str.maketrans("", "", "{}*_~`")).split())
    return plain if len(plain) <= _LONGEST_MENTION else plain[:_LONGEST_MENTION].rstrip() + "…"


def _asking(
    talk: Talk,
    kind: Literal["product", "variant", "quantity"],
    wanted: Wanted,
    *,
    sold_out: UUID | None = None,
) -> Talk:
    question = Question(
        kind=kind,
        mention=quotable(wanted.mention),
        quantity=wanted.quantity,
        variant=dict(wanted.variant),
        options=tuple(p.id for p in wanted.options[:MOST_OPTIONS]),
        sold_out=sold_out,
    )
    others = (q for q in talk.session.questions if not _said_anew(q, question))
    questions = (*others, question)[:MOST_QUESTIONS]
    return replace(talk, session=replace(talk.session, questions=questions), asking=True)


def _said_anew(old: Question, new: Question) -> bool:
    """Whether a question asks what an older one did: about the same products, as they were said last.

    "Un guinzaglio", said to the question for the size of one leash, begins again with all leashes.
    """
    before, now = set(old.options), set(new.options)
    return before == now or (old.asked > 0 and before < now)


def _settled(talk: Talk, product: Product) -> Talk:
    """Without the questions that this product in the cart answers.

    One that was not put yet is about something else that was said beside it: "una fontanella e 2 erba gatta".
    """
    left = tuple(
        q
        for q in talk.session.questions
        if product.id not in q.options or (not q.asked and len(q.options) > 1)
    )
    return replace(talk, session=replace(talk.session, questions=left))


def _refused(talk: Talk, product: Product, attribute: str, value: str) -> Talk:
    values = ", ".join(str(v) for v in product.attributes.get(attribute, ()))
    if values:
        return talk.noting("variant_refused", name=product.name, value=quotable(value), values=values)
    return talk.noting("variant_none", name=product.name, value=quotable(value))
