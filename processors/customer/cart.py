"""The cart as a value: every change returns a new one. Prices are the database's of this moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from processors.customer.catalogue import Product
from processors.model import CartLine

LARGEST_QUANTITY = 20
"""Pieces of one line; more is either a slip or something a person should talk about."""

Cart = tuple[CartLine, ...]


def total(cart: Sequence[CartLine]) -> Decimal:
    """What the cart costs now."""
    return sum((line.unit_price * line.quantity for line in cart), Decimal(0))


def quantity_of(cart: Sequence[CartLine], product_id: UUID, variant: Mapping[str, str]) -> int:
    """Pieces of exactly this product and variant."""
    return sum(line.quantity for line in cart if _is(line, product_id, variant))


def pieces_of(cart: Sequence[CartLine], product_id: UUID) -> int:
    """Pieces of a product in all its variants: they leave the same shelf."""
    return sum(line.quantity for line in cart if line.product_id == product_id)


def with_quantity(cart: Cart, product: Product, variant: Mapping[str, str], quantity: int) -> Cart:
    """The cart with exactly so many pieces; 0 takes the line out. A known line keeps its place."""
    line = CartLine(
        product_id=product.id,
        sku=product.sku,
        name=product.name,
        quantity=quantity,
        variant=dict(variant),
        unit_price=product.price,
    )
    if not any(_is(old, product.id, variant) for old in cart):
        return (*cart, line) if quantity > 0 else cart
    changed = (line if _is(old, product.id, variant) else old for old in cart)
    return tuple(kept for kept in changed if kept.quantity > 0)


def without(cart: Cart, line: CartLine, quantity: int | None = None) -> Cart:
    """The cart with `quantity` pieces less of a line, or without it."""
    left = 0 if quantity is None else line.quantity - quantity
    return tuple(
        replace(old, quantity=left) if old is line else old for old in cart if old is not line or left > 0
    )


def lines_of(cart: Cart, product_id: UUID, variant: Mapping[str, str] | None = None) -> Cart:
    """Lines of a product that don't contradict a variant: no word on colour matches every colour."""
    wanted = variant or {}
    return tuple(
        line
        for line in cart
        if line.product_id == product_id
        and all(line.variant.get(name, value) == value for name, value in wanted.items())
    )


def _is(line: CartLine, product_id: UUID, variant: Mapping[str, str]) -> bool:
    return line.product_id == product_id and dict(line.variant) == dict(variant)
