"""Voice notes to words, through the OpenAI SDK."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openai import AsyncOpenAI
from openai.types.audio import Transcription

from processors.errors import ModelUnavailable
from processors.media.prices import Billed, cost_usd
from processors.settings import Settings
from processors.understanding.breaker import Breaker
from processors.understanding.failures import FOR_GOOD, reason_of

RETRIES = 1
DEADLINE_SECONDS = 30.0
LONGEST_TRANSCRIPT = 4000
PASSING = frozenset({"timeout", "connection", "server", "rate_limit", "breaker_open"})
"""Failures that a later try may not meet again."""

ABOUT_THIS_NOTE = frozenset({"bad_request", "silent"})
"""The host is well and only this recording is no use to it."""


@dataclass(frozen=True, kw_only=True)
class Heard:
    """The words of a recording and the row for `ai_calls`."""

    words: str
    call: dict[str, Any]


class Transcriber:
    """Asks the configured model. One per process: it keeps the connection and the breaker."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._breaker = Breaker()
        self._client: AsyncOpenAI | None = None

    async def transcribe(
        self,
        content: bytes,
        *,
        file_name: str,
        mime_type: str,
        languages: Sequence[str],
        keywords: Sequence[str],
    ) -> Heard:
        """The words spoken in a recording.

        Args: `file_name` with an ending that tells the format; `languages` that may be spoken (ISO 639-1);
        `keywords` names that are likely to be said. Raises ModelUnavailable; its `reason` names the kind of failure.
        """
        if not self._breaker.allows():
            raise ModelUnavailable("breaker_open")
        started = time.monotonic()
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                found = await self._ask((file_name, content, mime_type), languages, keywords)
            words = found.text.strip()
            if not words:
                raise ModelUnavailable("silent")
        except Exception as error:
            reason = reason_of(error)
            if reason not in ABOUT_THIS_NOTE:
                self._breaker.failed(for_good=reason in FOR_GOOD)
            raise ModelUnavailable(reason) from None
        self._breaker.succeeded()
        latency_ms = round((time.monotonic() - started) * 1000)
        call = self._call("ok", latency_ms) | self._usage(found, content)
        return Heard(words=words[:LONGEST_TRANSCRIPT], call=call)

    def failed_call(self, reason: str) -> dict[str, Any]:
        """The `ai_calls` row of a call that gave nothing."""
        return self._call("failed", 0) | {"error": reason}

    async def _ask(
        self, file: tuple[str, bytes, str], languages: Sequence[str], keywords: Sequence[str]
    ) -> Transcription:
        if self._client is None:
            self._client = AsyncOpenAI(
                api_key=self._settings.openai_api_key.get_secret_value(),
                base_url=self._settings.openai_base_url or None,
                timeout=self._settings.ai_timeout_seconds,
                max_retries=RETRIES,
            )
        # Other hosts refuse what they don't know.
        hints: dict[str, Any] = {}
        if self._settings.ai_provider == "openai":
            hints = {"languages": list(languages), "keywords": list(keywords)}
        found: Transcription = await self._client.audio.transcriptions.create(
            model=self._settings.ai_transcribe_model, file=file, **{k: v for k, v in hints.items() if v}
        )
        return found

    def _call(self, outcome: str, latency_ms: int) -> dict[str, Any]:
        return {"model": self._settings.ai_transcribe_model, "outcome": outcome, "latency_ms": latency_ms}

    def _usage(self, found: Transcription, content: bytes) -> dict[str, Any]:
        billed = Billed.of(found.usage)
        heard, written = billed.tokens or (0, 0)
        cost = cost_usd(self._settings, billed, content)
        return {"cost_usd": str(cost), "input_tokens": heard, "output_tokens": written}

    async def close(self) -> None:
        """Close the connection; called at shutdown."""
        if self._client is not None:
            await self._client.close()
