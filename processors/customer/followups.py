"""What short words after others mean here: which line of the cart, which of the products just shown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from processors.attributes import in_order
from processors.customer import answers, cards
from processors.customer import cart as carts
from processors.customer.catalogue import Product
from processors.customer.followup_words import FollowUp, Part, followup_in
from processors.customer.place import Wanted, place
from processors.customer.session import Session
from processors.customer.talk import Reads, Talk
from processors.customer.variants import complete
from processors.model import CartLine
from processors.understanding.variants import Said, variant_for

_SIZES: Final = ("XXS", "XS", "S", "M", "L", "XL", "XXL")
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)?")
_THOUSANDS: Final = re.compile(r"\d\s*(?:kg|l)\b", re.IGNORECASE)


async def follow(talk: Talk, reads: Reads, text: str) -> Talk | None:
    """The talk after "altri due", "anzi gialle" or "the cheaper one"; None when the text is nothing of the kind."""
    wish = _after_summary(talk, text) or followup_in(text)
    if wish is None or (talk.session.questions and not (wish.corrects or wish.change == "pick")):
        return None
    if wish.change == "pick":
        return await _pick(talk, reads, wish)
    question = next(iter(talk.session.questions), None)
    count = wish.parts[0].quantity
    if question is not None and question.kind != "quantity":
        # "La seconda", and to the question for its size "no scusa 3": another one of the list.
        if len(wish.parts) > 1 or wish.parts[0].says_variant or count is None:
            return None
        if question.kind == "product" and count > len(question.options):
            return answers.so_many(talk, question, count)
        return await _pick(talk, reads, FollowUp(change="pick", place=count, corrects=True))
    line = touched_line(talk)
    if line is None or _may_be_a_door(talk, text):
        return None
    return await _change(talk, reads, wish, line)


def _may_be_a_door(talk: Talk, text: str) -> bool:
    """Whether digits may be the number of a house, of which the street was said before."""
    awaited = talk.session.awaited
    return awaited is not None and awaited.draft is not None and any(sign.isdigit() for sign in text)


def _after_summary(talk: Talk, text: str) -> FollowUp | None:
    """A mere number after the summary of a single thing is how many of it there should be."""
    said, awaited = talk.session.proposal, talk.session.awaited
    is_summary = said is not None and said.last_said and not said.paying
    is_cart = awaited is not None and awaited.draft is None and awaited.relay_id is None
    if not (is_summary or is_cart) or len(talk.cart) != 1 or talk.session.editing or talk.session.questions:
        return None
    count = answers.bare_number(text)
    if count is None or not 1 <= count <= carts.LARGEST_QUANTITY:
        return None
    return FollowUp(change="set", parts=(Part(quantity=count),))


def touched_line(talk: Talk) -> CartLine | None:
    """The line that was put in or changed last, else the only one."""
    lines = [line for line in talk.cart if line.product_id == talk.session.touched]
    if not lines:
        return talk.cart[0] if len(talk.cart) == 1 else None
    return lines[-1]


def touching(session: Session, before: carts.Cart, now: carts.Cart) -> Session:
    """The session that remembers which product of the cart was spoken of last."""
    changed = [line for line in now if line not in before]
    gone = session.touched is not None and all(line.product_id != session.touched for line in now)
    if changed:
        return replace(session, touched=changed[-1].product_id)
    return replace(session, touched=None) if gone else session


async def _change(talk: Talk, reads: Reads, wish: FollowUp, line: CartLine) -> Talk | None:
    talk, found = await reads.products(talk, (line.product_id,))
    if not found:
        return None
    product = found[0]
    variants = [_variant(product, part) for part in wish.parts]
    if any(part.says_variant and not variant for part, variant in zip(wish.parts, variants, strict=True)):
        # It comes in no colours or sizes: another thing is meant.
        return None
    refused = next((r for v in variants if (r := complete(product.attributes, v).refused)), None)
    if refused is not None:
        values = ", ".join(str(value) for value in product.attributes[refused[0]])
        talk = talk.noting("variant_refused", name=product.name, value=refused[1], values=values)
        return replace(talk, checkout=True, intent="order_request")
    talk = replace(talk, checkout=True, intent="order_request")
    if len(wish.parts) > 1 and wish.change == "set":
        others = tuple(other for other in talk.cart if other.product_id != product.id)
        talk = replace(talk, cart=others)
    for part, variant in zip(wish.parts, variants, strict=True):
        talk = await _one(talk, reads, wish, line, product, part, {**line.variant, **variant})
    return talk


async def _one(
    talk: Talk,
    reads: Reads,
    wish: FollowUp,
    line: CartLine,
    product: Product,
    part: Part,
    variant: Mapping[str, str],
) -> Talk:
    same = next((x for x in talk.cart if x.product_id == product.id and dict(x.variant) == variant), None)
    if wish.change == "less":
        return talk if same is None else replace(talk, cart=carts.without(talk.cart, same, part.quantity))
    if wish.change == "more":
        return await place(talk, reads, _wanted(product, part.quantity or 1, variant))
    if wish.change in ("half", "double"):
        counted = same or line
        quantity = (counted.quantity + 1) // 2 if wish.change == "half" else counted.quantity * 2
        return await place(talk, reads, _wanted(product, quantity, counted.variant, is_set=True))
    if same is None and wish.corrects and line in talk.cart:
        talk = replace(talk, cart=carts.without(talk.cart, line))
    quantity = part.quantity or line.quantity
    return await place(talk, reads, _wanted(product, quantity, variant, is_set=True))


def _wanted(product: Product, quantity: int, variant: Mapping[str, str], *, is_set: bool = False) -> Wanted:
    return Wanted(
        mention=product.name,
        quantity=quantity,
        variant=variant,
        options=(product,),
        mode="set" if is_set else "add",
    )


def _variant(product: Product, part: Part) -> Mapping[str, str]:
    return variant_for(product.attributes, Said(colour=part.colour, size=part.size), (), ())


async def _pick(talk: Talk, reads: Reads, wish: FollowUp) -> Talk | None:
    """One of the products just shown or asked about, by its price, its place, its size or its pack."""
    question = next(iter(talk.session.questions), None)
    asked = question.options if question is not None and question.kind != "quantity" else ()
    ids = asked if asked and not wish.place else talk.session.shown
    line = touched_line(talk) if wish.corrects else None
    if not ids and line is not None:
        ids = (line.product_id,)
    talk, options = await reads.products(talk, ids)
    chosen = _chosen(options, wish)
    if chosen is None and wish.asks and len(options) == 1:
        # "How much is the cheapest one?", where only one was shown.
        return cards.show(replace(talk, intent="product_inquiry"), options)
    if chosen is None:
        return _no_such_pack(talk, options[0], wish.pack) if wish.pack and len(options) == 1 else None
    product, variant = chosen
    if wish.asks:
        return cards.show(replace(talk, intent="product_inquiry"), (product,))
    session = talk.session if question is None else talk.session.without(question)
    talk = replace(talk, session=session, intent="order_request", asking=True)
    quantity = wish.parts[0].quantity or (question.quantity if question is not None else 1)
    if line is not None and line.product_id in talk.session.shown:
        # It takes the place of the one that was chosen before.
        quantity = wish.parts[0].quantity or line.quantity
        talk = replace(talk, cart=carts.without(talk.cart, line))
    said = dict(question.variant) if question is not None and question.options == (product.id,) else {}
    return await place(talk, reads, _wanted(product, quantity, {**said, **variant}))


def _chosen(options: Sequence[Product], wish: FollowUp) -> tuple[Product, Mapping[str, str]] | None:
    if wish.place is not None:
        at = wish.place - 1 if wish.place > 0 else len(options) - 1
        return (options[at], _variant(options[at], wish.parts[0])) if at < len(options) > 1 else None
    if wish.pack is not None:
        fitting = [(p, v) for p in options if (v := _with_pack(p, wish.pack))]
        return fitting[0] if len(fitting) == 1 else None
    if wish.price is not None:
        return _at_price(options, wish.price)
    if wish.extreme in ("cheapest", "dearest"):
        return _by_price(options, wish)
    if len(options) != 1:
        return None
    value = _by_size(options[0], largest=wish.extreme == "largest")
    return (options[0], {**_variant(options[0], wish.parts[0]), **value}) if value else None


def _by_price(options: Sequence[Product], wish: FollowUp) -> tuple[Product, Mapping[str, str]] | None:
    there = sorted((p for p in options if p.available > 0), key=lambda p: p.price)
    if wish.extreme == "dearest":
        there.reverse()
    if len(options) < 2 or not there or (len(there) > 1 and there[0].price == there[1].price):
        return None
    return there[0], _variant(there[0], wish.parts[0])


def _at_price(options: Sequence[Product], price: Decimal) -> tuple[Product, Mapping[str, str]] | None:
    """The one product at this price, else the one that people would round to it: 11,90 are "12 euro"."""
    exact = [product for product in options if product.price == price]
    near = exact or [product for product in options if abs(product.price - price) < 1]
    return (near[0], {}) if len(near) == 1 < len(options) else None


def _by_size(product: Product, *, largest: bool) -> Mapping[str, str]:
    """The largest or smallest value of the first attribute that has an order."""
    for name, values in in_order(product.attributes):
        ranked = sorted((rank, str(value)) for value in values if (rank := _rank(str(value))) is not None)
        if len(ranked) == len(values) > 1:
            return {name: ranked[-1 if largest else 0][1]}
    return {}


def _rank(value: str) -> float | None:
    if value.upper() in _SIZES:
        return float(_SIZES.index(value.upper()))
    number = _NUMBER.search(value)
    if number is None:
        return None
    # "1.5kg" is more than "500g".
    return float(number[0].replace(",", ".")) * (1000 if _THOUSANDS.search(value) else 1)


def _with_pack(product: Product, pack: int) -> Mapping[str, str]:
    """The variant whose value names so many pieces or so much."""
    for name, values in product.attributes.items():
        fitting = [str(value) for value in values if str(pack) in re.findall(r"\d+", str(value))]
        if len(fitting) == 1:
            return {name: fitting[0]}
    return {}


def _no_such_pack(talk: Talk, product: Product, pack: int) -> Talk | None:
    name = next(
        (n for n, values in in_order(product.attributes) if any(_NUMBER.search(str(v)) for v in values)), None
    )
    if name is None:
        return None
    values = ", ".join(str(value) for value in product.attributes[name])
    talk = talk.noting("variant_refused", name=product.name, value=str(pack), values=values)
    return cards.show(replace(talk, intent="order_request"), (product,))
