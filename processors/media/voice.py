"""What is asked of the model about a voice note, and what follows when it gives nothing."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from processors.errors import ModelUnavailable, StorageError
from processors.media.rows import ClaimedFile
from processors.media.types import extension
from processors.reads import rows
from processors.settings import Settings
from processors.store import Store
from processors.understanding.budget import begin_call

if TYPE_CHECKING:
    # The SDK behind it costs 50 MB; a process without a model never loads it.
    from processors.media.transcriber import Transcriber

TRIES = 3
KEYWORDS = 100
KEYWORDS_SECONDS = 300.0


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The words of a note, or None and in how many ms to try again (None: never). `call` is for `ai_calls`."""

    words: str | None
    call: Mapping[str, Any]
    retry_ms: int | None = None


class Listener:
    """Has voice notes transcribed, with the names of the business's products as a hint."""

    def __init__(self, transcriber: Transcriber, store: Store, settings: Settings) -> None:
        self._transcriber = transcriber
        self._store = store
        self._settings = settings
        self._keywords: dict[UUID, tuple[float, tuple[str, ...]]] = {}

    async def hear(self, file: ClaimedFile, content: bytes, mime_type: str) -> Outcome:
        """Have one note transcribed. Never raises for the model's sake: no words are an outcome too."""
        from processors.media.transcriber import PASSING

        if len(content) > self._settings.ai_transcribe_max_bytes:
            return Outcome(words=None, call=self._transcriber.failed_call("too_long"))
        try:
            await begin_call(self._store, self._settings, file.business_id, file.contact_id)
            heard = await self._transcriber.transcribe(
                content,
                file_name=f"voice.{extension(mime_type)}",
                mime_type=mime_type,
                languages=file.languages,
                keywords=await self._names(file.business_id),
            )
        except ModelUnavailable as error:
            may_pass = error.reason in PASSING and file.attempts < TRIES
            retry_ms = 2000 * 2 ** (file.attempts - 1) if may_pass else None
            return Outcome(words=None, call=self._transcriber.failed_call(error.reason), retry_ms=retry_ms)
        return Outcome(words=heard.words, call=heard.call)

    async def _names(self, business_id: UUID) -> tuple[str, ...]:
        """Names of products, which nobody outside the shop could spell. Without them it works less well."""
        at, names = self._keywords.get(business_id, (0.0, ()))
        if time.monotonic() - at < KEYWORDS_SECONDS and at:
            return names
        table = self._store.client.table("products").select("name")
        query = table.eq("business_id", str(business_id)).is_("active", "true").order("name").limit(KEYWORDS)
        try:
            names = tuple(dict.fromkeys(row["name"] for row in await rows(query)))
        except StorageError:
            return names
        self._keywords[business_id] = (time.monotonic(), names)
        return names
