"""The shop as the scripts know it, and what an order costs there by plain arithmetic.

Products, zones and shelves are read once before anybody speaks. Nothing of the code that answers is used here.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import asyncpg

from bench.dialogues.script import DEALERS, Dialogue, Order


@dataclass(frozen=True, kw_only=True)
class Product:
    id: str
    sku: str
    name: str
    price: Decimal
    variants: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Zone:
    name: str
    postcodes: tuple[str, ...]
    fee: Decimal
    free_above: Decimal | None
    minimum: Decimal
    minutes: tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Line:
    """Pieces of a product in one variant. A product that comes in one size only has it without being asked."""

    quantity: int
    product: Product
    variant: Mapping[str, str]

    @property
    def key(self) -> tuple[str, str]:
        return self.product.sku, ",".join(f"{k}={v}" for k, v in sorted(self.variant.items()))


@dataclass(kw_only=True)
class Shop:
    """`prices` holds every price that a product has had; `shelves` pieces by dealer and SKU."""

    products: dict[str, Product]
    zones: tuple[Zone, ...]
    shelves: dict[tuple[str, str], int]
    promised: dict[tuple[str, str], int]
    """Pieces that earlier orders have reserved."""
    prices: dict[str, set[Decimal]] = field(default_factory=dict)

    def lines(self, texts: Iterable[str]) -> list[Line]:
        """Lines of a script: "2 H01", "1 C01 M rosso"."""
        found = []
        for text in texts:
            quantity, sku, *values = text.split()
            product = self.products[sku]
            variant = {name: those[0] for name, those in product.variants.items() if len(those) == 1}
            for value in values:
                names = [name for name, those in product.variants.items() if value in those]
                if len(names) != 1:
                    raise ValueError(f"{text}: {product.name} has no {value}")
                variant[names[0]] = value
            found.append(Line(quantity=int(quantity), product=product, variant=variant))
        return found

    def goods(self, lines: Iterable[Line]) -> Decimal:
        return sum((max(self.prices[x.product.sku]) * x.quantity for x in lines), Decimal(0))

    def zone_of(self, postcode: str) -> Zone | None:
        """The zone with the longest beginning of a postcode."""
        fitting = [(len(c), z) for z in self.zones for c in z.postcodes if postcode.startswith(c)]
        return max(fitting, key=lambda pair: pair[0])[1] if fitting else None

    def fee(self, order: Order) -> Decimal:
        """What bringing the order costs."""
        if order.to == "pickup":
            return Decimal(0)
        zone = self.zone_of(order.to)
        if zone is None:
            raise ValueError(f"nothing is brought to {order.to}")
        goods = self.goods(self.lines(order.lines))
        return Decimal(0) if zone.free_above is not None and goods >= zone.free_above else zone.fee

    def shelves_after(self, dialogues: Iterable[Dialogue]) -> dict[tuple[str, str], tuple[int, int]]:
        """Pieces on each shelf and those promised, once all dialogues are over."""
        left, promised = Counter(self.shelves), Counter(self.promised)
        for dialogue in dialogues:
            for order in dialogue.ends.orders:
                for line in self.lines(order.lines):
                    dealer = self._dealer(order, line)
                    if order.status == "delivered":
                        left[dealer, line.product.sku] -= line.quantity
                    elif order.status != "cancelled" and not (
                        # Shops that said no, or nothing, keep nothing for it.
                        order.status == "offered" and "no_dealer" in dialogue.ends.asked
                    ):
                        promised[dealer, line.product.sku] += line.quantity
        for dialogue in dialogues:
            for dealer, pieces in dialogue.ends.shelf.items():
                for sku, count in pieces.items():
                    left[dealer, sku] = count
        return {key: (left[key], promised[key]) for key in self.shelves}

    def _dealer(self, order: Order, line: Line) -> str:
        having = [d for d in order.dealers if self.shelves.get((d, line.product.sku), 0) >= line.quantity]
        return having[0] if having else order.dealers[0]


async def read_shop(pool: asyncpg.Pool) -> Shop:
    """The shop as it stands in the database now."""
    rows = await pool.fetch("select id::text, sku, name, price, attributes from products")
    products = {row["sku"]: _product(row) for row in rows}
    zones = await pool.fetch("select * from delivery_zones where active")
    stock = await pool.fetch(
        "select c.contact_value as phone, p.sku, s.on_hand, s.reserved from dealer_stock s "
        "join products p on p.id = s.product_id "
        "join rider_contacts c on c.dealer_id = s.dealer_id"
    )
    names = {phone: name for name, phone in DEALERS.items()}
    return Shop(
        products=products,
        zones=tuple(_zone(row) for row in zones),
        shelves={(names[row["phone"]], row["sku"]): row["on_hand"] for row in stock},
        promised={(names[row["phone"]], row["sku"]): row["reserved"] for row in stock},
        prices={sku: {product.price} for sku, product in products.items()},
    )


def _product(row: asyncpg.Record) -> Product:
    variants: dict[str, Any] = json.loads(row["attributes"])
    return Product(
        id=row["id"],
        sku=row["sku"],
        name=row["name"],
        price=row["price"],
        variants={name: tuple(map(str, values)) for name, values in variants.items()},
    )


def _zone(row: asyncpg.Record) -> Zone:
    return Zone(
        name=row["name"],
        postcodes=tuple(row["postcodes"]),
        fee=row["fee"],
        free_above=row["free_above"],
        minimum=row["minimum_order"],
        minutes=(row["minutes_from"], row["minutes_to"]),
    )
