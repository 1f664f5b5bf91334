"""Vectors of an OpenAI-compatible embeddings endpoint."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from openai import AsyncOpenAI

from processors.errors import ModelUnavailable
from processors.search.hashing import DIMENSIONS
from processors.search.meter import count
from processors.settings import Settings
from processors.understanding.breaker import Breaker
from processors.understanding.prices import estimated_tokens

DEADLINE_SECONDS = 10.0


class OpenAIEmbedder:
    """Embeds with the configured model into the column's 512 places."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client: AsyncOpenAI | None = None
        self._breaker = Breaker()
        self.model = f"{settings.ai_embed_model}@{settings.ai_embed_dimensions}"

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector per text, in order. Raises ModelUnavailable."""
        if not self._breaker.allows():
            raise ModelUnavailable("breaker_open")
        started = time.monotonic()
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                vectors, tokens = await self._ask([text or " " for text in texts])
        except asyncio.CancelledError:
            count(self._settings.ai_embed_model, tokens=0, latency_ms=_since(started), error="timeout")
            # Whoever asked waited no longer. The next one shall not wait at all, or a turn runs out of time.
            self._breaker.failed(for_good=True)
            raise
        except Exception as error:
            self._breaker.failed()
            reason = f"embedding:{type(error).__name__}"
            count(self._settings.ai_embed_model, tokens=0, latency_ms=_since(started), error=reason)
            raise ModelUnavailable(reason) from None
        self._breaker.succeeded()
        count(self._settings.ai_embed_model, tokens=tokens, latency_ms=_since(started))
        return vectors

    async def _ask(self, texts: list[str]) -> tuple[list[list[float]], int]:
        """The vectors, and how many tokens they were counted as."""
        if self._client is None:
            self._client = AsyncOpenAI(
                api_key=self._settings.openai_api_key.get_secret_value(),
                base_url=self._settings.openai_base_url or None,
                timeout=self._settings.ai_timeout_seconds,
                max_retries=1,
            )
        # Floats, because hosts that ignore the SDK's default of base64 return something that decodes wrongly.
        answer = await self._client.embeddings.create(
            model=self._settings.ai_embed_model,
            input=texts,
            encoding_format="float",
            dimensions=self._settings.ai_embed_dimensions,
        )
        vectors = [item.embedding for item in sorted(answer.data, key=lambda item: item.index)]
        if len(vectors) != len(texts) or any(len(vector) != DIMENSIONS for vector in vectors):
            raise ModelUnavailable("embedding_shape")
        # Some hosts that speak like OpenAI say nothing of tokens.
        usage: Any = getattr(answer, "usage", None)
        return vectors, int(usage.total_tokens) if usage else sum(estimated_tokens(text) for text in texts)

    async def close(self) -> None:
        """Close the connection; called at shutdown."""
        if self._client is not None:
            await self._client.close()


def _since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
