"""The catalogue in memory, which search is measured with, orders products as the database does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from bench.memory_catalogue import MemoryCatalogue, catalogue_rows
from processors.search.indexer import Indexer
from processors.search.search import ProductSearch
from tests.database.engine import BUSINESS, Engine

pytestmark = pytest.mark.database
EVAL = Path(__file__).parents[1] / "eval"
SHOP = UUID(BUSINESS)


async def test_both_find_the_same_products(engine: Engine) -> None:
    async def rpc(name: str, params: Mapping[str, Any]) -> Any:
        return await engine.call_named(name, params)

    stored = ProductSearch(rpc)
    indexer = Indexer(rpc, stored)
    while await indexer.run_once():
        pass
    measured = ProductSearch(MemoryCatalogue(catalogue_rows(EVAL / "search_catalogue.jsonl")).call)
    lines = (EVAL / "search_queries.dev.jsonl").read_text(encoding="utf-8").splitlines()[::2]
    different = []
    for query in (json.loads(line)["q"] for line in lines):
        first = await stored.find(SHOP, query, limit=5)
        second = await measured.find(SHOP, query, limit=5)
        # Half floats may exchange products that fit equally well, so the best one and the company are compared.
        common = {hit.sku for hit in first} & {hit.sku for hit in second}
        if first[0].sku != second[0].sku or len(common) < 4:
            different.append((query, [h.sku for h in first], [h.sku for h in second]))
    assert len(different) <= 1, different
