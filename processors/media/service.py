"""The parts of fetching, put together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from processors.media.bucket import Bucket
from processors.media.fetcher import Fetcher
from processors.media.rows import MediaRows
from processors.media.voice import Listener
from processors.outbox import Channel
from processors.services import Services


@asynccontextmanager
async def open_fetcher(
    services: Services, channels: Mapping[str, Channel], bucket: Bucket
) -> AsyncIterator[Fetcher]:
    """A fetcher for the channels that have files; it transcribes when a model is configured for it."""
    files = {name: channel.files for name, channel in channels.items() if channel.files is not None}
    settings, store = services.settings, services.store
    if not settings.transcription_enabled:
        yield Fetcher(MediaRows(store), bucket, files, settings, listener=None)
        return
    from processors.media.transcriber import Transcriber

    transcriber = Transcriber(settings)
    try:
        listener = Listener(transcriber, store, settings)
        yield Fetcher(MediaRows(store), bucket, files, settings, listener=listener)
    finally:
        await transcriber.close()
