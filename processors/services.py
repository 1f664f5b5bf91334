"""What a processor may use to decide: reads, search and the language model. Nothing here sends or writes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from processors.model import Decision, Turn
from processors.search.search import ProductSearch
from processors.settings import Settings
from processors.store import Store

if TYPE_CHECKING:
    # The SDK behind it costs 50 MB; a process without a model never loads it.
    from processors.search.openai_embedder import OpenAIEmbedder
    from processors.understanding.llm import ModelBrain


@dataclass(frozen=True, kw_only=True)
class Services:
    """Handed to every processor. `brain` is None when no model is configured."""

    settings: Settings
    store: Store
    search: ProductSearch
    brain: ModelBrain | None


Processor = Callable[[Turn, Services], Awaitable[Decision]]


@asynccontextmanager
async def open_services(settings: Settings, *, store: Store | None = None) -> AsyncIterator[Services]:
    """Everything processors need, opened together and closed together.

    `store` is used as it is when given, and then left open.
    """
    own = store is None
    store = store or await Store.open(settings)
    brain, embedder = _models(settings)
    try:
        yield Services(
            settings=settings,
            store=store,
            search=ProductSearch(store.call, embedder),
            brain=brain,
        )
    finally:
        for model in (brain, embedder):
            if model is not None:
                await model.close()
        if own:
            await store.close()


def _models(settings: Settings) -> tuple[ModelBrain | None, OpenAIEmbedder | None]:
    if not settings.model_enabled:
        return None, None
    from processors.search.openai_embedder import OpenAIEmbedder
    from processors.understanding.llm import ModelBrain

    return ModelBrain(settings), OpenAIEmbedder(settings)
