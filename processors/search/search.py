"""Product search: meaning and words over one business, with the merchant's glossary.

`find` asks the SQL function `search_products`; a vector of the query comes from the configured embedder, and
from hashed n-grams when that one is down, never mixed with vectors of another model.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from processors.errors import ModelUnavailable
from processors.search import hashing
from processors.search.amounts import search_words
from processors.search.glossary import Glossary, fitted, general_of
from processors.search.words import COMMON, EATEN, content_words, forms, stem
from processors.trace import is_on, note

log = logging.getLogger(__name__)

Rpc = Callable[[str, Mapping[str, Any]], Awaitable[Any]]

GLOSSARY_SECONDS = 60.0
UNREADY_SECONDS = 5.0
"""How long a search goes on with hashed n-grams before it asks again whether the model's vectors are there."""
QUERY_SECONDS = 2.0
"""How long a turn waits for a vector. The turn's time is for the model that reads it."""

LONGEST_TERM = 3
"""Words of a glossary term that are looked up together."""

COMMON_WEIGHT = 0.5
"""What a word that fits half a catalogue counts in a query's vector."""

FOREIGN_COSINE = 0.15
"""A best hit below this, without a word in common, is not what was asked for (measured on the dev queries)."""


class Embedder(Protocol):
    """Makes vectors of one model. Raises ModelUnavailable."""

    @property
    def model(self) -> str: ...

    async def embed(self, texts: Sequence[str]) -> list[list[float]]: ...


class HashEmbedder:
    """Hashed n-grams: always there, no network."""

    model = hashing.MODEL

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        return [hashing.embed(text) for text in texts]


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A product found. `available` is the most pieces one open dealer has; `price` is exact."""

    product_id: UUID
    sku: str
    name: str
    description: str
    category: str
    price: Decimal
    currency: str
    attributes: Mapping[str, Sequence[str]]
    image_url: str | None
    available: int
    score: float
    cosine: float
    text_rank: float

    @property
    def in_stock(self) -> bool:
        return self.available > 0

    @property
    def foreign(self) -> bool:
        """Probably not in the catalogue: nothing in common with what was asked."""
        return self.cosine < FOREIGN_COSINE and self.text_rank == 0.0


class ProductSearch:
    """Finds products of a business. One per process: it remembers glossaries for a minute."""

    def __init__(self, rpc: Rpc, embedder: Embedder | None = None) -> None:
        self._rpc = rpc
        self.embedder = embedder or HashEmbedder()
        self._glossaries: dict[UUID, tuple[float, Glossary]] = {}
        self._readiness: dict[UUID, tuple[float, bool]] = {}

    async def find(
        self,
        business_id: UUID,
        text: str,
        *,
        limit: int = 8,
        dealer_id: UUID | None = None,
        in_stock: bool = False,
        max_price: Decimal | None = None,
        language: str | None = None,
    ) -> list[Hit]:
        """Products for what a person wrote, best first; empty when nothing in it can name a product.

        `dealer_id` keeps what that dealer lists, `in_stock` what somebody can deliver. `language` is a hint
        for embedders that know languages.
        """
        asked = meanings(search_words(text), await self.glossary(business_id))
        if not asked:
            return []
        words = list(dict.fromkeys(word for meaning in for_text(asked) for word in meaning))
        model, vector = await self._vector(business_id, text, asked)
        rows = await self._rpc(
            "search_products",
            {
                "p_business_id": str(business_id),
                "p_embedding": vector,
                "p_model": model,
                "p_terms": search_terms(words),
                "p_limit": limit,
                "p_dealer_id": str(dealer_id) if dealer_id else None,
                "p_in_stock": in_stock,
                "p_max_price": str(max_price) if max_price is not None else None,
            },
        )
        hits = [hit_from_row(row) for row in rows]
        note(
            "search",
            words=text,
            asked=words,
            model=model,
            hits=[_shown(hit) for hit in hits[:8]] if is_on() else (),
        )
        return hits

    async def glossary(self, business_id: UUID) -> Glossary:
        """Folded term → words of the catalogue, with everyday words in its language."""
        now = time.monotonic()
        known = self._glossaries.get(business_id)
        if known is None or known[0] < now:
            rows = await self._rpc("glossary", {"p_business_id": str(business_id)})
            known = (now + GLOSSARY_SECONDS, fitted(rows))
            self._glossaries[business_id] = known
        return known[1]

    async def _ready(self, business_id: UUID) -> bool:
        """Whether the model has vectors of the business's products, and the business something left to ask for one."""
        now = time.monotonic()
        known = self._readiness.get(business_id)
        if known is None or known[0] < now:
            arguments = {"p_business_id": str(business_id), "p_model": self.embedder.model}
            is_ready = bool(await self._rpc("search_ready", arguments)) and bool(
                await self._rpc("model_allowed", {"p_business_id": str(business_id)})
            )
            known = (now + (GLOSSARY_SECONDS if is_ready else UNREADY_SECONDS), is_ready)
            self._readiness[business_id] = known
        return known[1]

    async def _vector(
        self, business_id: UUID, text: str, asked: Sequence[Sequence[str]]
    ) -> tuple[str, list[float]]:
        if self.embedder.model != hashing.MODEL and await self._ready(business_id):
            try:
                async with asyncio.timeout(QUERY_SECONDS):
                    return self.embedder.model, (await self.embedder.embed([text]))[0]
            except (ModelUnavailable, TimeoutError):
                log.warning("search: no vector from %s, hashed n-grams instead", self.embedder.model)
        weights = [COMMON_WEIGHT if is_common(meaning) else 1.0 for meaning in asked]
        return hashing.MODEL, hashing.embed_meanings(asked, weights)


def _shown(hit: Hit) -> dict[str, Any]:
    """A hit as a trace shows it."""
    return {
        "id": str(hit.product_id),
        "name": hit.name,
        "available": hit.available,
        "score": round(hit.score, 4),
        "cosine": round(hit.cosine, 3),
        "text_rank": round(hit.text_rank, 4),
        "foreign": hit.foreign,
    }


def for_text(asked: Sequence[list[str]]) -> Sequence[list[str]]:
    """What the text leg is asked: without common words beside one that may be misspelt, because it would find them
    alone ("dentifrico cane"), and without food beside what eats it.
    """
    telling = [meaning for meaning in asked if not is_common(meaning)]
    known = any(len(meaning) > 1 for meaning in telling)
    return [m for m in asked if m in telling or (known and m[0] not in EATEN)] if telling else asked


def _term_of(words: Sequence[str], glossary: Mapping[str, Sequence[str]]) -> str | None:
    """The glossary's term for neighbouring words: as they are, else with the last one in another form."""
    *first, last = words
    terms = [" ".join((*first, form)) for form in forms(last)]
    return next((t for t in terms if t in glossary), None) or next(
        (t for t in terms if t in general_of(glossary)), None
    )


def is_common(meaning: Sequence[str]) -> bool:
    """Whether something said fits half a catalogue: "cibo per pesci" is about fish."""
    return meaning[0] in COMMON


def expand(words: Sequence[str], glossary: Mapping[str, Sequence[str]]) -> list[str]:
    """The words and, for words and neighbours the glossary knows, the catalogue's words for them."""
    return list(dict.fromkeys(word for meaning in meanings(words, glossary) for word in meaning))


def meanings(words: Sequence[str], glossary: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Each thing that was said, with the catalogue's words for it: "rabbit food" says two things.

    A neighbour pair (`dog bed`) is asked before its parts, and replaces them when it is known.
    """
    found: list[list[str]] = []
    position = 0
    while position < len(words):
        longest = min(LONGEST_TERM, len(words) - position)
        neighbours = (words[position : position + n] for n in range(longest, 0, -1))
        term = next((t for some in neighbours if (t := _term_of(some, glossary))), words[position])
        size = len(term.split())
        # A form of a term ("cakarnya") is kept as it was said, beside the catalogue's words.
        said = [words[position]] if size == 1 else []
        words_for = glossary.get(term) or general_of(glossary).get(term, ())
        said += [word for expansion in words_for for word in content_words(expansion)]
        found.append(list(dict.fromkeys(said)))
        position += size
    return [said for said in found if said]


def search_terms(words: Sequence[str]) -> list[str]:
    """Words and their stems for the full-text leg."""
    return list(dict.fromkeys([*words, *(stem(w) for w in words)]))


def hit_from_row(row: Mapping[str, Any]) -> Hit:
    """A hit in the shape of the SQL function `search_products`."""
    return Hit(
        product_id=UUID(row["product_id"]),
        sku=row["sku"],
        name=row["name"],
        description=row["description"],
        category=row["category"],
        price=Decimal(row["price"]),
        currency=row["currency"],
        attributes=row["attributes"],
        image_url=row["image_url"],
        available=row["available"],
        score=float(row["score"]),
        cosine=float(row["cosine"]),
        text_rank=float(row["text_rank"]),
    )
