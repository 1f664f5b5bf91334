"""Keeps product vectors up to date: only texts that changed, hash vectors always, the model's when there is one."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from processors.errors import ModelUnavailable
from processors.model import AiCall
from processors.search.amounts import indexed_words
from processors.search.meter import metering
from processors.search.search import Embedder, HashEmbedder, ProductSearch, Rpc
from processors.search.words import stem

log = logging.getLogger(__name__)

BATCH = 50


class Indexer:
    """Embeds what has no vector yet. Several may run: saving twice stores the same."""

    def __init__(self, rpc: Rpc, search: ProductSearch) -> None:
        self._rpc = rpc
        # The hash rows are the way out when the model is down, so they are kept whatever the model.
        self._embedders: list[Embedder] = [HashEmbedder()]
        if search.embedder.model != self._embedders[0].model:
            self._embedders.append(search.embedder)

    async def run_once(self) -> int:
        """Embed one batch per model. Returns how many products got a vector."""
        done = 0
        for embedder in self._embedders:
            rows = await self._rpc("products_to_embed", {"p_model": embedder.model, "p_limit": BATCH})
            if not rows:
                continue
            with metering() as calls:
                try:
                    vectors = await embedder.embed([row["text"] for row in rows])
                except ModelUnavailable as error:
                    log.warning("search index: %s", error.reason)
                    continue
                finally:
                    await self._charge(rows, calls)
            params = {"p_model": embedder.model, "p_rows": _rows(rows, vectors)}
            done += int(await self._rpc("save_product_embeddings", params))
        return done

    async def _charge(self, rows: Sequence[dict[str, Any]], calls: Sequence[AiCall]) -> None:
        """What the vectors cost is charged to those whose products they are, whether or not they came."""
        for call in calls:
            ids = [row["product_id"] for row in rows]
            await self._rpc("record_embedding", {"p_product_ids": ids, "p_call": call.to_json()})


def _rows(products: Sequence[dict[str, Any]], vectors: Sequence[list[float]]) -> list[dict[str, Any]]:
    return [
        {
            "product_id": product["product_id"],
            "text_hash": product["text_hash"],
            "embedding": vector,
            "title_words": _indexed(product["text"].split(" . ", 1)[0]),
            "words": _indexed(product["text"]),
        }
        for product, vector in zip(products, vectors, strict=True)
    ]


def _indexed(text: str) -> str:
    """Words as the index holds them: each as it is and by its stem."""
    words = indexed_words(text)
    return " ".join(dict.fromkeys([*words, *(stem(w) for w in words)]))
