"""A shop in memory: the catalogue of the evaluation, the real search, the merchant's glossary."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from bench.evaluation.__main__ import DATA
from bench.memory_catalogue import BUSINESS, MemoryCatalogue, catalogue_rows, product_id
from processors.model import CartLine
from processors.search.search import Hit, ProductSearch
from processors.understanding.offline import understand
from processors.understanding.types import ItemMention, Understanding

Shown = tuple[int, str | tuple[str, ...], dict[str, str]]
"""An item as tests write it: quantity, article or the articles it may be, variant."""


class Shop:
    """Understands messages as the customer pipeline has them understood."""

    def __init__(self) -> None:
        self._catalogue = MemoryCatalogue(catalogue_rows(DATA / "search_catalogue.jsonl"))
        self._search = ProductSearch(self._catalogue.call)
        self.asked: list[str] = []

    async def read(
        self, text: str, *, language: str | None = None, cart: Sequence[str] = (), shown: Sequence[str] = ()
    ) -> Understanding:
        """`cart` and `shown` are articles."""
        return await understand(
            text,
            language=language,
            search=self._find,
            cart=[self.line(sku) for sku in cart],
            last_shown=tuple(product_id(sku) for sku in shown),
            glossary=await self._search.glossary(BUSINESS),
        )

    async def _find(self, words: str) -> list[Hit]:
        self.asked.append(words)
        return await self._search.find(BUSINESS, words, limit=12)

    def line(self, sku: str) -> CartLine:
        """One piece of an article in the cart."""
        row: dict[str, Any] = next(
            row for row in catalogue_rows(DATA / "search_catalogue.jsonl") if row["sku"] == sku
        )
        return CartLine(
            product_id=product_id(sku),
            sku=sku,
            name=row["name"],
            quantity=1,
            variant={},
            unit_price=Decimal(1),
        )

    def items(self, items: Sequence[ItemMention]) -> list[Shown]:
        """Items in the shape that tests compare."""
        return [(item.quantity, self._skus(item), dict(item.variant)) for item in items]

    def _skus(self, item: ItemMention) -> str | tuple[str, ...]:
        if item.product_id is not None:
            return self._catalogue.skus[item.product_id]
        return tuple(sorted(self._catalogue.skus[i] for i in item.ambiguous))
