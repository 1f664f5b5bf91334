"""A catalogue in memory that answers the search functions of the database, so that search is measured without one.

It computes what `20261121000600_search.sql` does: exact cosine, the rank of OR full text, and their fusion. A test
of the database compares both.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from processors.search import hashing
from processors.search.amounts import indexed_words
from processors.search.words import stem

SEED = Path(__file__).parents[1] / "supabase" / "seed.sql"
BUSINESS = UUID("00000000-0000-4000-8000-000000000001")
PLACES_KEPT = 50
TITLE_WEIGHT, TEXT_WEIGHT = 1.0, 0.2
RANK_SUM = 1.64493406685
"""The limit that PostgreSQL's ts_rank divides by (π²/6)."""

_SYNONYM = re.compile(r"\('((?:[^']|'')+)', '((?:[^']|'')+)'\)")


@dataclass(frozen=True, kw_only=True)
class _Product:
    sku: str
    shown: Mapping[str, Any]
    vector: Sequence[float]
    title: frozenset[str]
    words: frozenset[str]


def product_id(sku: str) -> UUID:
    """The same id for the same article in every run."""
    return uuid5(NAMESPACE_OID, sku)


class MemoryCatalogue:
    """Products and glossary of one business. `call` stands where a storage call is expected."""

    def __init__(
        self, products: Iterable[Mapping[str, Any]], glossary: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self._products = [_product(row) for row in products]
        self._glossary = seeded_glossary() if glossary is None else glossary
        self.skus = {product_id(p.sku): p.sku for p in self._products}

    async def call(self, name: str, params: Mapping[str, Any]) -> Any:
        """The functions that search calls. Raises KeyError for any other."""
        if name == "glossary":
            return self._glossary
        if name in ("search_ready", "model_allowed"):
            return True
        if name == "search_products":
            return self._found(params["p_embedding"], params["p_terms"], params["p_limit"])
        raise KeyError(name)

    def _found(self, vector: Sequence[float], terms: Sequence[str], limit: int) -> list[dict[str, Any]]:
        scored = [(_cosine(vector, p.vector), _text_rank(terms, p), p) for p in self._products]
        near = sorted(scored, key=lambda s: (-s[0], str(product_id(s[2].sku))))
        worded = sorted((s for s in near if s[1] > 0), key=lambda s: -s[1])
        fused = dict.fromkeys((p.sku for _, _, p in near), 0.0)
        for ranked in (near, worded):
            for place, (_, _, product) in enumerate(ranked[:PLACES_KEPT], start=1):
                fused[product.sku] += 1.0 / (RRF_K + place)
        best = sorted(near, key=lambda s: (-fused[s[2].sku], -s[0]))[:limit]
        return [
            {**p.shown, "score": fused[p.sku], "cosine": round(cosine, 4), "text_rank": round(rank, 4)}
            for cosine, rank, p in best
        ]


RRF_K = 10


def catalogue_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a `search_catalogue.jsonl`."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def seeded_glossary() -> dict[str, list[str]]:
    """The glossary of `supabase/seed.sql`."""
    found: dict[str, list[str]] = {}
    for block in SEED.read_text(encoding="utf-8").split("insert into public.synonyms")[1:]:
        for term, expansion in _SYNONYM.findall(block[: block.index(";")]):
            found.setdefault(term.replace("''", "'"), []).append(expansion.replace("''", "'"))
    return found


def _product(row: Mapping[str, Any]) -> _Product:
    variants = row["variants"]
    attributes = " ".join(
        f"{name} {json.dumps(variants[name], ensure_ascii=False)}" for name in sorted(variants)
    )
    text = " . ".join(part for part in (row["name"], row["category"], row["description"], attributes) if part)
    return _Product(
        sku=row["sku"],
        shown={
            "product_id": str(product_id(row["sku"])),
            "sku": row["sku"],
            "name": row["name"],
            "description": row["description"],
            "category": row["category"],
            "price": f"{row['price_cents'] / 100:.2f}",
            "currency": row["currency"],
            "attributes": variants,
            "image_url": None,
            "available": 10,
        },
        vector=hashing.embed(text),
        title=_indexed(row["name"]),
        words=_indexed(text),
    )


def _indexed(text: str) -> frozenset[str]:
    words = indexed_words(text)
    return frozenset([*words, *(stem(w) for w in words)])


def _cosine(a: Sequence[float], b: Sequence[float]) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))


def _text_rank(terms: Sequence[str], product: _Product) -> float:
    """ts_rank of an OR query: a word of the title stands in the title and in the text."""
    rank = 0.0
    for term in terms:
        if term in product.title:
            rank += (TITLE_WEIGHT + TEXT_WEIGHT / 4) / RANK_SUM
        elif term in product.words:
            rank += TEXT_WEIGHT / RANK_SUM
    return rank / max(1, len(terms))
