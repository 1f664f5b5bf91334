"""What a processor may use to decide: reads, search and the language model. Nothing here sends or writes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from processors.model import Decision, Turn
from processors.search.search import ProductSearch
from processors.settings import Settings
from processors.store import Store
from processors.understanding.llm import ModelBrain


@dataclass(frozen=True, kw_only=True)
class Services:
    """Handed to every processor. `brain` is None when no model is configured."""

    settings: Settings
    store: Store
    search: ProductSearch
    brain: ModelBrain | None


Processor = Callable[[Turn, Services], Awaitable[Decision]]
