"""Vectors of an OpenAI-compatible embeddings endpoint."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from openai import AsyncOpenAI

from processors.errors import ModelUnavailable
from processors.search.hashing import DIMENSIONS
from processors.settings import Settings
from processors.understanding.breaker import Breaker

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
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                vectors = await self._ask([text or " " for text in texts])
        except asyncio.CancelledError:
            # Whoever asked waited no longer. The next one shall not wait at all, or a turn runs out of time.
            self._breaker.failed(for_good=True)
            raise
        except Exception as error:
            self._breaker.failed()
            raise ModelUnavailable(f"embedding:{type(error).__name__}") from None
        self._breaker.succeeded()
        return vectors

    async def _ask(self, texts: list[str]) -> list[list[float]]:
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
        return vectors

    async def close(self) -> None:
        """Close the connection; called at shutdown."""
        if self._client is not None:
            await self._client.close()
