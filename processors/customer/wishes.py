"""What the customer wants done to the cart, as understood: add, take out, set, clear, confirm."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from processors.customer import cart as carts
from processors.customer import checkout, orders, taps
from processors.customer.catalogue import Product
from processors.customer.inputs import CatalogueOrder
from processors.customer.inquiry import nearest
from processors.customer.place import MOST_OPTIONS, Wanted, place, quotable
from processors.customer.session import Question, Session
from processors.customer.talk import Reads, Talk
from processors.customer.variants import coming_in, variant_in
from processors.model import CartLine
from processors.search.words import content_words, fold, stem, tokens
from processors.understanding.numbers import number_in
from processors.understanding.types import CartStep, ItemMention, Understanding

_MORE: Final = re.compile(r"\b(ancora|altr[oaie]|aggiung\w*|in piu|another|more|extra|add|lagi|tambah\w*)\b")
"""Words by which a number is one of pieces more."""


async def change_cart(talk: Talk, reads: Reads, text: str, understood: Understanding) -> Talk:
    """The talk with the cart changed as understood: the first wish, then the others in their order."""
    talk = replace(talk, intent="order_request")
    for step in (CartStep(action=understood.cart_action, items=understood.items), *understood.also):
        talk = await _do(talk, reads, text, step)
    return talk


async def _do(talk: Talk, reads: Reads, text: str, step: CartStep) -> Talk:
    if step.action == "clear":
        # "Annulla tutto" after the confirmation: there is nothing to empty, but an order to take back.
        return (
            taps.clear(talk)
            if talk.cart or talk.session.questions
            else await orders.offer_cancel(talk, reads)
        )
    if step.action == "remove":
        return _take_out(talk, text, step.items)
    if step.action in ("add", "set") and step.items:
        for item in step.items:
            talk = await _put_in(talk, reads, text, item, is_set=step.action == "set")
        return talk
    if step.action in ("add", "set"):
        return await _shown_last(talk, reads, text)
    return talk


async def catalogue_order(talk: Talk, reads: Reads, order: CatalogueOrder) -> Talk:
    """A cart from WhatsApp's catalogue, at our own prices: what the phone thought is not asked."""
    talk = replace(talk, intent="order_request")
    found = await reads.catalogue.by_skus(item.sku for item in order.items)
    for item in order.items:
        options = (found[item.sku],) if item.sku in found else ()
        if options and item.price is not None and item.price != options[0].price:
            now = talk.money(options[0].price)
            talk = talk.noting("catalogue_price", name=options[0].name, now=now)
        wanted = Wanted(mention=item.sku, quantity=item.quantity, variant={}, options=options)
        talk = await place(talk, reads, wanted)
    return talk


async def _put_in(talk: Talk, reads: Reads, text: str, item: ItemMention, *, is_set: bool) -> Talk:
    is_set = is_set or _ends_with(talk, text, item)
    if is_set and (line := _only_line(talk.cart, item)) is not None:
        talk, options = await reads.products(talk, (line.product_id,))
        variant = {**line.variant, **item.variant}
        # "Fammelo in rosso" changes the line instead of adding a second one.
        kept = talk.cart if dict(variant) == dict(line.variant) else carts.without(talk.cart, line)
        quantity = item.quantity if item.quantity_given else line.quantity
        talk = replace(talk, cart=kept)
        wanted = Wanted(mention=item.mention, quantity=quantity, variant=variant, options=options, mode="set")
        return await place(talk, reads, wanted)
    talk, options = await _options(talk, reads, item)
    several, options = len(options) > 1, tuple(coming_in(options, item.mention))
    pointed = len(options) == 1 and not content_words(item.mention)
    # "Lo prendo da 50ml": the words name no product, but one of its values.
    said = variant_in(options[0].attributes, text) if pointed else {}
    if several and len(options) == 1:
        item = replace(item, variant=variant_in(options[0].attributes, item.mention))
    wanted = Wanted(
        mention=item.mention,
        quantity=item.quantity,
        variant={**said, **item.variant},
        options=options,
        mode="set" if is_set else "add",
        sure=bool(item.product_id or item.ambiguous or not content_words(item.mention)),
    )
    return await place(talk, reads, wanted)


def _ends_with(talk: Talk, text: str, item: ItemMention) -> bool:
    """Whether a number is the one to end with: said to "what would you like to change?", of what is in the cart."""
    asked = Session.from_json(talk.turn.session).editing
    return (
        asked
        and item.quantity_given
        and not _MORE.search(fold(text))
        and _only_line(talk.cart, item) is not None
    )


async def _options(talk: Talk, reads: Reads, item: ItemMention) -> tuple[Talk, tuple[Product, ...]]:
    """The products an item may mean; words that nobody has matched yet are searched for."""
    ids: tuple[UUID, ...] = (item.product_id,) if item.product_id else item.ambiguous[:MOST_OPTIONS]
    if ids:
        return await reads.products(talk, ids)
    if not content_words(item.mention):
        return await reads.products(talk, talk.session.shown)
    hits = await reads.services.search.find(
        talk.turn.business.id, item.mention, limit=MOST_OPTIONS, language=talk.language
    )
    return talk, tuple(Product.from_hit(hit) for hit in nearest(hits, item.mention)[:MOST_OPTIONS])


async def _shown_last(talk: Talk, reads: Reads, text: str) -> Talk:
    """ "Ne voglio 2": of what was shown last."""
    talk, shown = await reads.products(talk, talk.session.shown)
    quantity, _ = number_in(" ".join(tokens(text)))
    if not shown:
        return talk
    wanted = Wanted(mention="", quantity=quantity or 1, variant={}, options=shown)
    return await place(talk, reads, wanted)


def _take_out(talk: Talk, text: str, items: Sequence[ItemMention]) -> Talk:
    talk, items = _no_longer_asked(talk, items)
    if not talk.cart:
        return talk if talk.notes else checkout.empty(talk)
    if not items and talk.notes:
        return replace(talk, checkout=True)
    number, _ = number_in(" ".join(tokens(text)))
    for item in items:
        lines = _lines_meant(talk.cart, item)
        if not lines:
            talk = talk.noting("cart.not_there", mention=quotable(item.mention))
            continue
        if len({line.product_id for line in lines}) > 1:
            # Several products fit the word: the list below lets one be chosen.
            return checkout.edit(talk)
        # "Togli la candela" means all of them, "togli una candela" only one.
        less = item.quantity if item.quantity_given and number is not None else None
        for line in lines:
            talk = replace(talk, cart=carts.without(talk.cart, line, less))
        talk = talk.noting("cart.removed", name=lines[0].name)
    if not items:
        return checkout.edit(talk)
    return replace(talk, checkout=True)


def _no_longer_asked(talk: Talk, items: Sequence[ItemMention]) -> tuple[Talk, Sequence[ItemMention]]:
    """The talk without the open questions about things that are not wanted any more, and the items of the cart."""
    left = []
    for item in items:
        question = None if _lines_meant(talk.cart, item) else _question_about(talk, item)
        if question is None:
            left.append(item)
        else:
            talk = replace(talk, session=talk.session.without(question))
            talk = talk.noting("ask.dropped", mention=question.mention or quotable(item.mention))
    return talk, left


def _question_about(talk: Talk, item: ItemMention) -> Question | None:
    ids = {item.product_id} if item.product_id else set(item.ambiguous)
    said = _stems([item.mention])
    return next(
        (q for q in talk.session.questions if ids & set(q.options) or said & _stems([q.mention])), None
    )


def _only_line(cart: carts.Cart, item: ItemMention) -> CartLine | None:
    lines = _products_meant(cart, item)
    exact = [line for line in lines if all(line.variant.get(k) == v for k, v in item.variant.items())]
    chosen = exact or lines
    return chosen[0] if len(chosen) == 1 else None


def _lines_meant(cart: carts.Cart, item: ItemMention) -> carts.Cart:
    """Cart lines that a mention fits, in the variant it names if it names one."""
    return tuple(
        line
        for line in _products_meant(cart, item)
        if all(line.variant.get(name, value) == value for name, value in item.variant.items())
    )


def _products_meant(cart: carts.Cart, item: ItemMention) -> list[CartLine]:
    ids = {item.product_id} if item.product_id else set(item.ambiguous)
    found = [line for line in cart if line.product_id in ids]
    if found:
        return found
    if not content_words(item.mention):
        return [cart[-1]] if len(cart) == 1 else []
    # The word alone fits other products better, but what can be taken out is in the cart.
    asked = _stems([item.mention])
    shared = [(len(asked & _stems([line.name])), line) for line in cart]
    most = max((n for n, _ in shared), default=0)
    return [line for n, line in shared if n == most and n > 0]


def _stems(texts: Iterable[str]) -> set[str]:
    return {stem(word) for text in texts for word in content_words(text)}
