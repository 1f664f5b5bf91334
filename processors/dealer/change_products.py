"""What comes in place of a line: another product, or the same one in another size or colour.

A product that comes in variants is proposed in one of them; what was not said of it is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from processors.customer.variants import coming_in, complete, variant_in
from processors.dealer.board import Goods
from processors.dealer.change_cards import asking, which_product, which_value
from processors.dealer.products import identify
from processors.dealer.talk import Talk
from processors.partners.answer import Answer
from processors.reads import rows
from processors.search.words import fold, tokens
from processors.understanding.variants import only_variant_words

_LITTLE = frozenset(
    tokens(
        "il lo la i gli le l un uno una quello quella quelli quelle stesso stessa stessi stesse taglia colore misura "
        "solo in di da con the a one ones same only size colour color yang warna ukuran sama"
    )
)


@dataclass(frozen=True, kw_only=True)
class Product:
    """A product that may be sent. `price` is that of now."""

    id: UUID
    name: str
    price: Decimal
    attributes: Mapping[str, Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Replacement:
    """What is sent instead, with all of its variant, at `price` for one."""

    product_id: UUID
    name: str
    price: Decimal
    variant: Mapping[str, str] = field(default_factory=dict)


async def instead(talk: Talk, goods: Goods, line: int, words: str) -> Replacement | Answer:
    """What these words name, in place of a line; a question when they leave something open. Raises StorageError."""
    own_id = UUID(str(goods.lines[line]["product_id"]))
    if own := await _in_another_variant(talk, goods, line, own_id, words):
        return own
    found = await identify(talk, words)
    coming = await _read(talk, [product.id for product in found.products])
    # The same product is another one only where it comes in something else.
    products = [
        p for p in coming if p.id != own_id or _differs(goods, line, variant_in(p.attributes, fold(words)))
    ]
    if found.of_variant:
        products = list(coming_in(products, words))
    if not products:
        return asking(talk, "instead", goods, line, talk.say("change.unknown", words=words))
    only = len(products) == 1 and (found.sure or found.of_variant)
    if not only:
        return which_product(talk, goods, line, products, words)
    return _completed(talk, goods, line, products[0], variant_in(products[0].attributes, fold(words)))


async def replaced(
    talk: Talk, goods: Goods, line: int, product_id: UUID, given: Mapping[str, str] | str
) -> Replacement | Answer:
    """One line done with a product, in the variant `given` as far as it is known, or in the words for it."""
    found = await _read(talk, [product_id])
    if not found:
        return Answer(topic="change", replies=(talk.text("stock.gone"),))
    variant = variant_in(found[0].attributes, given) if isinstance(given, str) else given
    return _completed(talk, goods, line, found[0], variant)


async def said_value(
    talk: Talk, goods: Goods, line: int, asked: Mapping[str, Any], words: str
) -> Replacement | Answer:
    """A size or colour in words, when it was asked for. Empty when the words name none."""
    found = await _read(talk, [UUID(str(asked["product"]))])
    said = variant_in(found[0].attributes, words, alone=True) if found else {}
    if not said:
        return Answer()
    return _completed(talk, goods, line, found[0], {**asked["variant"], **said})


async def _in_another_variant(
    talk: Talk, goods: Goods, line: int, own_id: UUID, words: str
) -> Replacement | Answer | None:
    """ "Quella blu", "la M": what was ordered in something else, as far as nothing else is named."""
    folded = [word for word in tokens(fold(words)) if word not in _LITTLE]
    if not folded or not only_variant_words(folded):
        return None
    found = await _read(talk, [own_id])
    said = variant_in(found[0].attributes, fold(words)) if found else {}
    if not said or not _differs(goods, line, said):
        return None
    return _completed(talk, goods, line, found[0], {**(goods.lines[line].get("variant") or {}), **said})


def _differs(goods: Goods, line: int, variant: Mapping[str, str]) -> bool:
    own = goods.lines[line].get("variant") or {}
    return any(own.get(name) != value for name, value in variant.items())


def _completed(
    talk: Talk, goods: Goods, line: int, product: Product, given: Mapping[str, str]
) -> Replacement | Answer:
    done = complete(product.attributes, given)
    if done.missing is not None:
        refused = done.refused[1] if done.refused and done.refused[0] == done.missing else ""
        return which_value(talk, goods, line, product, done.missing, done.variant, refused)
    ordered = goods.lines[line]
    same = str(product.id) == str(ordered["product_id"])
    if same and dict(done.variant) == (ordered.get("variant") or {}):
        return asking(talk, "instead", goods, line, talk.say("change.same", product=product.name))
    price = Decimal(ordered["unit_price"]) if same else product.price
    return Replacement(product_id=product.id, name=product.name, price=price, variant=done.variant)


async def _read(talk: Talk, ids: Sequence[UUID]) -> list[Product]:
    """The products that are sold, in the order of their ids."""
    if not ids:
        return []
    table = talk.services.store.client.table("products").select("id,name,price::text,attributes")
    query = table.eq("business_id", str(talk.turn.business.id)).eq("active", True)
    found = {row["id"]: row for row in await rows(query.in_("id", [str(i) for i in ids]))}
    known = [found[str(i)] for i in ids if str(i) in found]
    return [
        Product(
            id=UUID(row["id"]),
            name=row["name"],
            price=Decimal(row["price"]),
            attributes=row["attributes"],
        )
        for row in known
    ]
