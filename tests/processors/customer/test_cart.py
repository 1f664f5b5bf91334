"""The cart as a value."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

from processors.customer import cart as carts
from processors.customer.catalogue import Product


def product(name: str = "Candela", price: str = "14.90") -> Product:
    return Product(
        id=uuid4(),
        sku="X01",
        name=name,
        category="casa",
        price=Decimal(price),
        currency="EUR",
        attributes={},
        available=10,
    )


def test_the_total_is_exact() -> None:
    cart = carts.with_quantity((), product(price="0.10"), {}, 3)
    cart = carts.with_quantity(cart, product(price="19.99"), {}, 2)
    assert carts.total(cart) == Decimal("40.28")
    assert carts.total(()) == 0


def test_variants_are_lines_of_their_own_and_keep_their_place() -> None:
    leash, candle = product("Guinzaglio"), product()
    cart = carts.with_quantity((), leash, {"taglia": "M"}, 1)
    cart = carts.with_quantity(cart, candle, {}, 1)
    cart = carts.with_quantity(cart, leash, {"taglia": "L"}, 2)
    cart = carts.with_quantity(cart, leash, {"taglia": "M"}, 5)
    assert [(line.name, line.quantity) for line in cart] == [
        ("Guinzaglio", 5),
        ("Candela", 1),
        ("Guinzaglio", 2),
    ]
    assert carts.pieces_of(cart, leash.id) == 7
    assert carts.quantity_of(cart, leash.id, {"taglia": "L"}) == 2
    assert len(carts.lines_of(cart, leash.id)) == 2
    assert len(carts.lines_of(cart, leash.id, {"taglia": "L"})) == 1


def test_nothing_left_is_no_line() -> None:
    candle = product()
    cart = carts.with_quantity((), candle, {}, 3)
    assert carts.with_quantity(cart, candle, {}, 0) == ()
    assert carts.with_quantity((), candle, {}, 0) == ()
    assert carts.without(cart, cart[0]) == ()
    assert carts.without(cart, cart[0], 1)[0].quantity == 2
    assert carts.without(cart, cart[0], 5) == ()


def test_a_price_is_that_of_the_product_now() -> None:
    candle = product(price="10.00")
    cart = carts.with_quantity((), candle, {}, 1)
    dearer = Product(**{**vars(candle), "price": Decimal("12.00")})
    assert carts.total(carts.with_quantity(cart, dearer, {}, 2)) == Decimal("24.00")
