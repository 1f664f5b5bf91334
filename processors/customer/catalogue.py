"""Products as the customer's steps need them: with today's price and what can be delivered now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from processors.model import Json
from processors.reads import one, rows
from processors.search.search import Hit
from processors.services import Services

_COLUMNS = ("id", "sku", "name", "category", "price::text", "currency", "attributes", "image_url")
LARGEST_MENU = 10
"""Categories in one list; WhatsApp shows no more rows."""


@dataclass(frozen=True, kw_only=True)
class Product:
    """Something sold now. `available` is the most pieces one open dealer has free."""

    id: UUID
    sku: str
    name: str
    category: str
    price: Decimal
    currency: str
    attributes: Mapping[str, Sequence[str]]
    available: int
    image_url: str | None = None
    """A picture of it, where the read brought one."""

    @classmethod
    def from_hit(cls, hit: Hit) -> Product:
        return cls(
            id=hit.product_id,
            sku=hit.sku,
            name=hit.name,
            category=hit.category,
            price=hit.price,
            currency=hit.currency,
            attributes=hit.attributes,
            available=hit.available,
        )


class Catalogue:
    """Reads products of one business."""

    def __init__(self, services: Services, business_id: UUID) -> None:
        self._client = services.store.client
        self._business_id = str(business_id)

    async def by_ids(self, ids: Iterable[UUID]) -> list[Product]:
        """Those of the products that are still sold, in the order asked."""
        wanted = list(dict.fromkeys(ids))
        if not wanted:
            return []
        found = await self._products("id", [str(i) for i in wanted])
        return [found_one for i in wanted if (found_one := next((p for p in found if p.id == i), None))]

    async def by_skus(self, skus: Iterable[str]) -> dict[str, Product]:
        """Products by their article number, which WhatsApp's catalogue calls retailer_id."""
        wanted = list(dict.fromkeys(skus))
        return {p.sku: p for p in await self._products("sku", wanted)} if wanted else {}

    async def of_category(self, category: str, *, offset: int, limit: int) -> list[Product]:
        """Products of a category by name."""
        query = self._sold().eq("category", category).order("name").order("id")
        return await self._with_stock(await rows(query.range(offset, offset + limit - 1)))

    async def categories(self) -> list[str]:
        """The first categories by name."""
        found: list[str] = []
        while len(found) < LARGEST_MENU:
            # From each category to the next one: a read of all rows would grow with the catalogue.
            query = self._client.table("products").select("category")
            query = query.eq("business_id", self._business_id).eq("active", True)
            row = await one(query.gt("category", found[-1] if found else "").order("category").limit(1))
            if row is None:
                break
            found.append(row["category"])
        return found

    def _sold(self) -> Any:
        query = self._client.table("products").select(*_COLUMNS)
        return query.eq("business_id", self._business_id).eq("active", True)

    async def _products(self, column: str, values: Sequence[str]) -> list[Product]:
        return await self._with_stock(await rows(self._sold().in_(column, values)))

    async def _with_stock(self, products: Sequence[Json]) -> list[Product]:
        free = await self._free([row["id"] for row in products])
        return [
            Product(
                id=UUID(row["id"]),
                sku=row["sku"],
                name=row["name"],
                category=row["category"],
                price=Decimal(row["price"]),
                currency=row["currency"],
                attributes=row["attributes"],
                available=free.get(row["id"], 0),
                image_url=row["image_url"],
            )
            for row in products
        ]

    async def _free(self, product_ids: Sequence[str]) -> dict[str, int]:
        """The most pieces that one open dealer has of each product: an order line is never divided."""
        if not product_ids:
            return {}
        dealers = self._client.table("dealers").select("id").eq("business_id", self._business_id)
        open_dealers = {row["id"] for row in await rows(dealers.eq("paused", False))}
        stock = self._client.table("dealer_stock").select("product_id", "dealer_id", "on_hand", "reserved")
        found: dict[str, int] = {}
        for row in await rows(stock.in_("product_id", product_ids)):
            if row["dealer_id"] in open_dealers:
                free = row["on_hand"] - row["reserved"]
                found[row["product_id"]] = max(found.get(row["product_id"], 0), free)
        return found
